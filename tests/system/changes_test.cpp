#include "tests/system/support/world.hpp"

#include <algorithm>

/// What happens in a guild, one thing at a time: the rows and the events right after the next
/// sync.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;

struct event {
  std::string kind;
  std::int64_t who{0};
  std::string old_name{};
  std::string new_name{};
  std::string old_rank{};
  std::string new_rank{};
  std::int64_t other{0};

  bool operator==(const event&) const = default;
};

std::ostream& operator<<(std::ostream& out, const event& what) {
  return out << what.kind << ' ' << what.who << " name " << what.old_name << "->"
             << what.new_name << " rank " << what.old_rank << "->" << what.new_rank << " other "
             << what.other;
}

std::int64_t as_number(const std::string& text) {
  return text.empty() ? 0 : std::stoll(text);
}

/// A guild of 40 that is mirrored already, and a neighbour of 30 that is not.
class changes : public world {
protected:
  void SetUp() override {
    simulate(quick_simulator({"--world", "40,30", "--seed", "7"}));
    guildhall_ = &serve(quick_budget());
    home_ = sim().guilds().at(0);
    guild_ = mirror(*guildhall_, home_);
    await_idle();
    expect_mirrored(home_);
    EXPECT_TRUE(events().empty()) << "a first scan logs nothing";
    before_ = sim().members(home_);
  }

  void TearDown() override {
    expect_sound();
  }

  json::value change(const std::string& what, const json::object& arguments) {
    return sim().post("world/" + what, arguments);
  }
  void sync() {
    refresh(*guildhall_, guild_);
    await_idle();
  }

  /// Somebody of the home realm under rank 1 with an ordinary name.
  member somebody(std::size_t skip = 0) const {
    for (const auto& one : before_)
      if (one.rank > 1 && one.realm == home_.realm && profile_is_stored(one.id) && skip-- == 0)
        return one;
    throw std::runtime_error("nobody left");
  }
  bool profile_is_stored(std::int64_t id) const {
    return db.value(
               "select profile_json is not null from characters where bnet_character_id = "
               + std::to_string(id))
        == "t";
  }

  /// In the order of kind and character.
  std::vector<event> events() const {
    std::vector<event> out;
    for (const auto& row :
         db.rows("select kind, bnet_character_id, old_name, new_name, old_rank, new_rank, "
                 "other_bnet_character_id from guild_events order by kind, bnet_character_id"))
      out.push_back(
          {row[0], as_number(row[1]), row[2], row[3], row[4], row[5], as_number(row[6])});
    return out;
  }

  std::string of_character(std::int64_t bnet_id, const std::string& columns) const {
    return db.value(
        "select " + columns
        + " from characters where bnet_character_id = " + std::to_string(bnet_id));
  }
  std::string of_member(std::int64_t bnet_id, const std::string& columns) const {
    return db.value(
        "select " + columns
        + " from guild_members m join characters c on c.id = m.character_id where "
          "c.bnet_character_id = "
        + std::to_string(bnet_id) + " and m.guild_id = " + std::to_string(guild_));
  }

  instance* guildhall_{nullptr};
  guild_address home_;
  std::int64_t guild_{0};
  std::vector<member> before_;
};

} // namespace

TEST_F(changes, who_joins_is_a_member_with_a_profile_of_its_own) {
  const auto joined =
      change("join", {{"guild", home_.realm + '/' + home_.slug}, {"name", "Zoë"}, {"rank", 5}});
  const auto id = joined.at("id").to_number<std::int64_t>();
  sync();
  expect_mirrored(home_);
  EXPECT_EQ(events(), (std::vector<event>{{"joined", id, "", "Zoë", "", "5"}}));
  EXPECT_NE(of_member(id, "m.joined_at"), "");
  EXPECT_NE(of_character(id, "profile_json"), "");
  const auto activity =
      guildhall_->data("/api/guilds/" + std::to_string(guild_) + "/member-activity");
  EXPECT_EQ(text(activity.at("newMembers").as_array().at(0).at("character_name")), "Zoë");
}

TEST_F(changes, who_leaves_stays_left_and_comes_back_as_the_same_member) {
  const auto gone = somebody();
  const auto row = of_member(gone.id, "m.id");
  change("leave", {{"character", gone.id}});
  sync();
  expect_mirrored(home_);
  EXPECT_NE(of_member(gone.id, "m.left_at"), "");
  EXPECT_EQ(of_character(gone.id, "guild_id"), "");
  const event left{"left", gone.id, gone.name, "", std::to_string(gone.rank), ""};
  EXPECT_EQ(events(), std::vector{left});

  const auto since = of_member(gone.id, "m.left_at");
  sync();
  EXPECT_EQ(events(), std::vector{left}) << "nobody leaves twice";
  EXPECT_EQ(of_member(gone.id, "m.left_at"), since);

  change("return", {{"character", gone.id}, {"rank", 7}});
  sync();
  expect_mirrored(home_);
  EXPECT_EQ(of_member(gone.id, "m.id"), row);
  EXPECT_NE(of_member(gone.id, "m.joined_at"), "");
  EXPECT_EQ(events(), (std::vector{left, event{"returned", gone.id, "", gone.name, "", "7"}}));
}

