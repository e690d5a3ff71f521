#include "core/text.hpp"
#include "tests/support/battlenet_documents.hpp"
#include "tests/system/support/world.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <map>
#include <set>

/// Whole documents, genuine ones where they are, through the whole pipe: replay, sync,
/// PostgreSQL, REST.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;

bool is_ascii(const std::string& name) {
  return std::ranges::all_of(name, [](unsigned char c) { return c < 0x80; });
}

std::int64_t number(const json::value& value) {
  return value.to_number<std::int64_t>();
}

/// Members of the roster, ascending.
std::vector<member> members_in(const json::value& roster) {
  std::vector<member> out;
  for (const auto& one : roster.at("members").as_array()) {
    const auto& who = one.at("character");
    out.push_back(
        {number(who.at("id")), text(who.at("realm").at("slug")), text(who.at("name")),
         number(one.at("rank"))});
  }
  std::ranges::sort(out);
  return out;
}

class battlenet_documents : public world,
                            public testing::WithParamInterface<const test::document_source*> {
protected:
  void SetUp() override {
    simulate(quick_simulator({"--replay", source().folder.string()}));
  }

  const test::document_source& source() const {
    return *GetParam();
  }
  std::string body(const std::string& name) const {
    return source().body("rbattlenet/" + name);
  }
  guild_address home() const {
    return {source().guild.realm, source().guild.slug};
  }
  std::string path_of(const test::character_facts& who) const {
    return "/api/characters/eu/" + percent_encoded(who.realm + '/' + who.name);
  }

  std::string document(const std::string& character, const std::string& column) const {
    return "select " + column + " from characters where bnet_character_id = " + character;
  }

  std::string profile_state(std::int64_t bnet_id) const {
    return db.value(
        "select d.state from document_states d join characters c on c.id = d.character_id "
        "where d.document = 'profile' and c.bnet_character_id = "
        + std::to_string(bnet_id));
  }
};

std::vector<std::string> names_in(const json::array& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows)
    out.push_back(text(row.at("character_name")));
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> names_of(const std::vector<member>& members) {
  std::vector<std::string> out;
  for (const auto& one : members)
    out.push_back(one.name);
  std::ranges::sort(out);
  return out;
}

READ_BATTLENET_DOCUMENTS(battlenet_documents);

} // namespace

