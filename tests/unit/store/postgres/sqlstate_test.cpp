#include "store/postgres/sqlstate.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace guildhall::store {
namespace {

struct expected {
  std::string_view sqlstate;
  trouble meaning;
  int status; ///< of a request that meets it
};

// Names as in PostgreSQL's appendix A.
const std::vector<expected>& table() {
  static const std::vector<expected> rows{
      {"08000", trouble::lost, 503}, // connection_exception
      {"08003", trouble::lost, 503},
      {"08006", trouble::lost, 503},
      {"08P01", trouble::lost, 503}, // protocol_violation: what PgBouncer says of most things
      {"57P01", trouble::lost, 503}, // admin_shutdown
      {"57P02", trouble::lost, 503}, // crash_shutdown
      {"57P03", trouble::lost, 503}, // cannot_connect_now
      {"57P04", trouble::lost, 503}, // database_dropped
      {"57P05", trouble::lost, 503}, // idle_session_timeout
      {"25P03", trouble::lost, 503}, // idle_in_transaction_session_timeout
      {"25006", trouble::read_only, 503},
      {"40001", trouble::collision, 503}, // serialization_failure
      {"40P01", trouble::collision, 503}, // deadlock_detected
      {"55P03", trouble::locked, 503},    // lock_not_available
      {"57014", trouble::cancelled, 504}, // query_canceled
      {"57000", trouble::surroundings, 503},
      {"53100", trouble::surroundings, 503}, // disk_full
      {"53200", trouble::surroundings, 503}, // out_of_memory
      {"53300", trouble::surroundings, 503}, // too_many_connections
      {"53400", trouble::surroundings, 503}, // configuration_limit_exceeded
      {"58030", trouble::surroundings, 503}, // io_error
      {"42501", trouble::surroundings, 503}, // insufficient_privilege
      {"42P05", trouble::wrong_pooling, 503},
      {"26000", trouble::wrong_pooling, 503},
      {"0A000", trouble::stale_plan, 503},
      {"28P01", trouble::no_login, 503},
      {"3D000", trouble::no_login, 503},
      {"22P02", trouble::refused_value, 500},
      {"23514", trouble::refused_value, 500},
      {"54000", trouble::refused_value, 500},
      {"54023", trouble::ours, 500},
      {"22012", trouble::ours, 500}, // division_by_zero
      {"23503", trouble::ours, 500},
      {"23505", trouble::ours, 500},
      {"25P02", trouble::ours, 500},
      {"42703", trouble::ours, 500}, // undefined_column
      {"P0001", trouble::ours, 500},
      {"XX000", trouble::ours, 500}};
  return rows;
}

TEST(sqlstate, each_class_means_one_thing_and_is_told_one_way) {
  for (const auto& row : table()) {
    EXPECT_EQ(trouble_of(row.sqlstate), row.meaning) << row.sqlstate;
    const auto told = failure_of(row.meaning, row.sqlstate, "job: statement name");
    EXPECT_EQ(http_status(told.code), row.status) << row.sqlstate;
    EXPECT_NE(told.code, ec::internal) << row.sqlstate;
    EXPECT_FALSE(told.message.empty()) << row.sqlstate;
  }
}

TEST(sqlstate, what_is_no_sqlstate_is_a_bug) {
  for (const auto* text : {"", "0", "08", "080000", "?????"})
    EXPECT_EQ(trouble_of(text), trouble::ours) << text;
}

TEST(sqlstate, what_a_client_reads_names_no_statement) {
  // The one code whose own words go out.
  for (const auto& row : table())
    EXPECT_NE(failure_of(row.meaning, row.sqlstate, "job: name").code, ec::unavailable)
        << row.sqlstate;
}

TEST(sqlstate, wrong_pooling_is_told_with_what_to_set) {
  EXPECT_NE(
      wrong_pooling_sentence("database.dsn").find("database.pooling = \"transaction\""),
      std::string::npos);
  const auto other = wrong_pooling_sentence("database.listen_dsn");
  EXPECT_EQ(other.find("database.listen_dsn"), 0u);
  EXPECT_NE(other.find("direct connection"), std::string::npos);
}

} // namespace
} // namespace guildhall::store
