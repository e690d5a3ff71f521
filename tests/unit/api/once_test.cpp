#include "rows.hpp"

#include <map>
#include <memory>
#include <set>

/// Requests that name themselves, and how often one user may write.
namespace guildhall::api::test {
namespace {

using http::method;

class once_test : public api_test {
protected:
  once_test() {
    become({{.guild = guild_id{7}, .best_rank = 0, .is_officer = true, .is_leader = true}});
  }
  answer make_roster(const std::map<std::string, std::string>& headers = {}) {
    return send(method::post, "/api/guilds/7/rosters", R"({"name":"Raid"})", headers);
  }
  answer make_roster_as(const std::string& key) {
    return make_roster({{"Idempotency-Key", key}});
  }
};

/// Every POST of users that makes something, and a good body of it.
const std::map<std::string, std::string> makers{
    {"/api/guilds/:guildId/rosters", R"({"name":"Raid"})"},
    {"/api/rosters/:rosterId/members", R"({"additions":[{"type":"rank","rankId":1}]})"},
    {"/api/events",
     R"({"title":"Raid night","event_type":"Raid","start_time":"2025-05-13T18:00",
         "end_time":"2025-05-13T19:00","guild_id":7})"},
    {"/api/events/:eventId/subscribe", R"({"status":"Confirmed","character_id":101})"},
    {"/api/characters", R"({"name":"Thrall","realm":"stormrage","region":"eu"})"},
    {"/api/characters/sync", R"({"characterId":7})"}};
/// And those that make nothing: a second one does no harm.
const std::set<std::string> harmless{"/api/auth/refresh", "/api/admin/validation-stats/reset"};

std::string with_ids(const std::string& pattern) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();)
    if (pattern[at] == ':') {
      out += '7';
      at = std::min(pattern.find('/', at), pattern.size());
    } else {
      out += pattern[at++];
    }
  return out;
}

TEST_F(once_test, every_post_that_makes_something_takes_a_key) {
  for (const auto& [verb, pattern] : api.routes()) {
    if (verb != method::post || harmless.contains(pattern))
      continue;
    ASSERT_TRUE(makers.contains(pattern)) << pattern << " has no case here";
    const auto before = people.keyed;
    const auto got =
        send(verb, with_ids(pattern), makers.at(pattern), {{"Idempotency-Key", "k"}});
    EXPECT_LT(got.status, 300) << pattern << ' ' << got.body;
    EXPECT_EQ(people.keyed, before + 1) << pattern;
    EXPECT_EQ(people.last_key, "k") << pattern;
    EXPECT_EQ(people.last_digest.size(), 32u) << pattern;
    const auto without = send(verb, with_ids(pattern), makers.at(pattern));
    EXPECT_EQ(without.status, got.status) << pattern;
    EXPECT_EQ(without.body, got.body) << pattern;
    EXPECT_EQ(without.headers, got.headers) << pattern;
    EXPECT_EQ(people.keyed, before + 1) << pattern;
  }
}

TEST_F(once_test, a_key_is_1_to_64_visible_characters) {
  for (const auto& key :
       {std::string{"k"}, std::string(64, 'k'), std::string{"\"quoted\""}, std::string{"!~"}})
    EXPECT_EQ(make_roster_as(key).status, 201) << key;
  for (const auto& key :
       {std::string{}, std::string(65, 'k'), std::string{"a b"}, std::string{"a\tb"},
        std::string{"\x7f"}, std::string{"é"}}) {
    const auto got = make_roster_as(key);
    EXPECT_EQ(got.status, 400) << key;
    EXPECT_EQ(
        got.parsed().at("message"), "Idempotency-Key must be 1 to 64 visible ASCII characters");
  }
}

TEST_F(once_test, a_digest_is_of_method_path_and_body) {
  std::set<std::string> digests;
  const auto ask = [&](const std::string& target, const std::string& body) {
    EXPECT_EQ(send(method::post, target, body, {{"Idempotency-Key", "k"}}).status, 201);
    return digests.insert(people.last_digest).second;
  };
  become(
      {{.guild = guild_id{7}, .is_leader = true}, {.guild = guild_id{8}, .is_leader = true}});
  EXPECT_TRUE(ask("/api/guilds/7/rosters", R"({"name":"Raid"})"));
  EXPECT_FALSE(ask("/api/guilds/7/rosters", R"({"name":"Raid"})"));
  EXPECT_TRUE(ask("/api/guilds/8/rosters", R"({"name":"Raid"})"));
  EXPECT_TRUE(ask("/api/guilds/7/rosters", R"({"name":"Raid2"})"));
}