TEST_P(battlenet_documents, a_guild_loses_nothing_on_its_way_to_the_client) {
  const auto roster_body = body("wow_guild_roster.json");
  const auto wanted = members_in(json::parse(roster_body));
  const std::int64_t all = source().members;
  ASSERT_EQ(std::ssize(wanted), all);
  ASSERT_EQ(
      std::ranges::count_if(wanted, [](auto& m) { return !is_ascii(m.name); }),
      source().accented);

  auto& guildhall = serve(quick_budget());
  const auto job = await_job(guildhall, track(guildhall, home()));
  EXPECT_EQ(number(job.at("total")), all);
  const auto guild = guild_id(home());
  const auto base = "/api/guilds/" + std::to_string(guild);

  // The database holds every member, byte for byte, and the documents as they came.
  EXPECT_EQ(stored_members(guild), wanted);
  std::set<std::string> realms;
  for (const auto& one : wanted)
    realms.insert(one.realm);
  EXPECT_EQ(realms.size(), 2);
  EXPECT_TRUE(db.equals("select guild_data_json from guilds", body("wow_guild.json")));
  EXPECT_TRUE(db.equals("select roster_json from guilds", roster_body));
  EXPECT_EQ(
      db.number("select count(*) from document_states where document = 'profile' and state "
                "= 'ok'"),
      1);
  EXPECT_EQ(
      db.number("select count(*) from document_states where document = 'profile' and state "
                "= 'not_found'"),
      all - 1);
  EXPECT_EQ(db.number("select count(*) from guild_events"), 0) << "a first scan logs nothing";
  const auto one_of_them = json::parse(body("wow_character.json"));
  const auto id = std::to_string(number(one_of_them.at("id")));
  EXPECT_TRUE(db.equals(document(id, "profile_json"), body("wow_character.json")));
  EXPECT_TRUE(db.equals(document(id, "equipment_json"), body("wow_character_equipment.json")));
  EXPECT_TRUE(
      db.equals(document(id, "mythic_profile_json"), body("wow_character_keystones.json")));
  EXPECT_TRUE(
      db.equals(document(id, "professions_json"), body("wow_character_professions.json")));

  // Every profile was asked for once.
  std::set<std::string> asked;
  for (const auto& entry : sim().book(0, "profile").entries)
    EXPECT_TRUE(asked.insert(entry.path).second) << entry.path << " was asked for twice";
  EXPECT_EQ(std::ssize(asked), all);

  // The client sees them all.
  const auto members = guildhall.data(base + "/members");
  EXPECT_EQ(names_in(members.as_array()), names_of(wanted));
  const auto seen = guildhall.data("/api/guilds/eu/" + home().realm + '/' + home().slug);
  EXPECT_EQ(text(seen.at("name")), source().guild.name);
  EXPECT_EQ(number(seen.at("member_count")), all);
  EXPECT_EQ(guildhall.data("/api/guilds/id/" + std::to_string(guild)), seen);
  std::map<std::int64_t, std::int64_t> ranks;
  for (const auto& one : wanted)
    ++ranks[one.rank];
  std::map<std::int64_t, std::int64_t> seen_ranks;
  for (const auto& rank : elements(guildhall.data(base + "/rank-structure")))
    seen_ranks[number(rank.at("rank_id"))] = number(rank.at("member_count"));
  EXPECT_EQ(seen_ranks, ranks);
  const auto names_of_ranks = guildhall.data(base + "/ranks").as_array();
  EXPECT_EQ(names_of_ranks.size(), ranks.size());
  EXPECT_EQ(text(names_of_ranks.at(0).at("rank_name")), "Guild Master");

  const auto enhanced = guildhall.api(base + "/members/enhanced").json();
  EXPECT_EQ(enhanced.at("data").as_array().size(), all);
  EXPECT_EQ(number(enhanced.at("stats").at("total")), all);
  EXPECT_EQ(number(enhanced.at("stats").at("successful")), 1);
  EXPECT_EQ(guildhall.data(base + "/classified-roster").as_array().size(), all);
  const auto fresh = guildhall.data(base + "/freshness").at("members");
  EXPECT_EQ(number(fresh.at("total")), all);
  EXPECT_EQ(number(fresh.at("with_profile")), 1);
  EXPECT_EQ(number(fresh.at("unavailable")), all - 1);
}

TEST_P(battlenet_documents, characters_are_found_under_their_own_names) {
  const auto wanted = members_in(json::parse(body("wow_guild_roster.json")));
  auto& guildhall = serve(quick_budget());
  mirror(guildhall, home());

  const auto one_of_them = guildhall.data(path_of(source().character));
  EXPECT_EQ(text(one_of_them.at("name")), source().character.name);
  const auto profile = json::parse(body("wow_character.json"));
  EXPECT_EQ(number(one_of_them.at("level")), number(profile.at("level")));
  EXPECT_EQ(text(one_of_them.at("class")), text(profile.at("character_class").at("name")));
  EXPECT_EQ(
      guildhall.data("/api/characters/" + std::to_string(number(one_of_them.at("id")))),
      one_of_them);

  int accented = 0;
  for (const auto& one : wanted) {
    if (is_ascii(one.name))
      continue;
    const auto found =
        guildhall.data("/api/characters/eu/" + percent_encoded(one.realm + '/' + one.name));
    EXPECT_EQ(text(found.at("name")), one.name);
    EXPECT_EQ(text(found.at("bnet_character_id")), std::to_string(one.id));
    EXPECT_FALSE(found.at("is_available").as_bool());
    ++accented;
  }
  EXPECT_EQ(accented, source().accented);
  EXPECT_EQ(guildhall.api("/api/characters/eu/" + home().realm + "/nobody").status, 404);
}

