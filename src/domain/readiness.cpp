#include "domain/readiness.hpp"

namespace guildhall::domain {

namespace {

readiness not_ready(std::string why) {
  return {.ready = false, .writes = false, .reason = std::move(why)};
}

readiness no_database() {
  return not_ready("the database cannot be reached");
}

/// The primary is away, or what answers is a standby: that passes.
bool is_outage(const failure& why) {
  return why.code == ec::database_down || why.code == ec::deadline_expired;
}

bool goes_without_writer(const condition& of) {
  return !of.syncs && of.up >= reads_alone_after && of.no_writer && is_outage(*of.no_writer);
}

std::string why_no_writer(const condition& of) {
  std::string why{"no connection for writing has worked yet"};
  if (of.no_writer) {
    why += ": ";
    why += message_of(*of.no_writer);
  }
  return why;
}

} // namespace

readiness judge(const condition& of) {
  if (of.stopping)
    return not_ready("stopping");
  if (of.starting)
    return not_ready(*of.starting);
  if (!of.serves)
    return of.can_write ? readiness{.ready = true, .writes = true, .reason = {}}
                        : no_database();
  if (!of.can_read)
    return no_database();
  if (!of.could_write && !goes_without_writer(of))
    return not_ready(why_no_writer(of));
  return {.ready = true, .writes = of.can_write, .reason = {}};
}

} // namespace guildhall::domain
