#include "store/postgres/dsn_options.hpp"

#include <algorithm>
#include <array>
#include <libpq-fe.h>
#include <memory>
#include <poll.h>
#include <string_view>

namespace guildhall::store {

namespace {

using milliseconds = std::chrono::milliseconds;

std::string quoted(std::string_view value) {
  std::string out{"'"};
  for (const char c : value) {
    if (c == '\'' || c == '\\')
      out += '\\';
    out += c;
  }
  return out += '\'';
}

std::string setting(std::string_view name, std::string_view value) {
  return " -c " + std::string(name) + "=" + std::string(value);
}

/// Set once, when the connection starts: no statement can run longer than these allow.
std::string session_settings(const connection_options& options) {
  const auto ms = [](milliseconds time) { return std::to_string(time.count()); };
  std::string out;
  out += setting("statement_timeout", ms(options.statement_timeout));
  out += setting("lock_timeout", ms(options.lock_timeout));
  out += setting("idle_in_transaction_session_timeout", ms(options.statement_timeout));
  out += setting("TimeZone", "UTC");
  out += setting("DateStyle", "ISO");
  out += setting("IntervalStyle", "postgres");
  out += setting("extra_float_digits", "1");
  if (options.read_only)
    out += setting("default_transaction_read_only", "on");
  return out;
}

/// SQLSTATEs that only a person can mend: password, role, pg_hba, database, its CONNECT right.
bool is_refusal(std::string_view error) {
  constexpr std::array<std::string_view, 4> codes{"28P01", "28000", "3D000", "42501"};
  return std::ranges::any_of(
      codes, [&](auto code) { return error.find(code) != std::string_view::npos; });
}

bool wait_for(int socket, bool to_read, deadline expires) {
  const auto left =
      std::chrono::duration_cast<milliseconds>(expires - std::chrono::steady_clock::now());
  if (left <= milliseconds::zero())
    return false;
  pollfd what{socket, static_cast<short>(to_read ? POLLIN : POLLOUT), 0};
  return ::poll(&what, 1, static_cast<int>(left.count())) > 0;
}

} // namespace

result<std::string> connection_string(const connection_options& options) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parts(
      PQconninfoParse(options.dsn.c_str(), &error), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> error_owner(error, &PQfreemem);
  if (!parts) // libpq's message may quote the DSN, and with it the password
    return fail(ec::bad_config, "the database DSN cannot be read");

  std::string out;
  std::string own_settings;
  bool says_which{false};
  for (const auto* part = parts.get(); part->keyword; ++part) {
    const std::string_view key(part->keyword);
    if (!part->val || key == "application_name" || key == "connect_timeout"
        || key == "client_encoding")
      continue;
    says_which |= key == "target_session_attrs";
    if (key == "options")
      own_settings = part->val;
    else
      out += std::string(key) + "=" + quoted(part->val) + " ";
  }
  // Among several hosts only the primary takes writes; after a failover it is another one.
  if (!says_which && !options.read_only)
    out += "target_session_attrs=primary ";
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(options.connect_timeout).count();
  out += "application_name=" + quoted(options.application_name);
  out += " connect_timeout=" + std::to_string(std::max<long>(2, seconds));
  out += " client_encoding=UTF8";
  out += " options=" + quoted(own_settings + session_settings(options));
  return out;
}

failure why_not_connected(const std::string& connection_string, deadline expires) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> conn(
      PQconnectStart(connection_string.c_str()), &PQfinish);
  if (!conn)
    return {ec::database_down, "out of memory"};
  // The text of a server's error depends on its language; its code does not.
  PQsetErrorVerbosity(conn.get(), PQERRORS_SQLSTATE);
  auto status =
      PQstatus(conn.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
    if (!wait_for(PQsocket(conn.get()), status == PGRES_POLLING_READING, expires))
      return {ec::database_down, "the database did not answer in time"};
    status = PQconnectPoll(conn.get());
  }
  const std::string_view error = PQerrorMessage(conn.get());
  if (is_refusal(error) || PQconnectionNeedsPassword(conn.get()))
    return {
        ec::wrong_credentials,
        error.find("3D000") != std::string_view::npos
            ? "the database does not exist: create it, or mend database.dsn"
            : "the database refuses our user or password: mend database.dsn"};
  if (error.find("57P03") != std::string_view::npos)
    return {ec::database_down, "the database is starting up or shutting down"};
  if (error.find("standby") != std::string_view::npos)
    return {ec::database_down, "the database is a standby: there is no primary to write to"};
  return {ec::database_down, "the database cannot be reached"};
}

} // namespace guildhall::store
