#include "tests/support/gunzip.hpp"
#include "tests/system/support/town.hpp"
#include "tests/system/support/web_fields.hpp"
#include "tests/system/support/web_pages.hpp"

#include <algorithm>
#include <memory>
#include <set>

/// The existing web client, page by page, from an origin of its own: what a person does there
/// and what they then see.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;

constexpr auto client_origin = "http://localhost:5173";

class the_web_client : public testing::Test {
protected:
  static void SetUpTestSuite() {
    shared_ = std::make_unique<town>(client_origin);
  }
  static void TearDownTestSuite() {
    shared_.reset();
  }

  town& in() {
    return *shared_;
  }
  web_client master() {
    return in().client_of(in().master);
  }
  web_client commoner() {
    return in().client_of(in().commoner);
  }

private:
  static inline std::unique_ptr<town> shared_;
};

std::string guild_name(town& in, const guild_address& which) {
  const auto seen = in.battlenet().get(
      "guild/" + percent_encoded(which.realm + '/' + which.slug) + "?region=eu");
  return text(seen.at("guild").at("name"));
}

template <class Rows>
bool has_name(const Rows& rows, const std::string& name) {
  return std::ranges::any_of(rows, [&](const auto& one) { return one.name == name; });
}

/// What every failure carries, for each of the client's readers.
void expect_error(const reply& answer, int status, const std::string& code) {
  ASSERT_EQ(answer.status, status) << answer.body;
  const auto body = answer.json();
  EXPECT_FALSE(flag_field(body, "success"));
  const auto& error = field(body, "error");
  EXPECT_EQ(number_field(error, "status"), status);
  EXPECT_EQ(text_field(error, "code"), code) << answer.body;
  EXPECT_NE(text_field(error, "message"), "");
  EXPECT_EQ(text_field(body, "message"), text_field(error, "message"));
}

} // namespace

// --- 1: login

TEST_F(the_web_client, is_sent_to_our_own_start_and_comes_back_with_both_tokens) {
  auto client = in().client();
  const auto start =
      "http://127.0.0.1:" + std::to_string(in().api().port()) + "/api/auth/start";
  EXPECT_TRUE(client.login_address().starts_with(start + "?region=eu"))
      << client.login_address();
  tab opened;
  const auto landed = client.log_in(opened, in().commoner.account);
  EXPECT_TRUE(landed.starts_with(std::string{client_origin} + "/auth/callback#accessToken="))
      << landed;
  ASSERT_TRUE(client.me) << landed;
  EXPECT_GT(client.me->id, 0);
  EXPECT_EQ(client.me->battletag, in().commoner.battletag);
  EXPECT_EQ(client.me->role, "user");
}

TEST_F(the_web_client, is_sent_to_its_login_page_when_access_is_denied) {
  auto client = in().client();
  tab opened;
  const auto landed = client.log_in(opened, in().commoner.account, "deny");
  EXPECT_TRUE(landed.starts_with(std::string{client_origin} + "/login?")) << landed;
  EXPECT_FALSE(client.me);
}

// --- 2: tokens

TEST_F(the_web_client, repeats_a_call_after_a_refresh_and_keeps_its_old_refresh_token) {
  auto client = commoner();
  const auto refresh_token = client.refresh_token;
  for (int time = 1; time <= 2; ++time) {
    client.access_token = town::expired(client.access_token);
    EXPECT_EQ(dashboard(client).size(), 1U);
    EXPECT_EQ(client.refreshes(), time);
    EXPECT_EQ(client.refresh_token, refresh_token);
  }
  client.refresh_by_timer();
  client.start();
  EXPECT_TRUE(client.me);
  client.refresh_token = refresh_token;
  client.refresh_by_timer();
  EXPECT_EQ(dashboard(client).size(), 1U);
}

TEST_F(the_web_client, is_logged_out_when_its_refresh_token_is_no_good) {
  auto client = commoner();
  client.access_token = town::expired(client.access_token);
  client.refresh_token = "nonsense";
  expect_error(client.call("GET", "/guilds/user"), 401, "EXPIRED_TOKEN");
  EXPECT_EQ(client.access_token, "");
}

TEST_F(the_web_client, is_not_asked_to_refresh_by_a_refusal) {
  auto client = commoner();
  EXPECT_EQ(client.call("GET", "/guilds/id/" + std::to_string(in().elsewhere_id)).status, 403);
  EXPECT_EQ(client.refreshes(), 0);
}

// --- 3: dashboard