TEST_F(changes, a_promotion_moves_the_rank_alone) {
  const auto promoted = somebody();
  change("promote", {{"character", promoted.id}});
  const auto synced_before = of_character(promoted.id, "xmin");
  sync();
  expect_mirrored(home_);
  EXPECT_EQ(
      events(), (std::vector<event>{
                    {"rank_changed", promoted.id, "", "", std::to_string(promoted.rank),
                     std::to_string(promoted.rank - 1)}}));
  EXPECT_EQ(of_character(promoted.id, "xmin"), synced_before);
}

TEST_F(changes, a_new_leader_takes_the_ranks_of_two) {
  const auto heir = somebody();
  const auto old = *std::ranges::find(before_, 0, &member::rank);
  db.exec(
      "with u as (insert into users (bnet_account_id) values (1) returning id) update "
      "characters set user_id = u.id from u where bnet_character_id = "
      + std::to_string(heir.id));
  change("rank", {{"character", heir.id}, {"rank", 0}});
  sync();
  expect_mirrored(home_);
  EXPECT_EQ(of_member(old.id, "m.rank"), "1");
  EXPECT_EQ(db.value("select leader_id from guilds"), db.value("select id from users"))
      << "the leader is the user who owns the character of rank 0";
  EXPECT_EQ(events().size(), 2);
}

TEST_F(changes, a_renamed_character_keeps_its_rows) {
  const auto who = somebody();
  const auto row = of_character(who.id, "id");
  change("rename", {{"character", who.id}, {"name", "Ünbekannt"}});
  sync();
  expect_mirrored(home_);
  EXPECT_EQ(of_character(who.id, "id"), row);
  EXPECT_EQ(of_character(who.id, "name_key"), "ünbekannt");
  EXPECT_EQ(of_character(who.id, "profile_json->>'name'"), "Ünbekannt");
  EXPECT_EQ(events(), (std::vector<event>{{"renamed", who.id, who.name, "Ünbekannt"}}));
  const auto path = "/api/characters/eu/" + who.realm + '/';
  EXPECT_EQ(guildhall_->api(path + percent_encoded("Ünbekannt")).status, 200);
  EXPECT_EQ(guildhall_->api(path + percent_encoded(who.name)).status, 404);
}

TEST_F(changes, two_characters_that_swap_names_swap_nothing_else) {
  const auto a = somebody(0);
  const auto b = somebody(1);
  change("swap_names", {{"a", a.id}, {"b", b.id}});
  sync();
  expect_mirrored(home_);
  EXPECT_EQ(of_character(a.id, "name"), b.name);
  EXPECT_EQ(of_character(b.id, "name"), a.name);
  EXPECT_EQ(of_character(a.id, "profile_json->>'id'"), std::to_string(a.id));
  EXPECT_EQ(of_character(b.id, "profile_json->>'id'"), std::to_string(b.id));
  EXPECT_NE(of_character(a.id, "name_key"), "");
  EXPECT_NE(of_character(b.id, "name_key"), "");
  auto seen = events();
  EXPECT_EQ(std::ranges::count(seen, "renamed", &event::kind), 2);
  EXPECT_EQ(std::ranges::count(seen, "left", &event::kind), 0);
  EXPECT_EQ(std::ranges::count(seen, "joined", &event::kind), 0);
}

TEST_F(changes, a_transfer_out_and_back_in_is_one_person_under_another_id) {
  const auto who = somebody();
  const auto other_realm = sim().guilds().at(1).realm;
  const auto moved = change(
      "transfer", {{"character", who.id},
                   {"realm", other_realm == who.realm ? "hyjal" : other_realm},
                   {"guild", home_.realm + '/' + home_.slug},
                   {"rank", who.rank}});
  const auto id = moved.at("id").to_number<std::int64_t>();
  ASSERT_NE(id, who.id);
  sync();
  expect_mirrored(home_);
  const auto rank = std::to_string(who.rank);
  EXPECT_EQ(
      events(), (std::vector<event>{
                    {"joined", id, "", who.name, "", rank},
                    {"left", who.id, who.name, "", rank, ""},
                    {"transferred", who.id, who.name, "", "", "", id}}));
  EXPECT_NE(of_member(who.id, "m.left_at"), "");
  EXPECT_NE(of_character(id, "profile_json"), "");
}

