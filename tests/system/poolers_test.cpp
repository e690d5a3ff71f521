#include "tests/support/nodes.hpp"
#include "tests/support/old_database.hpp"
#include "tests/system/support/town.hpp"

#include <boost/json/object.hpp>

#include <ostream>

/// guildhall through PgBouncer, every way of writing used once.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;

/// The same database through another port.
std::string through(const test::pooler& between, const std::string& dsn) {
  constexpr std::string_view mark{"dbname="};
  return between.dsn(dsn.substr(dsn.find(mark) + mark.size()));
}

struct setup {
  const char* mode;
  bool ignores_options;
  bool listens; ///< `database.listen_dsn` is set
};

std::ostream& operator<<(std::ostream& out, const setup& how) {
  return out << how.mode << (how.ignores_options ? ", options ignored" : "")
             << (how.listens ? ", listen_dsn" : "");
}

class poolers : public testing::TestWithParam<setup> {
protected:
  void SetUp() override {
    if (!test::pooler::available())
      GTEST_FAIL() << "PgBouncer is not installed";
    const auto& how = GetParam();
    auto& cluster = test::postgres_cluster::shared();
    between.emplace(
        cluster.folder(), cluster.port(),
        test::pooler::options{.mode = how.mode, .ignores_options = how.ignores_options});
    at.emplace("http://localhost:5173", 20, [&](const std::string& dsn) {
      settings out{
          {"GUILDHALL_DATABASE_DSN", through(*between, dsn)},
          {"GUILDHALL_DATABASE_POOLING", how.mode}};
      if (how.listens)
        out["GUILDHALL_DATABASE_LISTEN_DSN"] = dsn;
      return out;
    });
  }

  void write_rosters_and_ranks(web_client& master) {
    const auto home = "/guilds/" + std::to_string(at->home_id);
    master.data("PUT", home + "/ranks/1", json::object{{"rank_name", "Raider"}});
    const auto roster =
        text_of_id(master.data("POST", home + "/rosters", json::object{{"name", "Main raid"}}));
    const auto member = at->character_id(at->commoner.characters.front());
    master.data(
        "POST", "/rosters/" + roster + "/members",
        json::object{
            {"additions",
             json::array{json::object{{"type", "character"}, {"characterId", member}}}}});
    const auto place = "/rosters/" + roster + "/members/" + std::to_string(member);
    master.data("PUT", place, json::object{{"role", "Healer"}});
    master.data("PUT", "/rosters/" + roster, json::object{{"name", "Second raid"}});
    EXPECT_EQ(master.call("DELETE", place).status, 204);
    EXPECT_EQ(master.call("DELETE", "/rosters/" + roster).status, 204);
    master.data(
        "PUT", home + "/members/" + std::to_string(member) + "/main",
        json::object{{"isMain", true}});
  }

  void write_events(web_client& who) {
    const auto member = at->character_id(at->commoner.characters.front());
    const auto event = text_of_id(who.data(
        "POST", "/events",
        json::object{
            {"title", "Raid night"},
            {"event_type", "Raid"},
            {"start_time", "2027-05-13T18:00:00.000Z"},
            {"end_time", "2027-05-13T21:00:00.000Z"},
            {"guild_id", at->home_id}}));
    who.data("PUT", "/events/" + event, json::object{{"title", "Another night"}});
    const auto mine = "/events/" + event + "/subscribe";
    who.data("POST", mine, json::object{{"status", "Confirmed"}, {"character_id", member}});
    who.data("PUT", mine, json::object{{"status", "Declined"}, {"character_id", member}});
    EXPECT_EQ(who.call("DELETE", mine).status, 200);
    EXPECT_EQ(who.call("DELETE", "/events/" + event).status, 200);
  }

  void write_characters(web_client& who) {
    const auto& mine = at->commoner.characters.front();
    who.data(
        "POST", "/characters",
        json::object{
            {"region", at->home.region},
            {"realm", mine.realm},
            {"name", mine.name},
            {"class", "Mage"},
            {"level", 80}});
    who.data(
        "POST", "/characters/sync",
        json::object{{"force", true}, {"characterId", at->character_id(mine)}});
  }

