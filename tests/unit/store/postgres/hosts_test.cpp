#include "store/postgres/hosts.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace guildhall::store {
namespace {

parsed_dsn parsed(const std::string& dsn) {
  const auto out = parse_dsn(dsn, "database.dsn");
  EXPECT_TRUE(out) << dsn << ": " << out.error().message;
  return out.value_or(parsed_dsn{});
}

std::string shown(const parsed_dsn& dsn) {
  std::string out;
  for (const auto& host : dsn.hosts)
    out += host.name + '|' + host.address + '|' + host.port + ' ';
  return out;
}

std::string mistake(const std::string& dsn) {
  const auto out = parse_dsn(dsn, "database.dsn");
  EXPECT_FALSE(out) << dsn;
  EXPECT_EQ(out.error().code, ec::bad_config);
  return out.error().message;
}

TEST(hosts, of_either_form_of_a_dsn_stand_alone) {
  EXPECT_EQ(shown(parsed("host=a,b port=1,2 dbname=x")), "a||1 b||2 ");
  EXPECT_EQ(shown(parsed("postgresql://u:p@a:1,b:2,[::1]:3/x")), "a||1 b||2 ::1||3 ");
  EXPECT_EQ(shown(parsed("host=a,b dbname=x port=7")), "a||7 b||7 ") << "one port is for all";
  EXPECT_EQ(shown(parsed("host=a")), "a||5432 ");
  EXPECT_EQ(shown(parsed("host=/run/one,/run/two")), "/run/one||5432 /run/two||5432 ");
}

TEST(hosts, have_addresses_of_their_own_or_none) {
  EXPECT_EQ(
      shown(parsed("host=a,b hostaddr=10.0.0.1,10.0.0.2 port=1,2")),
      "a|10.0.0.1|1 b|10.0.0.2|2 ");
  EXPECT_EQ(shown(parsed("hostaddr=10.0.0.1,10.0.0.2")), "|10.0.0.1|5432 |10.0.0.2|5432 ");
}

TEST(hosts, lists_that_do_not_match_are_a_mistake_in_one_sentence) {
  EXPECT_NE(mistake("host=a,b hostaddr=10.0.0.1").find("hostaddr"), std::string::npos);
  EXPECT_NE(mistake("host=a,b port=1,2,3").find("port"), std::string::npos);
  EXPECT_NE(
      mistake("host=a target_session_attrs=writable").find("target_session_attrs"),
      std::string::npos);
}

TEST(hosts, a_dsn_that_cannot_be_read_is_not_quoted) {
  EXPECT_EQ(mistake("host='secret").find("secret"), std::string::npos);
}

TEST(hosts, what_else_a_dsn_says_passes_through_without_what_is_ours) {
  const auto rest =
      parsed("host=a user=u password='it\\'s' options='-c geqo=off' connect_timeout=9 "
             "application_name=x sslmode=require target_session_attrs=any")
          .rest;
  EXPECT_NE(rest.find("options='-c geqo=off'"), std::string::npos);
  EXPECT_NE(rest.find("sslmode='require'"), std::string::npos);
  for (const auto* ours :
       {"connect_timeout", "application_name", "target_session_attrs", "host"})
    EXPECT_EQ(rest.find(ours), std::string::npos) << rest;
}

TEST(hosts, the_environment_fills_what_a_dsn_leaves_out) {
  ::setenv("PGHOST", "c,d", 1);
  ::setenv("PGTARGETSESSIONATTRS", "read-write", 1);
  EXPECT_EQ(shown(parsed("dbname=x")), "c||5432 d||5432 ");
  EXPECT_EQ(shown(parsed("host=a")), "a||5432 ");
  EXPECT_EQ(wanted_of(parsed("host=a"), true), wanted_server::read_write);
  ::unsetenv("PGHOST");
  ::unsetenv("PGTARGETSESSIONATTRS");
}

TEST(hosts, who_writes_needs_a_primary_and_who_reads_what_the_dsn_says) {
  using enum wanted_server;
  struct row {
    const char* attrs;
    wanted_server reads;
    wanted_server writes;
  };
  for (const auto& one :
       {row{"", any, primary}, row{"any", any, prefer_primary},
        row{"read-write", read_write, read_write}, row{"read-only", read_only, primary},
        row{"primary", primary, primary}, row{"standby", standby, primary},
        row{"prefer-standby", prefer_standby, primary}}) {
    const std::string dsn = *one.attrs ? std::string("target_session_attrs=") + one.attrs : "";
    EXPECT_EQ(wanted_of(parsed(dsn), true), one.reads) << one.attrs;
    EXPECT_EQ(wanted_of(parsed(dsn), false), one.writes) << one.attrs;
  }
}

TEST(hosts, the_last_good_one_is_asked_first_by_its_kind_of_link) {
  using order = std::vector<std::size_t>;
  host_memory memory;
  EXPECT_EQ(memory.order(3, true), (order{0, 1, 2}));
  memory.good(2, true);
  EXPECT_EQ(memory.order(3, true), (order{2, 0, 1}));
  EXPECT_EQ(memory.order(3, false), (order{0, 1, 2}));
  EXPECT_EQ(memory.order(1, true), (order{0}));
}

TEST(hosts, what_is_known_of_a_pooler_ends_with_a_lost_link) {
  host_memory memory;
  EXPECT_FALSE(memory.is_known_to_keep_sessions(1));
  memory.keeps_sessions(1);
  EXPECT_TRUE(memory.is_known_to_keep_sessions(1));
  EXPECT_FALSE(memory.is_known_to_keep_sessions(0));
  memory.doubt();
  EXPECT_FALSE(memory.is_known_to_keep_sessions(1));
}

} // namespace
} // namespace guildhall::store
