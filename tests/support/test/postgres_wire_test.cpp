#include "tests/support/postgres_wire.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

/// Which bytes of a conversation with PostgreSQL are a commit.
namespace guildhall::test {

namespace {

std::string number(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xffU);
  return out;
}

std::string message(char type, const std::string& content) {
  return type + number(static_cast<std::uint32_t>(content.size() + 4)) + content;
}

std::string zero(const std::string& text) {
  return text + '\0';
}

const std::string encryption = number(8) + number(80877103);
const std::string startup = number(9) + number(196608) + zero("");

class wire : public testing::Test {
protected:
  void SetUp() override {
    talk.from_client(startup);
  }
  /// How many of the messages commit.
  int from_client(const std::string& bytes) {
    int out = 0;
    for (const auto& one : talk.from_client(bytes))
      out += one.commits;
    return out;
  }
  int from_server(const std::string& bytes) {
    int out = 0;
    for (const auto& one : talk.from_server(bytes))
      out += one.commits;
    return out;
  }

  postgres_wire talk;
};

} // namespace

TEST_F(wire, a_commit_is_seen_in_the_simple_protocol_however_it_is_spelled) {
  for (const auto* sql :
       {"COMMIT", "commit;", " \n Commit work ; ", "end", "insert into t values (1); COMMIT"})
    EXPECT_EQ(from_client(message('Q', zero(sql))), 1) << sql;
  for (const auto* sql :
       {"select 1", "", ";", "commit; select 1", "commit prepared 'x'", "committed", "rollback",
        "begin", "insert into commits values ('commit')"})
    EXPECT_EQ(from_client(message('Q', zero(sql))), 0) << sql;
}

TEST_F(wire, a_commit_is_seen_in_the_extended_protocol_when_it_is_executed) {
  EXPECT_EQ(from_client(message('P', zero("end_it") + zero("commit") + number(0))), 0);
  EXPECT_EQ(from_client(message('P', zero("") + zero("select 1") + number(0))), 0);
  const auto bind = [](const std::string& portal, const std::string& statement) {
    return message('B', zero(portal) + zero(statement) + number(0) + number(0));
  };
  EXPECT_EQ(from_client(bind("", "")), 0);
  EXPECT_EQ(from_client(message('E', zero("") + number(0))), 0);
  EXPECT_EQ(from_client(bind("", "end_it")), 0);
  EXPECT_EQ(from_client(message('E', zero("") + number(0))), 1);
  EXPECT_EQ(from_client(message('E', zero("other") + number(0))), 0);
  // The names can be used again for something else.
  EXPECT_EQ(from_client(message('P', zero("end_it") + zero("select 2") + number(0))), 0);
  EXPECT_EQ(from_client(bind("", "end_it")), 0);
  EXPECT_EQ(from_client(message('E', zero("") + number(0))), 0);
}

TEST_F(wire, the_server_says_when_it_is_done_and_not_when_it_rolled_back) {
  EXPECT_EQ(from_server(message('C', zero("COMMIT")) + message('Z', "I")), 1);
  EXPECT_EQ(from_server(message('C', zero("ROLLBACK"))), 0);
  EXPECT_EQ(from_server(message('C', zero("INSERT 0 1"))), 0);
  EXPECT_EQ(from_server(message('D', zero("COMMIT"))), 0);
}

TEST(a_wire, says_the_same_in_pieces_of_any_size) {
  const auto asked = encryption + startup + message('Q', zero("select 1"))
                   + message('Q', zero("COMMIT")) + message('X', "");
  const auto told = "N" + message('R', number(0)) + message('C', zero("SELECT 1"))
                  + message('C', zero("COMMIT")) + message('Z', "I");
  for (std::size_t piece = 1; piece <= asked.size(); ++piece) {
    postgres_wire talk;
    std::string passed;
    int commits = 0;
    const auto take = [&](const std::vector<wire_message>& messages) {
      for (const auto& one : messages) {
        passed += one.bytes;
        commits += one.commits;
      }
    };
    for (std::size_t at = 0; at < asked.size(); at += piece)
      take(talk.from_client(asked.substr(at, piece)));
    for (std::size_t at = 0; at < told.size(); at += piece)
      take(talk.from_server(told.substr(at, piece)));
    EXPECT_EQ(passed, asked + told) << piece;
    EXPECT_EQ(commits, 2) << piece;
  }
}

TEST(a_wire, passes_on_what_is_encrypted) {
  postgres_wire talk;
  talk.from_client(encryption);
  EXPECT_EQ(talk.from_server("S").at(0).bytes, "S");
  EXPECT_EQ(talk.from_client("\x16\x03\x01").at(0).bytes, "\x16\x03\x01");
  EXPECT_EQ(talk.from_server("\x16\x03").at(0).bytes, "\x16\x03");
}

} // namespace guildhall::test
