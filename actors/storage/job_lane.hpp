#pragma once

#include "actors/storage/db_job.hpp"
#include "domain/overload.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace guildhall::actors {

/// Why a queue refuses a job, as its metric counts it.
enum class refusal : std::uint8_t {
  full,          ///< as many wait as may
  aged,          ///< waited for too long in a queue that stands
  deadline,      ///< nobody waits for the answer any more
  database_down, ///< and it was not patient
  ended          ///< the pool is stopping or dead
};
inline constexpr std::size_t refusals = 5;
std::string_view to_string(refusal why) noexcept;

/// Jobs that are to be refused once no lock is held.
struct refused_job {
  job_ptr job;
  refusal why{};
  ec code{};
};
using refused_jobs = std::vector<refused_job>;

/// Jobs of one kind that wait, oldest first. Not thread-safe: a part of `job_queue`.
class job_lane {
public:
  using clock = std::chrono::steady_clock;

  /// `sheds`: when its queue counts as standing; nothing: its jobs wait until their deadlines.
  explicit job_lane(std::optional<domain::overload_rule::limits> sheds);

  void push(job_ptr job);
  /// One that was taken before: it goes next.
  void put_back(job_ptr job);

  bool empty() const noexcept {
    return jobs_.empty();
  }
  std::size_t size() const noexcept {
    return jobs_.size();
  }
  const db_job& oldest() const {
    return *jobs_.front();
  }

  /// Removes those that waited for too long or whose deadline has passed. Before `take`, and
  /// now and then.
  void shed(clock::time_point now, refused_jobs& out);
  /// The next one whose deadline has not passed, if any.
  job_ptr take(clock::time_point now, refused_jobs& out);
  /// While its queue stands a new job pushes out the oldest, not the other way round.
  bool has_room(std::size_t limit) const noexcept {
    return jobs_.size() < limit || (rule_ && rule_->newest_first());
  }
  void make_room(std::size_t limit, refused_jobs& out);

  /// Removes those that `which(job)` names.
  template <class Which>
  void remove(Which which, refusal why, ec code, refused_jobs& out) {
    std::erase_if(jobs_, [&](job_ptr& job) {
      const auto goes = which(*job);
      if (goes)
        out.push_back({std::move(job), why, code});
      return goes;
    });
  }

private:
  job_ptr pop(bool newest);

  std::deque<job_ptr> jobs_;
  std::optional<domain::overload_rule> rule_;
};

} // namespace guildhall::actors
