#include "tests/integration/store/mirror.hpp"

#include "domain/control.hpp"
#include "domain/projection.hpp"

#include <algorithm>
#include <future>

namespace guildhall::test {

using namespace std::chrono_literals;

std::string version(int n) {
  return "Sat, 7 Mar 2020 10:" + std::string(n / 60 < 10 ? "0" : "") + std::to_string(n / 60)
       + ":" + (n % 60 < 10 ? "0" : "") + std::to_string(n % 60) + " GMT";
}

std::string guild_body(std::int64_t id, const std::string& name, std::int64_t count) {
  return R"({"id":)" + std::to_string(id) + R"(,"name":")" + name
       + R"(","faction":{"type":"HORDE","name":"Horde"},"member_count":)"
       + std::to_string(count) + R"(,"realm":{"name":"Stormrage","id":1,"slug":"stormrage"}})";
}

std::string roster_body(std::int64_t guild, const std::vector<member>& members) {
  std::string list;
  for (const auto& m : members)
    list += (list.empty() ? "" : ",") + (R"({"character":{"name":")" + m.name) + R"(","id":)"
          + std::to_string(m.id) + R"(,"realm":{"id":)" + std::to_string(m.realm_id)
          + R"(,"slug":")" + m.realm + R"("},"level":)" + std::to_string(m.level)
          + R"(,"playable_class":{"id":)" + std::to_string(m.class_id) + R"(}},"rank":)"
          + std::to_string(m.rank) + "}";
  return R"({"guild":{"name":"Avalerion","id":)" + std::to_string(guild)
       + R"(,"realm":{"name":"Stormrage","id":1,"slug":"stormrage"}},"members":[)" + list
       + "]}";
}

std::string profile_body(const profile& what) {
  const auto& m = what.who;
  std::string guild;
  if (what.guild)
    guild = R"(,"guild":{"name":")" + what.guild_name + R"(","id":)"
          + std::to_string(*what.guild)
          + R"(,"realm":{"name":"Stormrage","id":1,"slug":"stormrage"}})";
  return R"({"id":)" + std::to_string(m.id) + R"(,"name":")" + m.name + R"(","level":)"
       + std::to_string(m.level) + R"(,"character_class":{"id":)" + std::to_string(m.class_id)
       + R"(,"name":"x"},"active_spec":{"id":73,"name":"Protection"},"faction":{"type":"HORDE",)"
         R"("name":"Horde"},"realm":{"name":"Stormrage","id":)"
       + std::to_string(m.realm_id) + R"(,"slug":")" + m.realm
       + R"("},"average_item_level":480,"equipped_item_level":478,)"
         R"("achievement_points":12000,"last_login_timestamp":1583575200000)"
       + guild + what.extra + "}";
}

std::string noise(std::size_t length) {
  std::string out;
  for (unsigned state = 7; out.size() < length; state = state * 1'103'515'245u + 12'345u)
    out += static_cast<char>('a' + (state >> 16) % 26);
  return out;
}

std::vector<member> crowd(int count, std::int64_t first) {
  std::vector<member> out;
  for (int i = 0; i < count; ++i) {
    std::string name{"Mem"};
    for (auto n = first + i; n > 0; n /= 26)
      name += static_cast<char>('a' + n % 26);
    out.push_back({.id = first + i, .name = name, .rank = i == 0 ? 0 : 1 + i % 8});
  }
  return out;
}

domain::job_row mirror::track(const domain::guild_address& where) {
  const auto job = db->ask(domain::track{where, "test"});
  EXPECT_TRUE(job) << job.error().message;
  return job.value_or(domain::job_row{});
}

domain::guild_work mirror::claim() {
  for (const auto what :
       {domain::priority::person, domain::priority::roster, domain::priority::character}) {
    auto work = db->ask(domain::claim_guilds{what, 10, lease_time});
    EXPECT_TRUE(work) << work.error().message;
    if (work && !work->guilds.empty())
      return work->guilds.front();
  }
  ADD_FAILURE() << "no guild is due";
  return {};
}

domain::guild_work mirror::claim_again() {
  db->exec("update tracked_guilds set roster_due_at = app_now();"
           "update sync_queue set due_at = app_now() where tracked_guild_id is not null");
  return claim();
}

std::vector<domain::character_work> mirror::claim_members(guild_id guild, int limit) {
  auto work = db->ask(domain::claim_characters{guild, limit, lease_time});
  EXPECT_TRUE(work) << work.error().message;
  return work.value_or(std::vector<domain::character_work>{});
}

domain::character_work mirror::claim_member(guild_id guild, std::int64_t bnet_id) {
  db->exec("update sync_queue set due_at = app_now(), lease_token = null, leased_until = null "
           "where character_id is not null");
  for (auto& work : claim_members(guild))
    if (work.identity.bnet_id.value == bnet_id)
      return work;
  ADD_FAILURE() << "not claimed";
  return {};
}

domain::character_work mirror::claim_own() {
  db->exec(
      "insert into users (bnet_account_id) values (1) on conflict do nothing;"
      "insert into characters (region, realm_id, bnet_character_id, realm, name, name_key, "
      "user_id) select 'eu', 1, 555, 'stormrage', 'Lonely', 'lonely', min(id) from users on "
      "conflict do nothing;"
      "insert into sync_queue (character_id, priority, due_at) select id, 2, app_now() from "
      "characters where bnet_character_id = 555 on conflict (character_id) do update set "
      "due_at = app_now()");
  auto work = db->ask(domain::claim_characters{std::nullopt, 10, lease_time});
  EXPECT_TRUE(work);
  EXPECT_EQ(work->size(), 1u);
  return work->front();
}

