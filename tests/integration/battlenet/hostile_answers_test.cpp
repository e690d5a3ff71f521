#include "battlenet/oauth.hpp"
#include "battlenet_sim/hostile.hpp"
#include "core/text.hpp"
#include "domain/activity.hpp"
#include "domain/document_kinds.hpp"
#include "domain/payload.hpp"
#include "domain/realm_index.hpp"
#include "tests/integration/battlenet/client_fixture.hpp"

#include <algorithm>

/// Every answer that no honest service gives, from the wire to what would be stored of it.
namespace guildhall::test {
namespace {

using battlenet::outcome;

constexpr auto roster_body =
    R"({"_links":{"self":{"href":"https://eu/data/wow/guild/s/g/roster?namespace=profile-eu"}},
        "guild":{"name":"G","id":7,"realm":{"name":"S","id":1,"slug":"s"}},
        "members":[{"character":{"name":"Ä","id":2,"realm":{"id":1,"slug":"s"},"level":80},"rank":0},
                   {"character":{"name":"Ö","id":3,"realm":{"id":1,"slug":"s"},"level":80},"rank":1}]})";

void expect_storable(const std::string& text, std::string_view name) {
  EXPECT_TRUE(text::is_utf8(text)) << name;
  EXPECT_LE(text::length(text), 300u) << name << ": " << text;
  std::size_t odd = 0;
  for (std::size_t at = 0; at < text.size();)
    if (const auto c = text::next_code_point(text, at); !c || !text::is_printable(*c))
      ++odd;
  EXPECT_EQ(odd, 0u) << name << ": " << text;
}

template <class T>
void expect_storable(const result<T>& read, std::string_view name) {
  if (!read)
    expect_storable(read.error().message, name);
}

/// Every reader gets the body, its own document or not.
void read_by_everybody(std::string_view body, std::string_view name) {
  domain::character_columns columns;
  for (const auto& kind : domain::document_kinds)
    if (kind.of == domain::document_subject::character && kind.project) {
      const auto read = domain::read_document(kind.what, body, {}, columns);
      expect_storable(read, name);
      if (read)
        expect_storable(read->first, name);
    }
  const auto guild = domain::parse_guild(body);
  expect_storable(guild, name);
  const auto roster = domain::parse_roster(body);
  expect_storable(roster, name);
  if (roster) {
    expect_storable(roster->left_out.first, name);
    for (const auto& member : roster->members)
      EXPECT_LE(text::length(member.name), domain::longest_name) << name;
  }
  const auto activity = domain::parse_activity(body);
  expect_storable(activity, name);
  if (activity) {
    expect_storable(activity->left_out.first, name);
    for (const auto& hint : activity->hints)
      EXPECT_TRUE(text::is_utf8(hint.realm + hint.name_key)) << name;
  }
  expect_storable(domain::parse_profile(body), name);
  expect_storable(domain::parse_status(body), name);
  expect_storable(domain::parse_account(body), name);
  expect_storable(domain::parse_current_period(body), name);
  expect_storable(domain::parse_realm_index(body), name);
  expect_storable(battlenet::parse_token(body), name);
  expect_storable(battlenet::parse_user_token(body), name);
  expect_storable(battlenet::parse_user_info(body), name);
}

class hostile_answers : public http_client_test {
protected:
  /// What was kept may be closed by now: then it is asked for again, as the gateway does.
  battlenet::answer fine() {
    auto got = ask("/fine").get();
    return got.stale ? ask("/fine").get() : got;
  }
};

TEST_F(hostile_answers, are_taken_for_what_they_are_and_the_client_goes_on) {
  std::string_view name;
  scripted_server server{[&](const server_request& request, int, int) {
    return request.target() == "/fine"
             ? respond(200, "{}")
             : reply{.bytes = sim::hostile_answer(name, roster_body), .then_close = true};
  }};
  connect(server);
  ASSERT_GT(sim::hostile_names().size(), 50u);
  for (const auto each : sim::hostile_names()) {
    name = each;
    const auto got = ask("/odd").get();
    EXPECT_FALSE(got.detail.empty()) << name;
    expect_storable(got.detail, name);
    expect_storable(got.last_modified, name);
    expect_storable(got.schema_revision, name);
    EXPECT_TRUE(got.outcome == outcome::ok || got.body.empty()) << name;
    if (got.outcome == outcome::ok) {
      EXPECT_TRUE(text::is_utf8(got.body)) << name;
      read_by_everybody(got.body, name);
    }
    EXPECT_EQ(fine().outcome, outcome::ok) << "after " << name;
  }
}

TEST(a_hostile_body, is_read_without_harm_whoever_reads_it) {
  for (const auto name : sim::hostile_names()) {
    const auto answer = sim::hostile_answer(name, roster_body);
    read_by_everybody(answer.substr(answer.find("\r\n\r\n") + 4), name);
  }
}

TEST(a_hostile_body, of_which_the_rest_can_be_read_is_read) {
  const auto roster_of = [](std::string_view name) {
    const auto answer = sim::hostile_answer(name, roster_body);
    return domain::parse_roster(answer.substr(answer.find("\r\n\r\n") + 4));
  };
  const auto odd = roster_of("odd_names");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->members.size(), 2u) << "kept as it is, and made safe where it is shown";
  const auto long_ones = roster_of("long_names");
  ASSERT_FALSE(long_ones) << "no entry is readable";
  EXPECT_EQ(long_ones.error().code, ec::malformed);
}

} // namespace
} // namespace guildhall::test