TEST_F(the_web_client, shows_a_guilds_title_and_count_and_the_manage_link_to_its_master_alone) {
  const auto count = static_cast<std::int64_t>(in().battlenet().members(in().home).size());
  for (auto client : {master(), commoner()}) {
    const auto is_master = client.me->battletag == in().master.battletag;
    const auto cards = dashboard(client);
    ASSERT_EQ(cards.size(), 1U);
    EXPECT_EQ(cards[0].id, in().home_id);
    EXPECT_EQ(cards[0].title, guild_name(in(), in().home));
    EXPECT_EQ(cards[0].realm, in().home.realm);
    EXPECT_EQ(cards[0].member_count, count);
    EXPECT_EQ(cards[0].is_guild_master, is_master);

    const auto page = open_guild(client, cards[0].id);
    EXPECT_EQ(page.name, cards[0].title);
    EXPECT_EQ(page.region, "EU");
    EXPECT_EQ(shows_manage_links(client, page), is_master);
  }
}

// --- 4: general

TEST_F(the_web_client, counts_roles_and_classes_and_lists_who_joined_and_left) {
  auto client = commoner();
  const auto before = open_general(client, in().home_id);
  EXPECT_EQ(before.members.size(), in().battlenet().members(in().home).size());
  int counted = 0;
  for (const auto& [role, count] : before.by_role()) {
    EXPECT_NE(role, "unknown");
    counted += count;
  }
  EXPECT_EQ(counted, static_cast<int>(before.members.size()));
  EXPECT_GT(before.by_class().size(), 3U);
  EXPECT_FALSE(before.by_class().contains(""));

  const auto gone = in().officer.characters.back();
  in().battlenet().post(
      "world/join",
      {{"guild", in().home.realm + '/' + in().home.slug}, {"name", "Zoë"}, {"rank", 5}});
  in().battlenet().post("world/leave", {{"character", gone.id}});
  in().refresh_home();
  const auto after = open_general(client, in().home_id);
  EXPECT_EQ(after.members.size(), before.members.size());
  EXPECT_TRUE(has_name(after.members, "Zoë"));
  ASSERT_EQ(after.joined.size(), 1U);
  EXPECT_EQ(after.joined[0].name, "Zoë");
  EXPECT_GT(after.joined[0].level, 0);
  EXPECT_NE(after.joined[0].class_name, "");
  ASSERT_EQ(after.left.size(), 1U);
  EXPECT_EQ(after.left[0].name, gone.name);
  EXPECT_GT(after.left[0].level, 0);
  EXPECT_NE(after.left[0].class_name, "");
  in().battlenet().post("world/return", {{"character", gone.id}, {"rank", gone.rank}});
  in().refresh_home();
}

// --- 5: members

TEST_F(the_web_client, lists_a_player_once_with_their_alts_counted) {
  auto client = commoner();
  const auto shown = open_members(client, in().home_id);
  std::vector<member_card> own;
  for (const auto& one : in().commoner.characters)
    own.push_back(shown.card(one.name));
  const auto is_main = [](const member_card& one) { return one.classification == "Main"; };
  ASSERT_EQ(std::ranges::count_if(own, is_main), 1);
  const auto main = *std::ranges::find_if(own, is_main);
  EXPECT_FALSE(main.main_id);
  EXPECT_EQ(shown.alts_of(main.character_id), static_cast<int>(own.size()) - 1);
  EXPECT_TRUE(has_name(shown.mains(), main.name));
  EXPECT_LT(shown.mains().size(), shown.cards.size());
}

TEST_F(the_web_client, shows_item_level_spec_rating_and_professions) {
  auto client = commoner();
  const auto shown = open_members(client, in().home_id);
  const auto some = [&](auto has) { return std::ranges::count_if(shown.cards, has); };
  const auto equipped = [](const member_card& one) { return one.item_level.value_or(0) > 0; };
  EXPECT_GT(some(equipped), static_cast<std::int64_t>(shown.cards.size()) / 2);
  EXPECT_GT(some([](const member_card& one) { return one.spec.has_value(); }), 0);
  EXPECT_GT(some([](const member_card& one) { return one.rating.value_or(0) > 0; }), 0);
  EXPECT_GT(
      some([](const member_card& one) {
        return std::ranges::any_of(one.professions, [](const profession_line& known) {
          return known.max_points > 0 && !known.name.empty();
        });
      }),
      0);
}

TEST_F(the_web_client, filters_its_members_by_class_and_by_rank) {
  auto client = commoner();
  const auto shown = open_members(client, in().home_id);
  std::set<std::string> classes;
  std::set<std::int64_t> ranks;
  for (const auto& one : shown.cards) {
    classes.insert(one.class_name);
    ranks.insert(one.rank);
  }
  std::size_t by_class = 0;
  for (const auto& name : classes)
    by_class += shown.mains(name).size();
  EXPECT_EQ(by_class, shown.mains().size());
  for (const auto rank : ranks)
    EXPECT_TRUE(shown.ranks.contains(rank)) << "rank " << rank << " has no name to choose by";
  const auto leaders = shown.mains({}, 0);
  ASSERT_EQ(leaders.size(), 1U);
  EXPECT_EQ(leaders[0].name, in().master.characters.front().name);
}

