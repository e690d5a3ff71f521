#include "actors/storage/job_lane.hpp"

#include <utility>

namespace guildhall::actors {

std::string_view to_string(refusal why) noexcept {
  switch (why) {
  case refusal::full:
    return "full";
  case refusal::aged:
    return "aged";
  case refusal::deadline:
    return "deadline";
  case refusal::database_down:
    return "database_down";
  case refusal::ended:
    return "ended";
  }
  return "";
}

job_lane::job_lane(std::optional<domain::overload_rule::limits> sheds) {
  if (sheds)
    rule_.emplace(*sheds);
}

void job_lane::push(job_ptr job) {
  jobs_.push_back(std::move(job));
}

void job_lane::put_back(job_ptr job) {
  if (rule_ && rule_->newest_first())
    jobs_.push_back(std::move(job));
  else
    jobs_.push_front(std::move(job));
}

void job_lane::shed(clock::time_point now, refused_jobs& out) {
  if (rule_) {
    const auto oldest = jobs_.empty() ? now : jobs_.front()->came;
    rule_->look(now, jobs_.size(), oldest);
    if (const auto before = rule_->refused_before(now, oldest))
      while (!jobs_.empty() && jobs_.front()->came < *before) {
        rule_->refused();
        out.push_back({std::move(jobs_.front()), refusal::aged, ec::overloaded});
        jobs_.pop_front();
      }
  }
  while (!jobs_.empty() && jobs_.front()->expires <= now) {
    out.push_back({std::move(jobs_.front()), refusal::deadline, ec::deadline_expired});
    jobs_.pop_front();
  }
}

job_ptr job_lane::take(clock::time_point now, refused_jobs& out) {
  while (!jobs_.empty()) {
    auto job = pop(rule_ && rule_->newest_first());
    if (job->expires > now) {
      if (rule_)
        rule_->took();
      return job;
    }
    out.push_back({std::move(job), refusal::deadline, ec::deadline_expired});
  }
  return nullptr;
}

job_ptr job_lane::pop(bool newest) {
  auto job = std::move(newest ? jobs_.back() : jobs_.front());
  if (newest)
    jobs_.pop_back();
  else
    jobs_.pop_front();
  return job;
}

void job_lane::make_room(std::size_t limit, refused_jobs& out) {
  if (!rule_ || !rule_->newest_first() || jobs_.size() < limit || jobs_.empty())
    return;
  rule_->refused();
  out.push_back({std::move(jobs_.front()), refusal::full, ec::overloaded});
  jobs_.pop_front();
}

} // namespace guildhall::actors