TEST_F(changes, a_transfer_that_keeps_the_id_is_another_identity_on_another_realm) {
  const auto who = somebody();
  const auto other_realm = sim().guilds().at(1).realm;
  const auto realm = other_realm == who.realm ? std::string{"hyjal"} : other_realm;
  const auto moved = change(
      "transfer", {{"character", who.id},
                   {"realm", realm},
                   {"keep_id", true},
                   {"guild", home_.realm + '/' + home_.slug},
                   {"rank", who.rank}});
  ASSERT_EQ(moved.at("id").to_number<std::int64_t>(), who.id);
  sync();
  expect_mirrored(home_);
  EXPECT_EQ(
      db.number(
          "select count(*) from characters where bnet_character_id = "
          + std::to_string(who.id)),
      2);
  const auto seen = events();
  const auto rank = std::to_string(who.rank);
  EXPECT_EQ(
      seen, (std::vector<event>{
                {"joined", who.id, "", who.name, "", rank},
                {"left", who.id, who.name, "", rank, ""},
                {"transferred", who.id, who.name, "", "", "", who.id}}));
  EXPECT_EQ(
      guildhall_->api("/api/characters/eu/" + realm + '/' + percent_encoded(who.name)).status,
      200);
}

TEST_F(changes, a_transfer_out_of_the_guild_is_a_leave) {
  const auto who = somebody();
  const auto other_realm = sim().guilds().at(1).realm;
  change(
      "transfer",
      {{"character", who.id}, {"realm", other_realm == who.realm ? "hyjal" : other_realm}});
  sync();
  expect_mirrored(home_);
  EXPECT_EQ(
      events(),
      (std::vector<event>{{"left", who.id, who.name, "", std::to_string(who.rank), ""}}));
}

TEST_F(changes, somebody_else_under_a_known_name_never_lands_in_the_old_row) {
  const auto who = somebody();
  const auto heir = change("takeover", {{"character", who.id}, {"join", true}});
  const auto id = heir.at("id").to_number<std::int64_t>();
  sync();
  expect_mirrored(home_);
  EXPECT_NE(of_member(who.id, "m.left_at"), "");
  EXPECT_EQ(of_member(id, "m.left_at"), "");
  EXPECT_EQ(of_character(who.id, "name_key"), "") << "the address has moved on";
  EXPECT_NE(of_character(id, "name_key"), "");
  EXPECT_EQ(of_character(id, "profile_json->>'id'"), std::to_string(id));
  const auto old_profile = of_character(who.id, "profile_json->>'id'");
  EXPECT_TRUE(old_profile.empty() || old_profile == std::to_string(who.id));
  const auto seen = events();
  EXPECT_EQ(std::ranges::count(seen, "address_taken_over", &event::kind), 1);
  EXPECT_EQ(std::ranges::count(seen, "left", &event::kind), 1);
  EXPECT_EQ(std::ranges::count(seen, "joined", &event::kind), 1);
}

TEST_F(changes, a_renamed_guild_is_found_through_its_members) {
  const auto members = stored_members(guild_);
  change("rename_guild", {{"guild", home_.realm + '/' + home_.slug}, {"name", "Élan Vital"}});
  sync();
  const guild_address now{home_.realm, "élan-vital"};
  EXPECT_EQ(guild_id(now), guild_) << "the same row under its new address";
  EXPECT_EQ(stored_members(guild_), members);
  EXPECT_EQ(db.value("select name from guilds"), "Élan Vital");
  EXPECT_EQ(
      db.value("select name_slug || ' ' || state from tracked_guilds"), "élan-vital active");
  const auto seen = events();
  ASSERT_EQ(seen.size(), 1);
  EXPECT_EQ(seen[0].kind, "guild_renamed");
  EXPECT_EQ(seen[0].new_name, "Élan Vital");
  const auto path = "/api/guilds/eu/" + home_.realm + '/';
  EXPECT_EQ(guildhall_->api(path + percent_encoded("élan-vital")).status, 200);
  EXPECT_EQ(guildhall_->api(path + percent_encoded(home_.slug)).status, 404);
}

TEST_F(changes, a_guild_on_another_realm_is_found_through_its_members) {
  const auto members = stored_members(guild_);
  const std::string other_realm = home_.realm == "silvermoon" ? "hyjal" : "silvermoon";
  change("move_guild", {{"guild", home_.realm + '/' + home_.slug}, {"realm", other_realm}});
  sync();
  EXPECT_EQ(guild_id({other_realm, home_.slug}), guild_) << "the same row";
  EXPECT_EQ(stored_members(guild_), members);
  EXPECT_EQ(
      db.value("select realm || ' ' || state from tracked_guilds"), other_realm + " active");
  const auto seen = events();
  ASSERT_EQ(seen.size(), 1);
  EXPECT_EQ(seen[0].kind, "guild_moved");
}

