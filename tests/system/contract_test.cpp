#include "tests/support/contract.hpp"
#include "tests/system/support/browser.hpp"
#include "tests/system/support/town.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <map>
#include <memory>
#include <set>

/// Every route of the running program, asked well and badly: each answer is as the API's own
/// description says, and no input ends in a 5xx.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;
using test::differences;

class the_contract : public testing::Test {
protected:
  static void SetUpTestSuite() {
    town_ = std::make_unique<town>("http://localhost:5173");
    const auto description = ask(town_->api().port(), {"GET", "/api/openapi.json"});
    if (description.status != 200)
      throw std::runtime_error("no description: " + std::to_string(description.status));
    document_ = std::make_unique<test::contract>(description.body);
    admin_ = town_->token({"--user", "Admin#1", "--admin"});
    operator_ = town_->token({"--operator"});
    master_ = town_->client_of(town_->master).access_token;
    const auto commoner = town_->client_of(town_->commoner);
    member_ = commoner.access_token;
    refresh_ = commoner.refresh_token;
  }
  static void TearDownTestSuite() {
    document_.reset();
    town_.reset();
  }

  static town& in() {
    return *town_;
  }
  static const test::contract& document() {
    return *document_;
  }

  struct question {
    std::string operation; ///< "PUT /api/rosters/{rosterId}"
    std::map<std::string, std::string> parameters{};
    std::string body{};
    std::string query{};
    std::optional<std::string> token{}; ///< absent: who may do this; empty: none
    std::map<std::string, std::string> headers{};
  };

  /// Asks, and holds the answer against the description.
  static reply asked(const question& what) {
    const auto is_public = what.operation.find(" /api/") != std::string::npos;
    const auto blank = what.operation.find(' ');
    auto headers = what.headers;
    const auto token = what.token.value_or(is_public ? admin_ : operator_);
    if (!token.empty())
      headers["Authorization"] = "Bearer " + token;
    const auto target = filled(what.operation.substr(blank + 1), what.parameters) + what.query;
    const auto got =
        ask(is_public ? in().api().port() : in().api().admin_port(),
            {what.operation.substr(0, blank), target, headers, what.body});
    EXPECT_EQ(
        document().check(what.operation, {got.status, got.headers, got.body}), differences{})
        << what.operation << " as " << target << " with " << what.body.substr(0, 200)
        << " answers " << got.status << ' ' << got.body.substr(0, 500) << got.error;
    seen_[what.operation].insert(got.status);
    return got;
  }

  static json::value data(const question& what) {
    const auto got = asked(what);
    EXPECT_LT(got.status, 300) << what.operation << ' ' << got.body;
    return got.status < 300 && !got.body.empty() ? got.json().at("data") : json::value{};
  }

  static std::string id_of(const json::value& row) {
    return std::to_string(row.at("id").to_number<std::int64_t>());
  }

  static std::string
  filled(std::string path, const std::map<std::string, std::string>& parameters) {
    for (const auto& [name, value] : parameters)
      if (const auto at = path.find('{' + name + '}'); at != std::string::npos)
        path.replace(at, name.size() + 2, value);
    return path;
  }

  static std::map<std::string, std::string> real_parameters() {
    const auto& character = in().commoner.characters.front();
    return {
        {"guildId", std::to_string(in().home_id)},
        {"characterId", std::to_string(in().character_id(character))},
        {"rosterId", "1"},
        {"eventId", "1"},
        {"jobId", "1"},
        {"rankId", "4"},
        {"file", "docs.js"},
        {"region", in().home.region},
        {"realm", percent_encoded(in().home.realm)},
        {"name", percent_encoded(in().home.slug)}};
  }

  static inline std::unique_ptr<town> town_;
  static inline std::unique_ptr<test::contract> document_;
  static inline std::map<std::string, std::set<int>> seen_;
  static inline std::string admin_, operator_, master_, member_, refresh_;
};

/// Whose success is no 2xx or 3xx here: nobody has a Discord bot.
const std::set<std::string> never_successful{"GET /api/auth/discord-link"};

} // namespace