TEST_P(battlenet_documents, a_players_own_character_is_synced_without_its_guild) {
  const auto profile = json::parse(body("wow_character_cyrillic.json"));
  const auto name = text(profile.at("name"));
  auto& guildhall = serve(quick_budget());
  // What a login would leave behind: the player, the character, and its place in the queue.
  db.exec(
      "with u as (insert into users (bnet_account_id, battletag, region) values (1, 'A#1', "
      "'eu') returning id), c as (insert into characters (region, realm_id, "
      "bnet_character_id, realm, name, name_key, user_id) select 'eu', "
      + std::to_string(source().cyrillic.realm_id) + ", "
      + std::to_string(number(profile.at("id"))) + ", " + quoted(source().cyrillic.realm) + ", "
      + quoted(name) + ", " + quoted(guildhall::text::name_key(name))
      + ", id from u returning id) "
        "insert into sync_queue (character_id, priority, due_at) select id, 0, app_now() "
        "from c");
  const auto id = std::to_string(number(profile.at("id")));
  eventually("the character is synced", std::chrono::seconds{30}, [&] {
    return !db.value(document(id, "last_synced_at")).empty();
  });
  await_idle();

  EXPECT_TRUE(db.equals(document(id, "profile_json"), body("wow_character_cyrillic.json")));
  EXPECT_TRUE(db.equals(
      document(id, "mythic_profile_json"), body("wow_character_keystones_no_best_runs.json")));
  // Its guild is nobody's business until it is tracked: no row, no link, only remembered.
  EXPECT_EQ(db.value(document(id, "guild_id")), "");
  EXPECT_EQ(db.number("select count(*) from guilds"), 0);
  EXPECT_EQ(
      db.value("select g.bnet_guild_id from guild_candidates g join characters c on "
               "c.candidate_id = g.id"),
      std::to_string(number(profile.at("guild").at("id"))));
  const auto seen = guildhall.data(path_of(source().cyrillic));
  EXPECT_EQ(text(seen.at("name")), name);
  EXPECT_EQ(number(seen.at("level")), number(profile.at("level")));
}

