#pragma once

/// When one character is worth a call (docs/rules.md, Freshness). Pure; times are hours, of
/// playing time where a guild's hours are known.
namespace guildhall::domain {

/// The harm that `hours` without a look do at their end: the expected age, in hours, of the
/// oldest change that nobody has seen, of one who changes `per_hour` times an hour.
double expected_age(double per_hour, double hours);

/// The hours after which a look is worth its call: `weight` times the expected age has reached
/// `price`. Falls with `per_hour` and `weight`, rises with `price`. What is no number, or not
/// positive, counts as the least that is.
double check_interval(double per_hour, double weight, double price);

} // namespace guildhall::domain