TEST_F(the_contract, every_operation_answers_as_documented) {
  seen_.clear();
  const auto home = real_parameters();
  const auto with = [&](std::map<std::string, std::string> more) {
    auto out = home;
    for (auto& [name, value] : more)
      out[name] = value;
    return out;
  };

  // auth
  asked({"GET /api/auth/login", {}, {}, "?region=kr", ""});
  asked({"GET /api/auth/login", {}, {}, "?region=cn", ""});
  asked({"GET /api/auth/start", {}, {}, "", ""});
  asked({"GET /api/auth/start", {}, {}, "?region=x", ""});
  asked({"GET /api/auth/callback", {}, {}, "?code=x&state=y", ""});
  asked(
      {"POST /api/auth/refresh",
       {},
       json::serialize(json::object{{"refreshToken", refresh_}}),
       "",
       ""});
  asked({"POST /api/auth/refresh", {}, R"({"refreshToken":"no token"})", "", ""});
  const auto me = data({"GET /api/auth/me", {}, {}, "", member_});
  asked({"GET /api/auth/discord-link", {}, {}, "?token=x"});
  asked({"GET /api/auth/discord-link"});
  const auto promotion =
      json::serialize(json::object{{"userId", me.at("id")}, {"role", "guild_leader"}});
  asked({"PUT /api/auth/role", {}, promotion, "", member_});
  asked({"PUT /api/auth/role", {}, promotion});
  asked({"PUT /api/auth/role", {}, R"({"userId":999999,"role":"user"})"});
  asked(
      {"PUT /api/auth/role",
       {},
       json::serialize(json::object{{"userId", me.at("id")}, {"role", "user"}})});

  // what is read of a guild, lean and whole
  const std::string everything =
      "?fields=full&include=roster_json,equipment,character_data,member_data_json";
  for (const auto* operation :
       {"GET /api/guilds/id/{guildId}", "GET /api/guilds/{region}/{realm}/{name}",
        "GET /api/guilds/{guildId}/members", "GET /api/guilds/{guildId}/members/enhanced",
        "GET /api/guilds/{guildId}/classified-roster",
        "GET /api/guilds/{guildId}/member-activity", "GET /api/guilds/{guildId}/ranks",
        "GET /api/guilds/{guildId}/rank-structure"}) {
    const auto lean = asked({operation, home, {}, "", member_});
    EXPECT_EQ(lean.status, 200) << operation;
    EXPECT_EQ(asked({operation, home, {}, everything}).status, 200) << operation;
    EXPECT_EQ(asked({operation, home, {}, "?fields=some&include=secrets"}).status, 400);
    EXPECT_EQ(
        asked({operation, home, {}, "", member_, {{"If-None-Match", lean.header("etag")}}})
            .status,
        304)
        << operation;
    asked({operation, with({{"guildId", "999999"}, {"name", "nobody"}}), {}, ""});
  }

  // the same lists in pages, the first of which is not the last
  for (const auto* operation :
       {"GET /api/guilds/{guildId}/members", "GET /api/guilds/{guildId}/members/enhanced",
        "GET /api/guilds/{guildId}/classified-roster"}) {
    const auto first = asked({operation, home, {}, everything + "&limit=2"});
    ASSERT_EQ(first.status, 200) << operation;
    const auto cursor = text(first.json().at("page").at("next"));
    const auto rest = asked({operation, home, {}, everything + "&cursor=" + cursor});
    EXPECT_EQ(rest.status, 200) << operation;
    EXPECT_NE(rest.json().at("data"), first.json().at("data")) << operation;
    const auto again = asked(
        {operation,
         home,
         {},
         everything + "&limit=2",
         {},
         {{"If-None-Match", first.header("etag")}}});
    EXPECT_EQ(again.status, 304) << operation;
    EXPECT_EQ(asked({operation, home, {}, "?cursor=x"}).status, 400) << operation;
    EXPECT_EQ(asked({operation, home, {}, "?limit=0"}).status, 400) << operation;
    EXPECT_EQ(
        asked({operation, with({{"guildId", "999999"}}), {}, "?cursor=" + cursor}).status, 400)
        << operation;
  }
  for (const auto* operation :
       {"GET /api/guilds/{guildId}/member-activity", "GET /api/events/guild/{guildId}",
        "GET /api/characters"})
    for (const auto& [query, status] :
         {std::pair{"?limit=1", 200}, std::pair{"?limit=x", 400}, std::pair{"?cursor=x", 400}})
      EXPECT_EQ(asked({operation, home, {}, query, member_}).status, status) << operation;
  asked({"GET /api/guilds/{guildId}/freshness", home});
  asked({"GET /api/guilds/{guildId}/freshness", with({{"guildId", "999999"}})});
  data({"GET /api/guilds/user", {}, {}, "", member_});
  data({"GET /api/guilds/user"});

  // ranks and mains
  const auto rank = data(
      {"PUT /api/guilds/{guildId}/ranks/{rankId}", home, R"({"rank_name":"Raider"})", "",
       master_});
  asked(
      {"PUT /api/guilds/{guildId}/ranks/{rankId}", home, R"({"rank_name":"x"})", "", member_});
  EXPECT_EQ(
      asked({"PUT /api/guilds/{guildId}/ranks/{rankId}",
             home,
             R"({"rank_name":"x"})",
             "",
             master_,
             {{"If-Match", "\"999\""}}})
          .status,
      412);
  EXPECT_EQ(text(rank.at("rank_name")), "Raider");
  for (const auto* body : {R"({"isMain":true})", R"({"isMain":null})"})
    data({"PUT /api/guilds/{guildId}/members/{characterId}/main", home, body});
  asked(
      {"PUT /api/guilds/{guildId}/members/{characterId}/main",
       with({{"characterId", "999999"}}), R"({"isMain":true})"});

  // rosters
  const auto made = asked(
      {"POST /api/guilds/{guildId}/rosters", home, R"({"name":" Main raid "})", "", master_});
  ASSERT_EQ(made.status, 201) << made.body;
  const auto roster = with({{"rosterId", id_of(made.json().at("data"))}});
  data({"GET /api/guilds/{guildId}/rosters", home});
  data({"PUT /api/rosters/{rosterId}", roster, R"({"name":"Second raid"})"});
  data(
      {"POST /api/rosters/{rosterId}/members", roster,
       R"({"additions":[{"type":"character","characterId":)" + home.at("characterId")
           + R"(},{"type":"rank","rankId":0,"role":null},{"type":"rank","rankId":1}]})"});
  const auto full = data({"GET /api/rosters/{rosterId}", roster});
  EXPECT_GE(full.at("members").as_array().size(), 2u);
  for (const auto* body : {R"({"role":"Healer"})", R"({"role":null})", "{}"})
    data({"PUT /api/rosters/{rosterId}/members/{characterId}", roster, body});
  asked(
      {"PUT /api/rosters/{rosterId}/members/{characterId}", with({{"rosterId", "999999"}}),
       "{}"});
  asked({"DELETE /api/rosters/{rosterId}/members/{characterId}", roster});
  asked({"DELETE /api/rosters/{rosterId}/members/{characterId}", roster});
  asked({"DELETE /api/rosters/{rosterId}", roster, {}, "", member_});
  asked({"DELETE /api/rosters/{rosterId}", roster});
  asked({"GET /api/rosters/{rosterId}", roster});

  // asked twice
  const auto once = [&](const std::string& name, const std::string& key) {
    return asked(
        {"POST /api/guilds/{guildId}/rosters",
         home,
         R"({"name":")" + name + "\"}",
         "",
         master_,
         {{"Idempotency-Key", key}}});
  };
  const auto first = once("Made once", "\"a-key-of-its-own\"");
  EXPECT_EQ(first.status, 201);
  const auto again = once("Made once", "\"a-key-of-its-own\"");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(once("Another", "\"a-key-of-its-own\"").status, 422);
  EXPECT_EQ(once("Another", "no key").status, 400);
  EXPECT_EQ(in().store().number("select count(*) from rosters where name = 'Made once'"), 1);

  // events
  const auto guild = R"(,"guild_id":)" + home.at("guildId") + "}";
  const std::string times =
      R"("start_time":"2027-05-13T18:00","end_time":"2027-05-13T21:30:00.000Z")";
  const auto event = with(
      {{"eventId",
        id_of(data(
            {"POST /api/events",
             {},
             R"({"title":"Raid night","event_type":"Raid","event_details":{"a":[1]},)" + times
                 + guild,
             "",
             member_}))}});
  asked({"POST /api/events", {}, R"({"title":"x","event_type":"Party"})"});
  data({"GET /api/events/guild/{guildId}", home, {}, "", member_});
  data({"GET /api/events/guild/{guildId}", home, {}, "?fields=full"});
  data({"GET /api/events/{eventId}", event});
  data({"PUT /api/events/{eventId}", event, R"({"title":"Another night","description":null})"});
  EXPECT_EQ(
      asked({"PUT /api/events/{eventId}", event, "{}", "", {}, {{"If-Match", "\"999\""}}})
          .status,
      412);
  const auto sign_up = R"({"status":"accepted","character_id":)" + home.at("characterId") + "}";
  data({"POST /api/events/{eventId}/subscribe", event, sign_up, "", member_});
  EXPECT_EQ(
      asked({"POST /api/events/{eventId}/subscribe", event, sign_up, "", member_}).status, 400);
  data(
      {"PUT /api/events/{eventId}/subscribe", event,
       R"({"status":"Declined","note":"no","character_id":)" + home.at("characterId") + "}", "",
       member_});
  data({"PUT /api/events/{eventId}", event, R"({"max_participants":1})"});
  in().store().exec(
      "insert into event_subscriptions (event_id, user_id, character_id, status) select "
      + event.at("eventId") + ", id, " + home.at("characterId")
      + ", 'Confirmed' from users where battletag = 'Admin#1'");
  const auto comes = R"({"status":"Confirmed","character_id":)" + home.at("characterId") + "}";
  EXPECT_EQ(
      asked({"PUT /api/events/{eventId}/subscribe", event, comes, "", member_}).status, 409);
  in().store().exec("delete from event_subscriptions where status = 'Confirmed'");
  EXPECT_EQ(data({"GET /api/events/{eventId}/subscribers", event}).as_array().size(), 1u);
  data({"DELETE /api/events/{eventId}/subscribe", event, {}, "", member_});
  asked({"DELETE /api/events/{eventId}/subscribe", event, {}, "", member_});
  data({"DELETE /api/events/{eventId}", event});
  asked({"DELETE /api/events/{eventId}", event});
  asked({"GET /api/events/{eventId}/subscribers", event});

  // characters
  const auto& mine = in().commoner.characters.front();
  const auto address =
      with({{"realm", percent_encoded(mine.realm)}, {"name", percent_encoded(mine.name)}});
  const auto own = json::serialize(json::object{
      {"region", in().home.region},
      {"realm", mine.realm},
      {"name", mine.name},
      {"class", "Mage"},
      {"level", 80}});
  data({"GET /api/characters", {}, {}, "", member_});
  data({"GET /api/characters", {}, {}, everything, member_});
  data({"POST /api/characters", {}, own, "", member_});
  asked({"POST /api/characters", {}, own, "", master_});
  const auto sync = R"({"force":true,"characterId":)" + home.at("characterId") + "}";
  data({"POST /api/characters/sync", {}, sync, "", member_});
  asked({"POST /api/characters/sync", {}, sync, "", master_});
  for (const auto* query : {"", everything.c_str()}) {
    data({"GET /api/characters/{characterId}", home, {}, query, member_});
    data({"GET /api/characters/{region}/{realm}/{name}", address, {}, query, member_});
  }
  asked({"GET /api/characters/{characterId}", with({{"characterId", "999999"}})});
  data({"PUT /api/characters/{characterId}", home, R"({"level":1})", "", member_});
  asked({"PUT /api/characters/{characterId}", home, "{}", "", master_});

  // admin, misc
  data({"GET /api/admin/validation-stats"});
  asked({"GET /api/admin/validation-stats", {}, {}, "", member_});
  asked({"POST /api/admin/validation-stats/reset"});
  asked({"GET /api/healthcheck", {}, {}, "", ""});
  asked({"GET /api/openapi.json", {}, {}, "", ""});
  asked({"GET /api/docs", {}, {}, "", ""});
  for (const auto* file :
       {"docs.js", "swagger-ui.css", "favicon-32x32.png", "openapi.json", "index.html", "x"})
    asked({"GET /api/docs/{file}", {{"file", file}}, {}, "", ""});

  // operators
  const auto job = data(
      {"POST /guilds",
       {},
       json::serialize(json::object{
           {"region", in().home.region},
           {"realm", in().home.realm},
           {"name", in().home.slug}})});
  asked({"GET /jobs/{jobId}", {{"jobId", id_of(job)}}});
  asked({"GET /jobs/{jobId}", {{"jobId", "999999"}}});
  asked({"POST /guilds/{guildId}/sync", home});
  asked({"POST /guilds/{guildId}/sync", with({{"guildId", "999999"}})});
  asked({"POST /characters/{characterId}/sync", home});
  asked({"GET /status"});
  asked({"POST /pause"});
  asked({"POST /resume"});
  for (const auto* probe : {"GET /live", "GET /ready", "GET /metrics"})
    asked({probe, {}, {}, "", ""});
  asked(
      {"DELETE /guilds/{region}/{realm}/{name}",
       {{"region", in().elsewhere.region},
        {"realm", percent_encoded(in().elsewhere.realm)},
        {"name", percent_encoded(in().elsewhere.slug)}}});

  // last: it ends the member's tokens
  asked({"GET /api/auth/logout", {}, {}, "", ""});
  asked({"GET /api/auth/logout", {}, {}, "", member_});
  asked({"GET /api/auth/me", {}, {}, "", member_});

  // What is only read, from what was made above, needs no case of its own.
  for (const auto& operation : document().operations())
    if (operation.starts_with("GET ") && !seen_.contains(operation))
      asked({operation, home});

  for (const auto& operation : document().operations()) {
    const auto& statuses = seen_[operation];
    const auto has_succeeded = !statuses.empty() && *statuses.begin() < 400;
    EXPECT_TRUE(has_succeeded || never_successful.contains(operation))
        << operation << " has no case here in which it succeeds";
    EXPECT_FALSE(statuses.empty()) << operation << " has no case here";
  }
}

