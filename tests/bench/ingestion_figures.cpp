// What it costs to take documents in: F6.

#include "tests/bench/bench.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include <array>

namespace guildhall::bench {

namespace {

/// What PostgreSQL makes of the same documents.
struct copied {
  double documents{0};
  double kilobytes{0}; ///< of each, on average
  double cpu{0};       ///< of the backend, seconds
};

copied copy_documents(bench& in) {
  const auto file = in.folder_of_postgres() / "documents.copy";
  pqxx::connection connection{in.store().dsn()};
  pqxx::nontransaction work{connection};
  const std::string all{
      "select d.body from characters c cross join lateral (values (c.profile_json), "
      "(c.equipment_json), (c.mythic_profile_json), (c.professions_json)) d(body) "
      "where d.body is not null"};
  copied out;
  const auto row =
      work.exec("select count(*), avg(octet_length(body::text)) / 1024.0 from (" + all + ") a");
  out.documents = row[0][0].as<double>();
  out.kilobytes = row[0][1].as<double>();
  work.exec("copy (" + all + ") to '" + file.string() + "'");
  work.exec("create temporary table copied (body jsonb compression lz4)");
  const auto before = cpu_seconds(connection.backendpid());
  work.exec("copy copied from '" + file.string() + "'");
  out.cpu = cpu_seconds(connection.backendpid()) - before;
  work.exec("drop table copied");
  std::filesystem::remove(file);
  return out;
}

} // namespace

// F6: guildhall's CPU for 1,000 documents, limits off, beside PostgreSQL's for a COPY of them.
void measure_ingestion(bench& in) {
  const auto ours = in.mirrored();
  const auto theirs = copy_documents(in);
  std::array<char, 64> what{};
  std::snprintf(
      what.data(), what.size(), "CPU for 1,000 documents of %.1f KB", theirs.kilobytes);
  in.add(
      {.id = "F6",
       .what = what.data(),
       .value = ours.cpu / ours.documents * 1000,
       .unit = "s, anchor: PostgreSQL's for a COPY",
       .anchor = theirs.cpu / theirs.documents * 1000,
       .wanted = 0.4,
       .at_most = true,
       .by_value = true});
}

} // namespace guildhall::bench