time_point mirror::in(std::chrono::seconds from_now) {
  const auto us = count("select (extract(epoch from app_now()) * 1000000)::bigint");
  return time_point{std::chrono::microseconds{us}} + from_now;
}

domain::guild_outcome mirror::outcome_of(
    const domain::guild_work& work, const std::vector<member>& members, int n,
    const scan_options& how) {
  domain::guild_outcome out;
  out.work = work;
  const auto size = how.count.value_or(static_cast<std::int64_t>(members.size()));
  out.guild = domain::fetched_document{
      domain::document::guild, guild_body(how.guild, how.name, size), version(n), "1"};
  out.guild_document = domain::parse_guild(out.guild->body).value();
  out.roster = domain::fetched_document{
      domain::document::roster, roster_body(how.guild, members), version(n), "1"};
  out.roster_document = domain::parse_roster(out.roster->body).value();
  out.made_at = in(0s);
  out.next_due = out.made_at + 4h;
  return out;
}

domain::guild_applied mirror::apply(const domain::guild_outcome& outcome) {
  auto applied = db->ask(domain::apply_guild{outcome});
  EXPECT_TRUE(applied) << applied.error().message;
  return applied.value_or(domain::guild_applied{});
}

void mirror::finish(
    const domain::guild_work& work, std::optional<guild_id> guild, bool failed) {
  const auto done = db->ask(domain::finish_guild{
      .lease = work.lease,
      .tracked = work.tracked,
      .guild = guild,
      .next_roster_due = in(4h),
      .made_at = in(0s),
      .failed = failed});
  EXPECT_TRUE(done) << done.error().message;
}

domain::guild_applied
mirror::scan(const std::vector<member>& members, int n, const scan_options& how) {
  const auto work = claim_again();
  const auto applied = apply(outcome_of(work, members, n, how));
  finish(work, applied.guild);
  return applied;
}

domain::character_outcome
mirror::outcome_of(const domain::character_work& work, const profile& what, int n) {
  domain::character_outcome out;
  out.work = work;
  out.arrived.push_back({domain::document::profile, profile_body(what), version(n), "1"});
  out.profile = domain::parse_profile(out.arrived.front().body).value();
  domain::project_profile(*out.profile, out.columns);
  out.profile_version = version(n);
  out.verified = true;
  out.made_at = in(0s);
  out.next_due = out.made_at + 8h;
  return out;
}

result<void> mirror::apply(const domain::character_outcome& outcome) {
  return db->ask(domain::apply_character{outcome});
}

void mirror::sync_members(guild_id guild, const std::vector<member>& members, int n) {
  for (const auto& work : claim_members(guild)) {
    const auto who = std::ranges::find(members, work.identity.bnet_id.value, &member::id);
    ASSERT_NE(who, members.end());
    auto outcome = outcome_of(work, {.who = *who, .guild = bnet_guild}, n);
    outcome.arrived.push_back(
        {domain::document::equipment, R"({"equipped_items":[]})", version(n), "1"});
    const auto done = apply(outcome);
    ASSERT_TRUE(done) << done.error().message;
  }
}

guild_id mirror::mirrored(const std::vector<member>& members) {
  track();
  const auto guild = scan(members, 1).guild;
  sync_members(guild, members, 1);
  return guild;
}

std::string mirror::columns_with(const std::string& text) {
  return scalar(
      "select coalesce(string_agg(found, ' ' order by found), '') from ("
      "select c.table_name || '.' || c.column_name as found, query_to_xml(format("
      "'select count(*) from %I where %I::text ilike %L', c.table_name, c.column_name, '%"
      + text
      + "%'), true, true, '')::text as counted "
        "from information_schema.columns c join information_schema.tables t "
        "using (table_schema, table_name) "
        "where c.table_schema = 'public' and t.table_type = 'BASE TABLE') one "
        "where counted not like '%<count>0</count>%'");
}

bool mirror::while_held(
    const std::string& held, const std::function<void(store::session&)>& work,
    const std::function<void(store::session&)>& meanwhile) {
  const auto holder = db->connect();
  const auto theirs = db->connect();
  const auto watch = db->connect();
  std::future<void> late;
  bool waits = false;
  test_database::run_on(*holder, [&](store::session& s) {
    (void)s.transaction([&]() -> result<void> {
      s.exec_raw(held);
      late = std::async(std::launch::async, [&] { test_database::run_on(*theirs, work); });
      while (!waits && late.wait_for(5ms) != std::future_status::ready)
        test_database::run_on(*watch, [&](store::session& seen) {
          waits = !seen.exec_raw("select from pg_stat_activity where wait_event_type = 'Lock' "
                                 "and datname = current_database()")
                       .empty();
        });
      meanwhile(s);
      return {};
    });
  });
  late.get();
  return waits;
}

domain::sweep_report mirror::sweep_all(std::optional<std::chrono::seconds> audit) {
  domain::sweep_report total;
  for (int step = 0; step < 200; ++step) {
    const auto report = db->ask(domain::sweep{50, erase_after, audit});
    EXPECT_TRUE(report) << report.error().message;
    if (!report || report->rows() == 0)
      return total;
    total += *report;
  }
  ADD_FAILURE() << "the sweep never ends";
  return total;
}

} // namespace guildhall::test