TEST_F(the_contract, without_a_token_every_operation_that_needs_one_says_so) {
  for (const auto& operation : document().operations()) {
    const auto got = asked({operation, real_parameters(), {}, "", ""});
    const auto needs_none =
        document().check(operation, {401, {}, ""}).front().find("status 401")
        != std::string::npos;
    if (!needs_none && operation != "POST /api/auth/refresh") {
      EXPECT_EQ(got.status, 401) << operation;
    }
  }
}

TEST_F(the_contract, no_path_ends_in_a_5xx) {
  for (const auto& operation : document().operations()) {
    if (operation.find('{') == std::string::npos)
      continue;
    for (const std::string bad :
         {"-1", "abc", "1.5", "1e3", "%20", "99999999999999999999", "9223372036854775807",
          "%00", "%ff", "%ED%A0%80", "%2e%2e%2f", "'%20or%201=1--", "%F0%9F%90%89",
          "__proto__"}) {
      std::map<std::string, std::string> parameters;
      for (const auto& [name, value] : real_parameters())
        parameters[name] = bad;
      const auto got = asked({operation, parameters, "{}"});
      EXPECT_TRUE(got.status >= 200 && got.status < 500)
          << operation << " with " << bad << ": " << got.status << ' ' << got.error;
    }
  }
}

