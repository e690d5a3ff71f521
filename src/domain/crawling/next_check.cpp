#include "domain/crawling/next_check.hpp"

#include "domain/crawling/check_rule.hpp"
#include "domain/crawling/numbers.hpp"

namespace guildhall::domain {

namespace {

time_point::duration part_of(std::chrono::seconds whole, double part) {
  return std::chrono::round<time_point::duration>(part * crawling::hours{whole});
}

} // namespace

next_look
plan_next_look(const crawled& who, const crawl_terms& terms, time_point now, double random) {
  constexpr double jitter = 0.1;
  const double part = random >= 0 ? std::min(random, 1.0) : 0;
  next_look next{
      .per_hour = changes_per_hour(who.seen, who.last_change, now),
      .weight = weight_of(who.why),
      .due = {}};
  const double interval = check_interval(next.per_hour, next.weight, terms.price);
  // The bounds are jittered inwards: whoever waits as long as may be does not come due with
  // all the others that do.
  const auto shortest = std::max(terms.bounds.shortest, std::chrono::seconds{1});
  const auto longest = std::max(terms.bounds.longest, shortest);
  const auto earliest =
      now + std::min(part_of(shortest, 1 + jitter * part), time_point::duration{longest});
  const auto latest = std::max(now + part_of(longest, 1 - jitter * (1 - part)), earliest);
  const auto due = terms.hours.after(now, interval * (1 - jitter + 2 * jitter * part));
  next.due = std::clamp(due, earliest, latest);
  return next;
}

} // namespace guildhall::domain
