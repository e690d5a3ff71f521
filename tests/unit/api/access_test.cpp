#include "fixture.hpp"
#include "rows.hpp"

/// Whose token counts, and who may read what.
namespace guildhall::api::test {
namespace {

class access_test : public api_test {
protected:
  access_test() {
    reads.guild_answer = avalerion();
    reads.character_answer = thrall();
  }

  /// A character of nobody, in no guild.
  static domain::character_row thrall() {
    domain::character_row row;
    row.id = character_id{11};
    row.region = domain::region::eu;
    row.realm = "stormrage";
    row.name = "Thrall";
    return row;
  }

  static std::vector<domain::guild_standing> member_of(std::int64_t guild) {
    return {{.guild = guild_id{guild}, .best_rank = 4}};
  }
  std::string token_of(time_point valid_since, auth::audience aud = auth::audience::api) const {
    auth::claims who;
    who.aud = aud;
    who.id = 5;
    who.valid_since = valid_since;
    who.issued_at = now();
    who.expires_at = now() + seconds{900};
    return auth::mint(signing_key, who);
  }
  answer get_with(const std::string& token, const std::string& target) {
    return call(api, http::method::get, target, {{"Authorization", "Bearer " + token}});
  }
};

const std::vector<std::string> guild_reads{
    "/api/guilds/id/7",
    "/api/guilds/eu/stormrage/avalerion",
    "/api/guilds/7/members",
    "/api/guilds/7/members/enhanced",
    "/api/guilds/7/classified-roster",
    "/api/guilds/7/member-activity",
    "/api/guilds/7/ranks",
    "/api/guilds/7/rank-structure",
    "/api/guilds/7/freshness"};

TEST_F(access_test, members_read_their_guild) {
  become(member_of(7));
  for (const auto& target : guild_reads)
    EXPECT_EQ(get(target).status, 200) << target;
}

TEST_F(access_test, others_are_refused_with_403_and_a_sentence_never_with_401) {
  for (const auto& target : guild_reads)
    EXPECT_EQ(get(target).status, 200) << target << " (an admin fills the cache)";
  become(member_of(8));
  for (const auto& target : guild_reads) {
    const auto got = get(target);
    EXPECT_EQ(got.status, 403) << target;
    EXPECT_EQ(got.parsed().at("message"), "You are not a member of this guild") << target;
    EXPECT_EQ(got.parsed().at("error").at("code"), "FORBIDDEN") << target;
  }
}

TEST_F(access_test, an_answer_that_has_to_be_read_first_is_judged_as_well) {
  become(member_of(8));
  EXPECT_EQ(get("/api/guilds/eu/stormrage/avalerion").status, 403);
  EXPECT_EQ(get("/api/characters/11").status, 404);
  EXPECT_EQ(get("/api/characters/eu/stormrage/thrall").status, 404);
}

TEST_F(access_test, open_reads_need_a_token_and_nothing_else) {
  with.open_reads = true;
  http::router open;
  build_public(open, with);
  become({});
  for (const auto& target : guild_reads) {
    EXPECT_EQ(
        call(open, http::method::get, target, {{"Authorization", "Bearer " + user_token()}})
            .status,
        200)
        << target;
    EXPECT_EQ(call(open, http::method::get, target).status, 401) << target;
  }
}

TEST_F(access_test, a_character_is_read_by_its_owner_its_guild_and_admins) {
  auto row = thrall();
  row.guild_id = guild_id{7};
  row.user_id = user_id{6};
  reads.character_answer = row;
  for (const std::string target :
       {"/api/characters/11", "/api/characters/eu/stormrage/thrall"}) {
    become({}, "admin");
    EXPECT_EQ(get(target).status, 200) << target;
    become(member_of(7));
    EXPECT_EQ(get(target).status, 200) << target;
    become(member_of(8));
    EXPECT_EQ(get(target).status, 404) << target;
  }
  row.user_id = user_id{5};
  reads.character_answer = row;
  cache.move_all();
  become({});
  EXPECT_EQ(get("/api/characters/11").status, 200);
}

TEST_F(access_test, what_may_not_be_seen_is_as_if_it_were_not_there) {
  reads.character_answer = thrall();
  domain::event_row raid;
  raid.id = {9};
  raid.guild_id = {7};
  raid.event_type = "Raid";
  people.event_answer = raid;
  people.sign_ups_answer = domain::event_sign_ups{guild_id{7}, {}};
  const std::vector<std::string> hidden{
      "/api/characters/11", "/api/characters/eu/stormrage/thrall", "/api/events/9",
      "/api/events/9/subscribers"};
  become(member_of(8));
  std::map<std::string, answer> fresh;
  for (const auto& target : hidden)
    fresh[target] = get(target);
  become({}, "admin");
  for (const auto& target : hidden)
    EXPECT_EQ(get(target).status, 200) << target << " (an admin fills the cache)";
  become(member_of(8));
  std::map<std::string, answer> kept;
  for (const auto& target : hidden) {
    const auto asked_before = reads.asked + people.reads;
    kept[target] = get(target);
    EXPECT_EQ(reads.asked + people.reads, asked_before + 1)
        << target << ": what is kept answers no sooner";
  }
  cache.move_all();
  reads.character_answer = fail(domain::no_such_character(character_id{11}));
  people.event_answer = fail(ec::not_found, std::string{domain::no_such_event});
  people.sign_ups_answer = domain::event_sign_ups{};
  for (const auto& target : hidden) {
    if (target.ends_with("thrall"))
      reads.character_answer =
          fail(domain::no_such_character({domain::region::eu, "stormrage", "thrall"}));
    const auto unknown = get(target);
    EXPECT_EQ(unknown.status, 404) << target;
    for (const auto* seen : {&fresh[target], &kept[target]}) {
      EXPECT_EQ(seen->status, 404) << target;
      EXPECT_EQ(seen->body, unknown.body) << target;
      EXPECT_EQ(seen->headers, unknown.headers) << target;
    }
    reads.character_answer = fail(domain::no_such_character(character_id{11}));
  }
}

TEST_F(access_test, anothers_character_is_not_there_unless_it_may_be_looked_at) {
  auto row = thrall();
  row.guild_id = guild_id{7};
  row.user_id = user_id{6};
  reads.character_answer = row;
  become(member_of(7));
  EXPECT_EQ(send(http::method::put, "/api/characters/11", "{}").status, 403);
  become(member_of(8));
  const auto hidden = send(http::method::put, "/api/characters/11", "{}");
  reads.character_answer = fail(domain::no_such_character(row.id));
  const auto unknown = send(http::method::put, "/api/characters/11", "{}");
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(hidden.body, unknown.body);
  EXPECT_EQ(hidden.headers, unknown.headers);
}

TEST_F(access_test, unknown_guilds_are_404_for_admins_and_tell_others_nothing) {
  reads.guild_answer = fail(ec::not_found, "Guild with ID 7 not found");
  EXPECT_EQ(get("/api/guilds/id/7").status, 404);
  become(member_of(8));
  EXPECT_EQ(get("/api/guilds/id/7").status, 403);
}

TEST_F(access_test, the_role_is_the_databases_not_the_tokens) {
  become({}, "user");
  EXPECT_EQ(get("/api/guilds/id/7").status, 403);
  become({}, "admin");
  EXPECT_EQ(get("/api/guilds/id/7").status, 200);
}

TEST_F(access_test, tokens_from_before_a_logout_are_401) {
  accounts.standing_answer->tokens_valid_since =
      moment(evening) + std::chrono::microseconds{300};
  EXPECT_EQ(get_with(token_of(moment(evening)), "/api/guilds/id/7").status, 200);
  const auto old = get_with(token_of(moment(evening - 1)), "/api/guilds/id/7");
  EXPECT_EQ(old.status, 401);
  EXPECT_EQ(old.parsed().at("error").at("code"), "INVALID_TOKEN");
}

TEST_F(access_test, a_deleted_user_is_401) {
  accounts.standing_answer = fail(ec::not_found, "User not found");
  EXPECT_EQ(get("/api/guilds/id/7").status, 401);
}

TEST_F(access_test, a_standing_that_cannot_be_read_is_503_and_asked_for_again) {
  const auto before = accounts.standing_answer;
  accounts.standing_answer = fail(ec::database_down);
  const auto got = get("/api/guilds/id/7");
  EXPECT_EQ(got.status, 503);
  EXPECT_FALSE(got.header("Retry-After").empty());
  accounts.standing_answer = before;
  EXPECT_EQ(get("/api/guilds/id/7").status, 200);
}

TEST_F(access_test, a_refresh_token_opens_nothing) {
  EXPECT_EQ(get_with(token_of({}, auth::audience::refresh), "/api/guilds/id/7").status, 401);
}

TEST_F(access_test, a_standing_is_read_once_until_its_tag_moves) {
  get("/api/guilds/id/7");
  get("/api/guilds/id/7");
  EXPECT_EQ(accounts.asked, 1);
  standings.move("user:6");
  get("/api/guilds/id/7");
  EXPECT_EQ(accounts.asked, 1);
  standings.move("user:5");
  get("/api/guilds/id/7");
  EXPECT_EQ(accounts.asked, 2);
}

TEST_F(access_test, without_the_change_feed_it_is_read_each_time) {
  standings.set_coherent(false);
  get("/api/guilds/id/7");
  get("/api/guilds/id/7");
  EXPECT_EQ(accounts.asked, 2);
}

TEST(standing, officers_and_leaders) {
  domain::standing who;
  who.guilds = {
      {.guild = guild_id{2}, .best_rank = 3, .is_officer = false, .is_leader = false},
      {.guild = guild_id{5}, .best_rank = 1, .is_officer = true, .is_leader = false},
      {.guild = guild_id{9}, .best_rank = 0, .is_officer = false, .is_leader = true}};
  EXPECT_TRUE(who.is_member(guild_id{2}));
  EXPECT_FALSE(who.is_officer(guild_id{2}));
  EXPECT_TRUE(who.is_officer(guild_id{5}));
  EXPECT_FALSE(who.leads(guild_id{5}));
  EXPECT_TRUE(who.is_officer(guild_id{9}));
  EXPECT_TRUE(who.leads(guild_id{9}));
  EXPECT_FALSE(who.is_member(guild_id{4}));
  EXPECT_FALSE(who.is_member(guild_id{10}));
}

} // namespace
} // namespace guildhall::api::test