// --- 6: manage

TEST_F(the_web_client, shows_a_renamed_rank_everywhere) {
  auto client = master();
  auto reader = commoner();
  const auto rank = in().commoner.characters.front().rank;
  open_members(reader, in().home_id);
  rename_rank(client, in().home_id, rank, "Königsgarde");

  const auto ranks = rank_structure(client, in().home_id);
  const auto renamed = std::ranges::find(ranks, rank, &rank_line::rank_id);
  ASSERT_NE(renamed, ranks.end());
  EXPECT_EQ(renamed->name, "Königsgarde");
  EXPECT_TRUE(renamed->is_custom);
  EXPECT_EQ(
      renamed->member_count,
      std::ranges::count(in().battlenet().members(in().home), rank, &member::rank));
  EXPECT_EQ(open_members(reader, in().home_id).ranks.at(rank), "Königsgarde");
  const auto roster = add_roster(client, in().home_id, "Renamed");
  const auto listed =
      add_to_roster(client, roster.id, {json::object{{"type", "rank"}, {"rankId", rank}}});
  ASSERT_FALSE(listed.empty());
  EXPECT_EQ(listed[0].rank, "Königsgarde");
  EXPECT_EQ(client.call("DELETE", "/rosters/" + std::to_string(roster.id)).status, 204);
}

TEST_F(the_web_client, makes_a_roster_fills_it_by_character_and_rank_and_deletes_it) {
  auto client = master();
  const auto made = add_roster(client, in().home_id, "Raid team");
  EXPECT_EQ(made.name, "Raid team");
  EXPECT_TRUE(has_name(rosters(client, in().home_id), "Raid team"));
  EXPECT_TRUE(roster_members(client, made.id).empty());

  const auto picked = in().master.characters.front();
  const auto picked_id = in().character_id(picked);
  auto listed = add_to_roster(
      client, made.id, {json::object{{"type", "character"}, {"characterId", picked_id}}});
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].name, picked.name);
  EXPECT_NE(listed[0].class_name, "");

  const auto rank = in().commoner.characters.front().rank;
  listed = add_to_roster(
      client, made.id,
      {json::object{{"type", "rank"}, {"rankId", rank}},
       json::object{{"type", "character"}, {"characterId", picked_id}}});
  EXPECT_EQ(
      static_cast<std::int64_t>(listed.size()),
      1 + std::ranges::count(in().battlenet().members(in().home), rank, &member::rank))
      << "everybody of the rank, and nobody twice";

  const auto roster = "/rosters/" + std::to_string(made.id);
  EXPECT_EQ(
      client.call("DELETE", roster + "/members/" + std::to_string(picked_id)).status, 204);
  EXPECT_FALSE(has_name(roster_members(client, made.id), picked.name));
  EXPECT_EQ(client.call("DELETE", roster).status, 204);
  EXPECT_FALSE(has_name(rosters(client, in().home_id), "Raid team"));
}

TEST_F(the_web_client, shows_a_member_why_they_may_not_manage) {
  auto client = commoner();
  const auto answer = client.call(
      "POST", "/guilds/" + std::to_string(in().home_id) + "/rosters",
      json::object{{"name", "Mine"}});
  expect_error(answer, 403, "FORBIDDEN");
  EXPECT_EQ(shown_error(answer), "You must be the guild master to perform this action");
  EXPECT_EQ(client.refreshes(), 0);
}

// --- 7: calendar

TEST_F(the_web_client, makes_an_event_and_edits_it_without_moving_the_clock) {
  auto client = commoner();
  event_form form{in().home_id,
                  "Raid night",
                  "Bring flasks",
                  "Raid",
                  "2026-07-01T19:30",
                  "2026-07-01T22:00",
                  20};
  const auto id = add_event(client, form);
  const auto listed = calendar(client, in().home_id);
  const auto shown = std::ranges::find(listed, id, &event_line::id);
  ASSERT_NE(shown, listed.end());
  EXPECT_EQ(shown->start_time, "2026-07-01T19:30:00.000Z");

  auto edited = edit_form(client, id);
  EXPECT_EQ(edited.title, form.title);
  EXPECT_EQ(edited.description, form.description);
  EXPECT_EQ(edited.start_time, form.start_time);
  EXPECT_EQ(edited.end_time, form.end_time);
  EXPECT_EQ(edited.max_participants, form.max_participants);
  edited.title = "Raid night, again";
  save_event(client, id, edited);
  const auto saved = edit_form(client, id);
  EXPECT_EQ(saved.title, "Raid night, again");
  EXPECT_EQ(saved.start_time, form.start_time);
  EXPECT_EQ(saved.end_time, form.end_time);
  EXPECT_EQ(client.call("DELETE", "/events/" + std::to_string(id)).status, 200);
}