TEST_F(once_test, the_key_of_another_request_is_422) {
  people.key_is_of_another = true;
  const auto got = make_roster_as("k");
  EXPECT_EQ(got.status, 422);
  EXPECT_EQ(got.parsed().at("error").at("code"), "UNPROCESSABLE_ENTITY");
  EXPECT_EQ(got.parsed().at("error").at("status"), 422);
  EXPECT_EQ(got.parsed().at("success"), false);
  EXPECT_EQ(got.parsed().at("message"), got.parsed().at("error").at("message"));
}

TEST_F(once_test, an_outcome_that_is_not_known_may_be_asked_for_again_with_a_key) {
  people.roster_written = fail(ec::outcome_unknown);
  const auto without = make_roster();
  EXPECT_EQ(without.status, 503);
  EXPECT_EQ(without.parsed().at("error").at("code"), "OUTCOME_UNKNOWN");
  const auto got = make_roster_as("k");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.parsed().at("error").at("code"), "SERVICE_UNAVAILABLE");
  EXPECT_NE(got.header("Retry-After"), "");
}

TEST_F(once_test, who_may_not_is_told_so_with_or_without_a_key) {
  become({});
  EXPECT_EQ(make_roster_as("k").status, 403);
  EXPECT_EQ(people.keyed, 0);
}

// --- how much one user may write

TEST_F(once_test, one_user_writes_so_much_and_is_told_when_to_come_back) {
  int written = 0;
  answer last;
  for (; written < 1'000; ++written) {
    last = send(method::put, "/api/rosters/12", R"({"name":"Raid"})");
    if (last.status != 200)
      break;
  }
  EXPECT_GE(written, 60);
  EXPECT_LT(written, 200) << "a few more while the test ran";
  EXPECT_EQ(last.status, 429);
  EXPECT_EQ(last.parsed().at("error").at("code"), "RATE_LIMITED");
  EXPECT_EQ(last.parsed().at("message"), "You change too much at once; try again in a moment");
  EXPECT_NE(last.header("Retry-After"), "");
  EXPECT_EQ(get("/api/guilds/7/rosters").status, 200) << "reads go on";
}

TEST_F(once_test, every_route_that_writes_is_counted) {
  const std::set<std::string> of_anybody{"/api/auth/refresh"};
  for (const auto& [verb, pattern] : api.routes()) {
    if (verb == method::get || of_anybody.contains(pattern))
      continue;
    with.write_limit = std::make_shared<auth::write_limit>(1);
    http::router fresh;
    build_public(fresh, with);
    int status = 0;
    for (int i = 0; i < 8 && status != 429; ++i)
      status = call(
                   fresh, verb, with_ids(pattern),
                   {{"Authorization", "Bearer " + user_token()}}, "no body")
                   .status;
    EXPECT_EQ(status, 429) << to_string(verb) << ' ' << pattern;
  }
}

TEST_F(once_test, operators_are_not_counted) {
  control.job_answer = fail(ec::not_found);
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(operate(method::post, "/guilds/7/sync").status, 404);
}

TEST(write_limit, refills_evenly_and_tells_when) {
  using namespace std::chrono_literals;
  auth::write_limit limit{10};
  const auto start = auth::write_limit::clock::now();
  const user_id one{1};
  for (int i = 0; i < 60; ++i)
    ASSERT_TRUE(limit.admit(one, start)) << i;
  const auto refused = limit.admit(one, start);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ec::rate_limited);
  EXPECT_TRUE(refused.error().retry_at);
  EXPECT_TRUE(limit.admit(user_id{2}, start)) << "others have their own";
  EXPECT_TRUE(limit.admit(one, start + 100ms));
  EXPECT_FALSE(limit.admit(one, start + 100ms));
  for (int i = 0; i < 60; ++i)
    EXPECT_TRUE(limit.admit(one, start + 10s)) << i;
  EXPECT_FALSE(limit.admit(one, start + 10s));
}

TEST(write_limit, can_change_while_it_counts) {
  using namespace std::chrono_literals;
  auth::write_limit limit{1};
  const auto start = auth::write_limit::clock::now();
  const user_id one{1};
  for (int i = 0; i < 6; ++i)
    ASSERT_TRUE(limit.admit(one, start)) << i;
  EXPECT_FALSE(limit.admit(one, start));
  limit.set(10);
  for (int i = 0; i < 10; ++i)
    EXPECT_TRUE(limit.admit(one, start + 1s)) << i;
  EXPECT_FALSE(limit.admit(one, start + 1s));
}

} // namespace
} // namespace guildhall::api::test
