#include "domain/sync_port.hpp"
#include "store/ledger/fence.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

/// How long a share holds. An instance that ended without a word frees its rate after this.
constexpr std::chrono::milliseconds loan_time{4'000};
/// The borrower counts from the arrival of the answer, which may be seconds late: the row holds
/// out longer than it does.
constexpr std::chrono::milliseconds transit{6'000};

constexpr statement lock{
    "lock_budget", R"(
  select counts, newest_slot from api_budget for update)",
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
constexpr std::array all{lock, others, share, forget, write};
const listed_statements registered{all};

std::string interval(std::chrono::milliseconds time) {
  return std::to_string(time.count()) + " milliseconds";
}

} // namespace

template <>
result<domain::budget_loan> run(session& db, const domain::borrow_budget& what) {
  return db.transaction([&]() -> result<domain::budget_loan> {
    std::vector<std::int64_t> counts;
    std::int64_t newest = 0;
    fields(db.exec(lock)[0]) >> counts >> newest;
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

    db.exec(forget);
    db.exec(
        share,
        {what.instance, loan.rate, what.request.wanted_rate, interval(loan_time + transit)});
    db.exec(
        write, {std::vector<std::int64_t>(hour.counts().begin(), hour.counts().end()),
                hour.newest_slot(), what.limits.per_hour});
    return loan;
  });
}

} // namespace guildhall::store
