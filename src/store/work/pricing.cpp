#include "domain/crawling/price.hpp"
#include "domain/sync_port.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace guildhall::store {

namespace {

/// What the price is solved by, at most; more rows tell nothing new.
constexpr double sample_size = 20'000;
/// Guild, roster and activity of a guild at each of its intervals.
constexpr double calls_of_guild = 3;

// Five minutes after the last time. (A moment of it that lies ahead is that of another clock.)
// Not locked: loans go on while the price is solved.
constexpr statement last_price{
    "last_price", R"(
  with now as materialized (select app_now() as t)
  select b.price, b.priced_as_of, extract(epoch from now.t - b.priced_as_of)::float8
  from api_budget b, now
  where b.priced_as_of is null or b.priced_as_of <= now.t - interval '5 minutes'
    or b.priced_as_of > now.t)",
    10};
constexpr statement size_of_queue{
    "size_of_queue", R"(
  select greatest(reltuples, 0)::float8 from pg_class where oid = 'sync_queue'::regclass)",
    20};
// By blocks: a small part of a large queue is read, all of a small one.
constexpr statement sample{
    "sample_queue", R"(
  select per_hour, weight
  from sync_queue tablesample system ($1::real)
  where character_id is not null and per_hour is not null and due_at < 'infinity')",
    6'000};
constexpr statement guild_calls{
    "guild_calls_an_hour", R"(
  select coalesce(sum(3600.0 / coalesce(interval_s, $1::integer)), 0)::float8
  from tracked_guilds where state in ('pending', 'active'))",
    5'000};
// By whoever has solved it first.
constexpr statement write{
    "write_price", R"(
  update api_budget set price = $1, priced_as_of = app_now(), demand = $2, supply = $3
  where priced_as_of is not distinct from $4::timestamptz)",
    10};
constexpr std::array all{last_price, size_of_queue, sample, guild_calls, write};
const listed_statements registered{all};

struct sampled {
  std::vector<domain::priced_row> rows;
  double stands_for{1};
};

sampled sample_of(session& db) {
  double size = 0;
  fields(db.exec(size_of_queue)[0]) >> size;
  const auto percent = std::clamp(100 * sample_size / std::max(size, 1.0), 0.01, 100.0);
  sampled out{.rows = {}, .stands_for = 100 / percent};
  for (const auto& row : db.exec(sample, {percent})) {
    auto& one = out.rows.emplace_back();
    fields(row) >> one.per_hour >> one.weight;
  }
  return out;
}

/// Calls an hour that are left for characters.
double supply_of(session& db, const domain::price_calls& what) {
  double rounds = 0;
  fields(db.exec(guild_calls, {what.guild_interval.count()})[0]) >> rounds;
  const auto background =
      static_cast<double>(what.limits.per_hour) * (1 - what.limits.people_share);
  return std::max(0.0, background - calls_of_guild * rounds);
}

} // namespace

template <>
result<std::optional<domain::call_price>> run(session& db, const domain::price_calls& what) {
  const auto last = db.exec(last_price);
  if (last.empty())
    return std::nullopt;
  double before = 0;
  std::optional<time_point> priced_as_of;
  std::optional<double> since;
  fields(last[0]) >> before >> priced_as_of >> since;
  const auto seen = sample_of(db);
  domain::call_price solved{.supply = supply_of(db, what)};
  const auto target = domain::solve_price(
      seen.rows, seen.stands_for, what.children, solved.supply, what.floor, what.bounds);
  solved.price = domain::stepped_price(
      before, target, std::chrono::seconds{std::llround(std::max(0.0, since.value_or(0)))},
      what.floor);
  solved.demand =
      seen.stands_for * domain::demand(seen.rows, solved.price, what.children, what.bounds);
  const auto written =
      db.exec(write, {solved.price, solved.demand, solved.supply, priced_as_of});
  if (written.affected_rows() == 0)
    return std::nullopt;
  return solved;
}

} // namespace guildhall::store