  static std::string text_of_id(const json::value& made) {
    return std::to_string(made.at("id").to_number<std::int64_t>());
  }

  void expect_done(const finished& done) {
    EXPECT_EQ(done.status, 0) << done.output;
  }

  std::optional<test::pooler> between;
  std::optional<town> at;
};

} // namespace

TEST_P(poolers, every_way_of_writing_goes_through) {
  // Both guilds were tracked and synced before this line.
  auto master = at->client_of(at->master);
  auto member = at->client_of(at->commoner);
  write_rosters_and_ranks(master);
  write_events(member);
  write_characters(member);
  master.refresh_by_timer();
  at->refresh_home();

  auto& store = at->store();
  const auto gone = at->officer.characters.back();
  expect_done(at->order({"forget", "character", std::to_string(at->character_id(gone))}));
  expect_done(at->order({"rederive", "--all"}));
  expect_done(at->order({"pause"}));
  expect_done(at->order({"resume"}));
  expect_done(at->order({"role", at->commoner.battletag, "admin"}));
  const database old{test::postgres_cluster::shared().dsn(
      test::postgres_cluster::shared().create_empty_database())};
  old.exec(std::string(test::old_migrated_tables));
  old.exec(std::string(test::old_migrated_rows));
  expect_done(at->order({"import", old.dsn()}));
  expect_done(
      at->order({"untrack", at->elsewhere.region, at->elsewhere.realm, at->elsewhere.slug}));
  EXPECT_EQ(member.call("GET", "/auth/logout").status, 200);

  EXPECT_EQ(store.number("select count(*) from document_states where state = 'failed'"), 0);
  const auto log = at->api().child().output();
  for (const auto* sign : {"SQLSTATE", "42P05", "26000", "database_error", "internal:"})
    EXPECT_EQ(log.find(sign), std::string::npos) << sign << " in\n" << log;
  const bool deaf = std::string{GetParam().mode} == "transaction" && !GetParam().listens;
  EXPECT_EQ(count_of("database.listen_dsn", log), deaf ? 1u : 0u) << log;
  EXPECT_EQ(at->api().stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    pgbouncer, poolers,
    testing::Values(
        setup{"session", false, false}, setup{"session", true, false},
        setup{"transaction", false, false}, setup{"transaction", true, true}),
    [](const auto& how) {
      return std::string{how.param.mode}
           + (how.param.ignores_options ? "_ignoring_options" : "")
           + (how.param.listens ? "_with_listen_dsn" : "");
    });

class wrong_pooling : public world {};

TEST_F(wrong_pooling, ends_the_start_with_one_sentence_that_says_what_to_set) {
  if (!test::pooler::available())
    GTEST_FAIL() << "PgBouncer is not installed";
  for (const bool ignores : {false, true}) {
    const test::pooler between{
        postgres.folder(),
        postgres.port(),
        {.mode = "transaction", .ignores_options = ignores}};
    const settings how{{"GUILDHALL_DATABASE_DSN", through(between, db.dsn())}};
    auto& guildhall = launch(how);
    EXPECT_EQ(guildhall.child().wait(std::chrono::seconds{20}), 2);
    const auto said = guildhall.child().output();
    EXPECT_NE(said.find("set database.pooling = \"transaction\""), std::string::npos) << said;
    const auto migrated = command({"migrate"}, how);
    EXPECT_NE(migrated.status, 0);
    EXPECT_NE(migrated.output.find("database.pooling"), std::string::npos) << migrated.output;
  }
}

TEST_F(wrong_pooling, of_the_listening_connection_leaves_everything_else_at_work) {
  simulate(quick_simulator({"--world", "12"}));
  const test::pooler between{
      postgres.folder(), postgres.port(), {.mode = "transaction", .ignores_options = false}};
  const auto indirect = through(between, db.dsn());
  auto& guildhall = launch(
      {{"GUILDHALL_DATABASE_DSN", db.dsn()}, {"GUILDHALL_DATABASE_LISTEN_DSN", indirect}});
  eventually("it is told", std::chrono::seconds{20}, [&] {
    return guildhall.child().output().find("database.listen_dsn leads through a pooler")
        != std::string::npos;
  });
}

} // namespace guildhall::system_test