TEST_F(the_contract, no_body_ends_in_a_5xx) {
  const auto nested = [](const std::string& open, const std::string& close, int depth) {
    std::string out;
    for (int i = 0; i < depth; ++i)
      out += open;
    out += "1";
    for (int i = 0; i < depth; ++i)
      out += close;
    return out;
  };
  std::vector<std::string> bodies{
      "",
      "{",
      "[]",
      "null",
      "7",
      "{\"name\":\"\xff\"}",
      "{\"name\":\"\\ud800\"}",
      "{\"name\":\"a\",\"name\":null}",
      nested("[", "]", 20'000),
      nested("{\"a\":", "}", 10'000),
      "{\"name\":\"" + std::string(150'000, 'x') + "\"}"};
  // Each field that any body has, with values that none of them may have.
  for (const auto* value :
       {"null", "true", "-1", "0", "1.5", "1e400", "99999999999999999999", "\"\"", "\" \"",
        "\"a\\u0000b\"", "[]", "[null]", "[{}]", "{}", "{\"a\":{\"b\":[1e300]}}",
        "\"'; drop\""}) {
    std::string body = "{";
    for (const auto* field :
         {"name",          "rank_name",    "is_officer", "isMain",
          "additions",     "role",         "title",      "description",
          "event_type",    "start_time",   "end_time",   "max_participants",
          "event_details", "guild_id",     "status",     "character_id",
          "note",          "realm",        "region",     "characterId",
          "force",         "refreshToken", "userId",     "id; drop table users"})
      body += (body.size() > 1 ? ",\"" : "\"") + std::string{field} + "\":" + value;
    bodies.push_back(body + "}");
  }
  for (const auto& operation : document().operations()) {
    if (operation.starts_with("GET"))
      continue;
    for (const auto& body : bodies) {
      const auto got = asked({operation, real_parameters(), body});
      EXPECT_TRUE(got.status >= 200 && got.status < 500)
          << operation << " with " << body.substr(0, 300) << ": " << got.status << ' '
          << got.error;
    }
  }
}

TEST_F(the_contract, is_read_in_a_browser) {
  browser chromium{in().folder("reader")};
  chromium.open("http://127.0.0.1:" + std::to_string(in().api().port()) + "/api/docs");
  EXPECT_TRUE(chromium.text(".swagger-ui .info .title").starts_with("guildhall"));
  chromium.text("#operations-guilds-classifiedRoster .opblock-summary-description");
  EXPECT_EQ(
      chromium.count(".opblock"), static_cast<std::int64_t>(document().operations().size()));
  EXPECT_EQ(chromium.count(".errors-wrapper"), 0);
  // Its policy did not get into its way: the style sheet and its icons are there.
  const auto corners = chromium.run(
      "return getComputedStyle(document.querySelector('.opblock')).borderTopLeftRadius");
  EXPECT_EQ(text(corners), "4px");
}

TEST_F(the_contract, codings_are_told_apart) {
  const question plain{"GET /api/guilds/{guildId}/classified-roster", real_parameters()};
  std::set<std::string> etags;
  for (const auto* coding : {"identity", "gzip", "br"}) {
    auto what = plain;
    what.headers["Accept-Encoding"] = coding;
    const auto target = filled("/api/guilds/{guildId}/classified-roster", what.parameters);
    auto headers = what.headers;
    headers["Authorization"] = "Bearer " + admin_;
    const auto got = ask(in().api().port(), {"GET", target, headers});
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.header("vary"), "Origin, Accept-Encoding, Authorization");
    EXPECT_EQ(got.header("cache-control"), "private, no-cache");
    EXPECT_TRUE(etags.insert(got.header("etag")).second) << coding;
    headers["If-None-Match"] = got.header("etag");
    const auto again = ask(in().api().port(), {"GET", target, headers});
    EXPECT_EQ(again.status, 304) << coding;
    EXPECT_EQ(again.header("etag"), got.header("etag"));
  }
}

} // namespace guildhall::system_test
