#include "domain/sync_port.hpp"
#include "domain/throttling.hpp"
#include "store/ledger/fence.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace guildhall::store {

namespace {

/// How long a share holds. An instance that ended without a word frees its rate after this.
constexpr std::chrono::milliseconds loan_time{4'000};
/// The borrower counts from the arrival of the answer, which may be seconds late: the row holds
/// out longer than it does.
constexpr std::chrono::milliseconds transit{6'000};

constexpr statement lock{
    "lock_budget", R"(
  select counts, newest_slot, price from api_budget for update)",
    8};
constexpr statement others{
    "other_shares", R"(
  select coalesce(sum(rate), 0), count(*) filter (where wanted_rate > 0)
  from api_budget_shares where valid_until > app_now() and instance <> $1)",
    20};
constexpr statement share{
    "write_share", R"(
  insert into api_budget_shares as s (instance, rate, wanted_rate, valid_until)
  values ($1, $2, $3, app_now() + $4::interval)
  on conflict (instance) do update set rate = excluded.rate, wanted_rate = excluded.wanted_rate,
    valid_until = excluded.valid_until)",
    20};
constexpr statement forget{
    "forget_shares", R"(
  delete from api_budget_shares where valid_until < app_now() - interval '1 hour')",
    20};
constexpr statement write{
    "write_budget", R"(
  update api_budget set counts = $1, newest_slot = $2, hour_limit = $3)",
    10};
// What other instances have met, as durations: nobody's clock but the database's counts.
constexpr statement read_slowdown{
    "read_slowdown", R"(
  with now as materialized (select app_now() as t), region as (
    select name, place from unnest(array['us', 'eu', 'kr', 'tw']) with ordinality as r (name, place)
  )
  select b.rate_factor, coalesce(extract(epoch from now.t - b.grows_from), 0)::float8,
    coalesce(extract(epoch from b.paused_until - now.t), 0)::float8,
    (select array_agg((coalesce(extract(epoch from p.paused_until - now.t), 0) * 1000)::bigint
       order by r.place)
     from region r left join api_region_pauses p on p.region = r.name)
  from api_budget b, now)",
    30};
constexpr statement write_slowdown{
    "write_slowdown", R"(
  with now as materialized (select app_now() as t)
  update api_budget set rate_factor = $1, grows_from = now.t + $2::interval,
    paused_until = now.t + $2::interval
  from now)",
    10};
constexpr statement close_region{
    "close_region", R"(
  insert into api_region_pauses as p (region, paused_until) values ($1, app_now() + $2::interval)
  on conflict (region) do update set paused_until = excluded.paused_until)",
    10};
constexpr statement notify_budget{
    "notify_budget", "select pg_notify('guildhall_budget', '')", 2};
constexpr std::array all{lock,          others,         share,        forget,       write,
                         read_slowdown, write_slowdown, close_region, notify_budget};
const listed_statements registered{all};

domain::slowdown slowdown_of(session& db) {
  double since = 0;
  double pause = 0;
  std::vector<std::int64_t> regions;
  domain::slowdown out;
  fields(db.exec(read_slowdown)[0]) >> out.factor >> since >> pause >> regions;
  using std::chrono::milliseconds;
  out.factor = domain::grown_back(out.factor, std::chrono::duration<double>{since});
  out.pause = milliseconds{std::llround(1'000 * std::max(0.0, pause))};
  for (std::size_t i = 0; i < std::min(regions.size(), out.regions.size()); ++i)
    out.regions[i] = milliseconds{std::max<std::int64_t>(0, regions[i])};
  return out;
}

/// Under the budget's lock. Every instance that listens looks again at once.
void tell_all(session& db, const domain::slowdown& slowed) {
  db.exec(write_slowdown, {slowed.factor, slowed.pause});
  for (std::size_t i = 0; i < slowed.regions.size(); ++i)
    if (slowed.regions[i].count() > 0)
      db.exec(close_region, {static_cast<domain::region>(i), slowed.regions[i]});
  db.exec(notify_budget);
}

} // namespace

template <>
result<domain::budget_loan> run(session& db, const domain::borrow_budget& what) {
  return db.transaction([&]() -> result<domain::budget_loan> {
    std::vector<std::int64_t> counts;
    std::int64_t newest = 0;
    double price = 0;
    fields(db.exec(lock)[0]) >> counts >> newest >> price;
    domain::hour_window hour(std::move(counts), newest);
    hour.advance(now_of(db));
    hour.spend(-what.unspent);

    double other_rates = 0;
    std::int64_t other_hungry = 0;
    fields(db.exec(others, {what.instance})[0]) >> other_rates >> other_hungry;
    auto loan = domain::grant_loan(
        what.request, what.limits, hour.spent(), other_rates,
        static_cast<std::size_t>(other_hungry));
    hour.spend(loan.background + loan.people); // lent is spent
    loan.spent_last_hour = hour.spent();
    loan.valid_for = loan_time;
    loan.price = price;
    loan.slowed = slowdown_of(db);
    if (what.met) {
      loan.slowed = domain::slower(loan.slowed, *what.met);
      tell_all(db, loan.slowed);
    }

    db.exec(forget);
    db.exec(share, {what.instance, loan.rate, what.request.wanted_rate, loan_time + transit});
    db.exec(
        write, {std::vector<std::int64_t>(hour.counts().begin(), hour.counts().end()),
                hour.newest_slot(), what.limits.per_hour});
    return loan;
  });
}

} // namespace guildhall::store
