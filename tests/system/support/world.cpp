#include "tests/system/support/world.hpp"

#include "tests/support/free_port.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

namespace guildhall::system_test {

namespace {

namespace json = boost::json;

constexpr auto signing_key = "test:0123456789abcdef0123456789abcdef-system-test";
constexpr std::size_t shown_of_a_log = 6'000;

std::filesystem::path own_folder() {
  std::string pattern{"/var/tmp/guildhall-system-XXXXXX"};
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("cannot make " + pattern);
  return pattern;
}

void show_end(const std::filesystem::path& log) {
  std::ifstream in{log, std::ios::binary};
  const std::string all{std::istreambuf_iterator<char>{in}, {}};
  std::cout << "--- " << log.filename().string() << "\n"
            << (all.size() > shown_of_a_log ? all.substr(all.size() - shown_of_a_log) : all)
            << std::flush;
}

std::int64_t job_of(const reply& answer) {
  if (answer.status != 202)
    throw std::runtime_error(
        "not accepted: " + std::to_string(answer.status) + ' ' + answer.body + answer.error);
  return answer.json().at("data").at("id").to_number<std::int64_t>();
}

} // namespace

std::vector<std::string> quick_simulator(std::vector<std::string> more) {
  more.insert(more.end(), {"--latency-max", "0", "--per-second", "0", "--per-hour", "0"});
  return more;
}

settings quick_budget() {
  return {
      {"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "2000"},
      {"GUILDHALL_BUDGET_REQUESTS_PER_HOUR", "10000000"},
      {"GUILDHALL_SYNC_POLL_INTERVAL", "1s"}};
}

world::world() : db(postgres.dsn(postgres.create_empty_database())), folder_(own_folder()) {}

world::~world() {
  instances_.clear();
  simulator_.reset();
  // Whoever shares one among several tests ends it when none of them runs.
  if (testing::UnitTest::GetInstance()->Failed())
    for (const auto& log : logs_)
      show_end(log);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

simulator& world::simulate(std::vector<std::string> arguments) {
  simulator_.reset();
  std::filesystem::remove(file("simulator.log")); // an earlier one's address stands in it
  simulator_ = std::make_unique<simulator>(std::move(arguments), file("simulator.log"));
  return *simulator_;
}

settings world::environment(const settings& overrides) const {
  const auto upstream = simulator_ ? simulator_->url() : std::string{"http://127.0.0.1:9"};
  settings out{
      {"GUILDHALL_CONFIG", GUILDHALL_PROJECT_DIR "/config/guildhall.toml"},
      {"GUILDHALL_DATABASE_DSN", db.dsn()},
      {"GUILDHALL_AUTH_KEYS", signing_key},
      // One user here writes for many.
      {"GUILDHALL_AUTH_WRITES_PER_SECOND", "100000"},
      {"GUILDHALL_BATTLENET_CLIENT_ID", "demo"},
      {"GUILDHALL_BATTLENET_CLIENT_SECRET", "demo"},
      {"GUILDHALL_BATTLENET_OAUTH_HOST", upstream},
      {"GUILDHALL_BATTLENET_REGIONS", "eu"},
      {"GUILDHALL_BATTLENET_API_HOSTS", "eu=" + upstream},
      {"GUILDHALL_HTTP_PORT", std::to_string(test::free_port())},
      {"GUILDHALL_ADMIN_PORT", std::to_string(test::free_port())}};
  for (const auto& [name, value] : overrides)
    out.insert_or_assign(name, value);
  return out;
}

instance&
world::launch(const settings& overrides, std::vector<std::string> arguments, unsigned files) {
  const auto log = file("guildhall-" + std::to_string(logs_.size()) + ".log");
  logs_.push_back(log);
  return instances_.emplace_back(environment(overrides), std::move(arguments), log, files);
}

instance& world::serve(const settings& overrides, std::vector<std::string> arguments) {
  auto& started = launch(overrides, std::move(arguments));
  started.await_ready();
  return started;
}

finished world::command(std::vector<std::string> arguments, const settings& overrides) {
  return run_guildhall(
      environment(overrides), std::move(arguments),
      file("command-" + std::to_string(++commands_) + ".log"));
}

void world::expect_refusal(const settings& overrides, const std::string& sentence) {
  const auto refused = command({"serve"}, overrides);
  EXPECT_EQ(refused.status, 2) << refused.output;
  EXPECT_NE(refused.output.find(sentence), std::string::npos) << refused.output;
}

std::int64_t world::track(const instance& where, const guild_address& guild) {
  return job_of(where.admin(
      "POST", "/guilds",
      json::object{{"region", guild.region}, {"realm", guild.realm}, {"name", guild.slug}}));
}

std::int64_t world::sync_now(const instance& where, std::int64_t guild_id) {
  return job_of(where.admin("POST", "/guilds/" + std::to_string(guild_id) + "/sync"));
}

json::value
world::await_end(const instance& where, std::int64_t job, std::chrono::milliseconds bound) {
  json::value seen;
  eventually("job " + std::to_string(job) + " has ended", bound, [&] {
    const auto answer = where.admin("GET", "/jobs/" + std::to_string(job));
    if (answer.status != 200)
      return false;
    seen = answer.json().at("data");
    const auto state = text(seen.at("state"));
    return state == "done" || state == "failed";
  });
  return seen;
}

json::value
world::await_job(const instance& where, std::int64_t job, std::chrono::milliseconds bound) {
  auto seen = await_end(where, job, bound);
  if (text(seen.at("state")) != "done")
    throw std::runtime_error("the job failed: " + text(seen.at("message")));
  return seen;
}

std::int64_t world::mirror(
    const instance& where, const guild_address& guild, std::chrono::milliseconds bound) {
  await_job(where, track(where, guild), bound);
  return guild_id(guild);
}

void world::refresh(
    const instance& where, std::int64_t guild_id, std::chrono::milliseconds bound) {
  await_job(where, sync_now(where, guild_id), bound);
}

void world::await_idle(std::chrono::milliseconds bound) {
  eventually("nothing is due", bound, [&] {
    return db.number(
               "select count(*) from sync_queue where lease_token is not null or due_at <= "
               "app_now()")
        == 0;
  });
}

void world::make_all_due() const {
  db.exec("update tracked_guilds set roster_due_at = app_now(); update sync_queue set due_at = "
          "app_now(), not_before = null where due_at < 'infinity' and lease_token is null");
}

std::int64_t world::guild_id(const guild_address& guild) const {
  return db.number(
      "select id from guilds where region = " + quoted(guild.region)
      + " and realm = " + quoted(guild.realm) + " and name_key = " + quoted(guild.slug));
}

std::vector<member> world::stored_members(std::int64_t guild_id) const {
  std::vector<member> out;
  for (const auto& row : db.rows(
           "select c.bnet_character_id, c.realm, m.character_name, m.rank "
           "from guild_members m join characters c on c.id = m.character_id "
           "where m.left_at is null and m.guild_id = "
           + std::to_string(guild_id)))
    out.push_back({std::stoll(row[0]), row[1], row[2], std::stoll(row[3])});
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> world::differences(const guild_address& guild) {
  const auto wanted = sim().members(guild);
  const auto found = stored_members(guild_id(guild));
  std::vector<std::string> out;
  if (found.size() != wanted.size())
    out.push_back(
        guild.path() + " has " + std::to_string(found.size()) + " members here, "
        + std::to_string(wanted.size()) + " there");
  for (const auto& one : wanted)
    if (!std::ranges::binary_search(found, one))
      out.push_back(
          guild.path() + ": " + std::to_string(one.id) + ' ' + one.realm + '/' + one.name
          + " rank " + std::to_string(one.rank) + " is not stored so");
  return out;
}

void world::expect_mirrored(const guild_address& guild) {
  EXPECT_EQ(differences(guild), std::vector<std::string>{});
}

std::vector<std::string> world::flaws() const {
  std::vector<std::string> out;
  const auto none = [&](const std::string& what, const std::string& sql) {
    if (const auto count = db.number(sql); count != 0)
      out.push_back(std::to_string(count) + " times: " + what);
  };
  none(
      "a member's character is linked to another guild",
      "select count(*) from guild_members m join characters c on c.id = m.character_id where "
      "m.left_at is null and c.guild_id is distinct from m.guild_id");
  none(
      "a member has two names",
      "select count(*) from guild_members m join characters c on c.id = m.character_id where "
      "m.left_at is null and c.name is distinct from m.character_name");
  none(
      "somebody left twice",
      "select count(*) from (select kind, lag(kind) over (partition by guild_id, character_id "
      "order by id) as before from guild_events where kind in ('joined', 'left', 'returned')) "
      "e where kind = 'left' and before = 'left'");
  none(
      "a member is not kept fresh",
      "select count(*) from guild_members m where left_at is null and not exists (select from "
      "sync_queue q where q.character_id = m.character_id) and exists (select from "
      "tracked_guilds t where t.guild_id = m.guild_id)");
  return out;
}

void world::expect_sound() const {
  EXPECT_EQ(flaws(), std::vector<std::string>{});
}

void world::keep_what_is_acknowledged() const {
  db.exec(
      "alter database " + db.value("select current_database()")
      + " set synchronous_commit = on");
}

std::size_t count_of(const std::string& what, const std::string& in) {
  std::size_t count = 0;
  for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + 1))
    ++count;
  return count;
}

std::string text(const json::value& value) {
  return std::string{value.as_string()};
}

} // namespace guildhall::system_test