TEST_P(battlenet_documents, broken_answers_leave_what_is_stored) {
  auto& guildhall = serve(quick_budget());
  const auto guild = mirror(guildhall, home());
  const auto members = stored_members(guild);
  const auto one_of_them = number(json::parse(body("wow_character.json")).at("id"));
  // The documents never change: without an age a character is asked for without condition.
  const auto forget_dates = [&] { db.exec("update document_states set last_modified = ''"); };

  struct odd {
    json::object fault;
    std::string state;
  };
  const std::vector<odd> oddities{
      {{{"match", "class:profile"}, {"broken_json", true}}, "malformed"},
      {{{"match", "class:profile"}, {"truncate", true}}, "failed"}};
  for (const auto& one : oddities) {
    forget_dates();
    sim().add_fault(one.fault);
    // Only one character is asked for: the others would be struck as well.
    const auto character = db.value(document(std::to_string(one_of_them), "id"));
    EXPECT_EQ(guildhall.admin("POST", "/characters/" + character + "/sync").status, 202);
    eventually("the profile is " + one.state, std::chrono::seconds{20}, [&] {
      return profile_state(one_of_them) == one.state;
    });
    sim().clear_faults();
    EXPECT_TRUE(db.equals(
        document(std::to_string(one_of_them), "profile_json"), body("wow_character.json")));
    const auto seen = guildhall.api("/api/characters/" + character).json();
    EXPECT_EQ(text(seen.at("data").at("name")), source().character.name);
    EXPECT_EQ(text(seen.at("freshness").at("state")), "complete");
  }

  // What Battle.net hides is hidden when it does so twice, some minutes apart.
  const auto character = db.value(document(std::to_string(one_of_them), "id"));
  const auto error = [&] {
    return db.value(
        "select error_class || failures from document_states where document = 'profile' and "
        "character_id = "
        + character);
  };
  const auto ask_again = [&] {
    forget_dates();
    EXPECT_EQ(guildhall.admin("POST", "/characters/" + character + "/sync").status, 202);
  };
  sim().add_fault({{"match", "class:profile"}, {"status", 403}});
  for (const auto* count : {"forbidden1", "forbidden2"}) {
    ask_again();
    eventually(count, std::chrono::seconds{20}, [&] { return error() == count; });
    EXPECT_EQ(profile_state(one_of_them), "failed") << "asked again too soon";
    const auto seen = guildhall.api("/api/characters/" + character).json();
    EXPECT_EQ(text(seen.at("freshness").at("state")), "complete");
  }
  db.exec("update document_states set retry_at = now() where document = 'profile'");
  ask_again();
  eventually("the profile is hidden", std::chrono::seconds{20}, [&] {
    return profile_state(one_of_them) == "forbidden";
  });
  sim().clear_faults();
  EXPECT_TRUE(db.equals(
      document(std::to_string(one_of_them), "profile_json"), body("wow_character.json")));
  eventually("it is told as unavailable", std::chrono::seconds{20}, [&] {
    const auto hidden = guildhall.api("/api/characters/" + character).json();
    return text(hidden.at("freshness").at("state")) == "unavailable";
  });

  for (const auto* kind : {"broken_json", "truncate", "empty_body"}) {
    forget_dates();
    sim().add_fault({{"match", "class:roster"}, {kind, true}});
    const auto job = sync_now(guildhall, guild);
    eventually("the roster is refused", std::chrono::seconds{20}, [&] {
      return db.value("select state from document_states where document = 'roster'") != "ok";
    });
    sim().clear_faults();
    EXPECT_EQ(stored_members(guild), members) << kind;
    EXPECT_TRUE(db.equals("select roster_json from guilds", body("wow_guild_roster.json")));
    await_end(guildhall, job);
    refresh(guildhall, guild);
    EXPECT_EQ(db.value("select state from document_states where document = 'roster'"), "ok");
  }
  EXPECT_EQ(db.number("select count(*) from guild_events"), 0);
  expect_sound();
}

TEST_P(
    battlenet_documents,
    a_roster_without_a_leader_waits_and_dead_characters_are_not_asked_for) {
  auto& guildhall = serve(
      {{"GUILDHALL_BATTLENET_REGIONS", "us"},
       {"GUILDHALL_BATTLENET_API_HOSTS", "us=" + sim().url()},
       {"GUILDHALL_SYNC_GUILD_INTERVAL", "1d"},
       {"GUILDHALL_SYNC_FRESHNESS", "1d"}});
  // 3 members where the guild counts 90, nobody of rank 0.
  const guild_address few{source().leaderless.realm, source().leaderless.slug, "us"};
  const auto wanted =
      members_in(json::parse(source().body("argentpony/GuildRosterResponse.json")));
  track(guildhall, few);
  eventually("the roster is suspect", std::chrono::seconds{20}, [&] {
    return db.value("select state from document_states where document = 'roster'") == "suspect";
  });
  const auto guild = guild_id(few);
  EXPECT_TRUE(stored_members(guild).empty());
  await_idle(); // or the refresh below would join what is under way

  // It says the same six hours later: so it is.
  db.exec("update app_clock set shift = '7 h'");
  refresh(guildhall, guild);
  EXPECT_EQ(stored_members(guild), wanted);
  await_idle();
  const auto has_digit = [](const std::string& path) {
    return path.substr(path.rfind('/')).find_first_of("0123456789") != std::string::npos;
  };
  std::size_t dead = 0;
  for (const auto& one : wanted)
    dead += has_digit('/' + one.name);
  EXPECT_EQ(dead, 2);
  const auto asked = sim().book(0, "profile").entries;
  EXPECT_EQ(asked.size(), wanted.size() - dead);
  for (const auto& entry : asked)
    EXPECT_FALSE(has_digit(entry.path)) << entry.path;
}

} // namespace guildhall::system_test