TEST_F(the_web_client, joins_an_event_changes_its_mind_and_deletes_it) {
  auto client = commoner();
  const auto id = add_event(
      client,
      {in().home_id, "Dungeons", "", "Dungeon", "2026-07-02T20:00", "2026-07-02T21:00", 5});
  EXPECT_TRUE(sign_ups(client, id).empty());
  const auto own = own_characters(client);
  EXPECT_GE(own.size(), in().commoner.characters.size());
  const auto main = std::ranges::find(own, true, &own_character::is_main);
  ASSERT_NE(main, own.end()) << "nobody is preselected";

  auto listed = answer_event(client, "POST", id, "Confirmed", main->id);
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].status, "Confirmed");
  EXPECT_EQ(listed[0].user_id, client.me->id);
  EXPECT_EQ(listed[0].battletag, in().commoner.battletag);
  EXPECT_EQ(listed[0].character_id, main->id);
  EXPECT_EQ(listed[0].character_name, main->name);
  EXPECT_EQ(listed[0].character_class, main->class_name);
  listed = answer_event(client, "PUT", id, "Declined", main->id);
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].status, "Declined");

  EXPECT_EQ(client.call("DELETE", "/events/" + std::to_string(id)).status, 200);
  EXPECT_EQ(std::ranges::count(calendar(client, in().home_id), id, &event_line::id), 0);
  expect_error(client.call("GET", "/events/" + std::to_string(id)), 404, "NOT_FOUND");
}

// --- 8: Discord

TEST_F(the_web_client, shows_the_bodys_text_for_a_wrong_discord_token) {
  auto client = commoner();
  EXPECT_EQ(link_discord(client, "nonsense"), "Invalid or expired link token.");
}

// --- 9: mistakes

TEST_F(the_web_client, is_told_of_unknown_routes_bad_ids_and_bad_json) {
  auto client = commoner();
  const auto unknown = client.call("GET", "/nothing/here");
  expect_error(unknown, 404, "NOT_FOUND");
  EXPECT_EQ(shown_error(unknown), "Resource not found - /api/nothing/here");
  expect_error(client.call("GET", "/guilds/abc/members"), 400, "VALIDATION_ERROR");
  expect_error(
      client.call("GET", "/guilds/id/" + std::to_string(in().elsewhere_id)), 403, "FORBIDDEN");
  const auto broken =
      ask(in().api().port(), {.method = "POST",
                              .target = "/api/events",
                              .headers =
                                  {{"Origin", client_origin},
                                   {"Content-Type", "application/json"},
                                   {"Authorization", "Bearer " + client.access_token}},
                              .body = R"({"title": )"});
  expect_error(broken, 400, "BAD_REQUEST");
  EXPECT_EQ(broken.header("access-control-allow-origin"), client_origin);
  EXPECT_EQ(client.refreshes(), 0);
}

TEST_F(the_web_client, is_served_to_its_own_origin_only) {
  web_client foreign{in().api().port(), "https://evil.example"};
  EXPECT_THROW(foreign.login_address(), std::runtime_error);
}

// --- 10: a large guild

TEST(the_web_client_of_a_large_guild, gets_a_small_roster_once) {
  constexpr int members = 1'000;
  constexpr std::size_t most_plain = 750'000;
  constexpr std::size_t most_packed = 50'000;
  town in{client_origin, members};
  auto client = in.client_of(in.commoner);
  const auto roster = "/guilds/" + std::to_string(in.home_id) + "/classified-roster";
  EXPECT_EQ(open_members(client, in.home_id).cards.size(), std::size_t{members});
  EXPECT_EQ(client.not_modified(), 0);
  EXPECT_EQ(open_members(client, in.home_id).cards.size(), std::size_t{members});
  EXPECT_EQ(client.not_modified(), 2) << "roster and ranks have not changed";

  const auto plain = client.call("GET", roster);
  EXPECT_LE(plain.body.size(), most_plain);
  const auto packed = ask(
      in.api().port(),
      {.target = "/api" + roster,
       .headers = {
           {"Authorization", "Bearer " + client.access_token}, {"Accept-Encoding", "gzip"}}});
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_LE(packed.body.size(), most_packed);
  EXPECT_EQ(test::gunzip(packed.body), plain.body);
}

} // namespace guildhall::system_test