TEST_F(changes, another_guild_under_the_name_is_disputed_until_somebody_means_it) {
  const auto members = stored_members(guild_);
  const auto address = home_.realm + '/' + home_.slug;
  change("found_again", {{"guild", address}, {"founder", somebody().id}});
  sync_now(*guildhall_, guild_);
  eventually("it is disputed", std::chrono::seconds{20}, [&] {
    return db.value("select state from tracked_guilds") == "disputed";
  });
  await_idle();
  EXPECT_EQ(stored_members(guild_), members);
  const auto seen = guildhall_->api("/api/guilds/id/" + std::to_string(guild_)).json();
  EXPECT_EQ(text(seen.at("freshness").at("state")), "disputed");

  track(*guildhall_, home_);
  eventually("the new guild is there", std::chrono::seconds{20}, [&] {
    return db.number("select count(*) from guild_members where left_at is null") == 1;
  });
  await_idle();
  EXPECT_EQ(db.number("select count(*) from guilds"), 2);
  EXPECT_NE(guild_id(home_), guild_);
  EXPECT_EQ(std::ranges::count(events(), "guild_handed_over", &event::kind), 1);
  EXPECT_EQ(
      db.number(
          "select count(*) from guild_members where left_at is null and guild_id = "
          + std::to_string(guild_)),
      0);
}

TEST_F(changes, a_character_made_anew_keeps_what_its_guild_gave_it) {
  const auto who = somebody();
  db.value(
      "update guild_members set is_main = true where character_id = (select id from "
      "characters where bnet_character_id = "
      + std::to_string(who.id) + ") returning 1");
  const auto anew = change("make_anew", {{"character", who.id}});
  const auto id = anew.at("id").to_number<std::int64_t>();
  sync();
  expect_mirrored(home_);
  EXPECT_EQ(of_member(id, "m.is_main"), "t");
  const auto seen = events();
  const auto moved = std::ranges::find(seen, "transferred", &event::kind);
  ASSERT_NE(moved, seen.end());
  EXPECT_EQ(moved->who, who.id);
  EXPECT_EQ(moved->other, id);
}

TEST_F(changes, an_empty_roster_changes_nothing) {
  const auto members = stored_members(guild_);
  const auto versions = db.value("select sum(xmin::text::bigint) from characters");
  sim().add_fault({{"match", "class:roster"}, {"empty_roster", true}});
  for (int i = 0; i < 2; ++i) {
    sync_now(*guildhall_, guild_);
    eventually("the empty roster is suspect", std::chrono::seconds{20}, [&] {
      return db.value("select state from document_states where document = 'roster'")
          == "suspect";
    });
    await_idle();
    EXPECT_EQ(stored_members(guild_), members);
    EXPECT_TRUE(events().empty());
  }
  EXPECT_EQ(db.value("select sum(xmin::text::bigint) from characters"), versions);
  sim().clear_faults();
  change("promote", {{"character", somebody().id}});
  sync();
  expect_mirrored(home_);
  EXPECT_EQ(db.value("select state from document_states where document = 'roster'"), "ok");
}

TEST_F(changes, a_halved_roster_is_believed_only_when_it_says_so_again) {
  const auto members = stored_members(guild_);
  const auto halved = sim().add_fault({{"match", "class:roster"}, {"halve_roster", true}});
  for (int i = 0; i < 2; ++i) { // the same answer twice is no second opinion
    sync_now(*guildhall_, guild_);
    eventually("the halved roster is suspect", std::chrono::seconds{20}, [&] {
      return db.value("select state from document_states where document = 'roster'")
          == "suspect";
    });
    await_idle();
    EXPECT_EQ(stored_members(guild_), members);
    EXPECT_TRUE(events().empty());
  }
  const auto seen = guildhall_->api("/api/guilds/id/" + std::to_string(guild_)).json();
  EXPECT_EQ(text(seen.at("freshness").at("state")), "suspect");

  // Nor is another one a moment later, while the guild counts them all.
  sim().remove("fault/" + std::to_string(halved));
  sim().add_fault({{"match", "class:roster"}, {"halve_roster", true}, {"moving", true}});
  const auto looks = [&] {
    return db.number("select count(*) from jobs where state = 'done'");
  };
  const auto before = looks();
  sync_now(*guildhall_, guild_);
  eventually("it was looked at", std::chrono::seconds{20}, [&] { return looks() > before; });
  await_idle();
  EXPECT_EQ(stored_members(guild_), members);

  db.value("update guilds set suspect_first_seen = suspect_first_seen - interval '7 hours' "
           "where suspect_members is not null returning 1");
  sync();
  const auto left = members.size() - stored_members(guild_).size();
  EXPECT_GE(left, members.size() / 2);
  EXPECT_EQ(
      std::ranges::count(events(), "left", &event::kind), static_cast<std::ptrdiff_t>(left));
}

} // namespace guildhall::system_test
