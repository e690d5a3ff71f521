#pragma once

#include "domain/crawling/change_rate.hpp"
#include "domain/crawling/price.hpp"
#include "domain/crawling/weights.hpp"

namespace guildhall::domain {

/// What every character of a guild is checked by.
struct crawl_terms {
  double price{0};
  playing_hours hours{};
  interval_bounds bounds{};
};

/// One character as the rule sees it.
struct crawled {
  change_record seen{};
  std::optional<time_point> last_change{}; ///< its Last-Modified, or the last login
  interest why{};
};

/// How often it changes, as the price is solved by, and when it is to be looked at again.
struct next_look {
  double per_hour{0};
  double weight{1};
  time_point due{};
};

/// `random` in [0, 1): a tenth of jitter, so that two hundred raiders do not come due in one
/// minute. Bounds hold whatever goes in.
next_look
plan_next_look(const crawled& who, const crawl_terms& terms, time_point now, double random);

} // namespace guildhall::domain
