#include "actors/storage/job_queue.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace guildhall::actors {

namespace {

constexpr std::chrono::seconds database_retry_after{2};
constexpr std::chrono::seconds overload_retry_after{1};

failure database_is_down() {
  return {ec::database_down, {}, wall_now() + database_retry_after};
}

} // namespace

job_queue::job_queue(
    std::size_t limit, const caf::actor_clock& clock, metrics& numbers, const std::string& pool)
    : limit_{limit},
      clock_{clock},
      queued_{
          numbers.gauge("database_queue", "Jobs waiting for a connection", {{"pool", pool}})},
      refused_{numbers.counter(
          "database_refused_total", "Jobs refused by a pool", {{"pool", pool}})} {}

void job_queue::push(job_ptr job) {
  place(std::move(job), false);
}

void job_queue::put_back(job_ptr job) {
  place(std::move(job), true);
}

void job_queue::place(job_ptr job, bool again) {
  std::optional<failure> why;
  db_worker_actor idle;
  db_pool_actor unaware;
  {
    const std::lock_guard guard{lock_};
    why = again ? why_not_again() : why_not(*job);
    if (!why && idle_.size() > (job->control ? 0 : reserved_)) {
      idle = std::move(idle_.back());
      idle_.pop_back();
    } else if (!why) {
      auto& list = list_of(*job);
      list.insert(again ? list.begin() : list.end(), job);
      note_length();
      if (!std::exchange(watched_, true))
        unaware = pool_;
    }
  }
  if (why)
    refuse(*job, std::move(*why));
  else if (idle)
    caf::anon_send(idle, atom::run_v, std::move(job));
  else if (unaware)
    caf::anon_send(unaware, atom::wake_v);
}

job_ptr job_queue::next(const db_worker_actor& worker) {
  job_ptr job;
  std::vector<job_ptr> late;
  db_pool_actor unaware;
  {
    const std::lock_guard guard{lock_};
    job = take_first(control_, late);
    // Others must be left for what is kept for control jobs, unless none of those will come.
    if (!job && (closed_ || idle_.size() >= reserved_))
      job = take_first(jobs_, late);
    note_length();
    if (!job && closed_)
      unaware = pool_;
    else if (!job)
      idle_.push_back(worker);
  }
  for (const auto& one : late)
    refuse(*one, {ec::deadline_expired});
  if (unaware)
    caf::anon_send(unaware, atom::wake_v);
  return job;
}

job_queue::job_list& job_queue::list_of(const db_job& job) {
  return job.control ? control_ : jobs_;
}

/// The first whose deadline has not passed.
job_ptr job_queue::take_first(job_list& from, std::vector<job_ptr>& late) {
  job_ptr job;
  while (!job && !from.empty()) {
    auto& front = from.front();
    if (front->expires <= clock_.now())
      late.push_back(std::move(front));
    else
      job = std::move(front);
    from.pop_front();
  }
  return job;
}

bool job_queue::is_waiting() const {
  return !control_.empty() || !jobs_.empty();
}

void job_queue::attach(db_pool_actor pool) {
  const std::lock_guard guard{lock_};
  pool_ = std::move(pool);
}

void job_queue::forget(const caf::actor_addr& worker) {
  const std::lock_guard guard{lock_};
  std::erase_if(idle_, [&](const auto& one) { return one.address() == worker; });
}

void job_queue::reserve(std::size_t workers) {
  std::vector<std::pair<db_worker_actor, job_ptr>> begun;
  std::vector<job_ptr> late;
  {
    const std::lock_guard guard{lock_};
    reserved_ = workers;
    while (idle_.size() > reserved_) {
      auto job = take_first(jobs_, late);
      if (!job)
        break;
      begun.emplace_back(std::move(idle_.back()), std::move(job));
      idle_.pop_back();
    }
    note_length();
  }
  for (const auto& one : late)
    refuse(*one, {ec::deadline_expired});
  for (auto& [worker, job] : begun)
    caf::anon_send(worker, atom::run_v, std::move(job));
}

void job_queue::set_database_down(bool down) {
  std::vector<job_ptr> impatient;
  {
    const std::lock_guard guard{lock_};
    database_down_ = down;
    if (down)
      impatient = take_where([](const db_job& job, deadline) { return !job.patient; }, {});
  }
  for (const auto& job : impatient)
    refuse(*job, database_is_down());
}

void job_queue::refuse_late() {
  std::vector<job_ptr> late;
  {
    const std::lock_guard guard{lock_};
    late = take_where(
        [](const db_job& job, deadline now) { return job.expires <= now; }, clock_.now());
  }
  for (const auto& job : late)
    refuse(*job, {ec::deadline_expired});
}

bool job_queue::watch() {
  const std::lock_guard guard{lock_};
  return watched_ = is_waiting();
}

void job_queue::finish() {
  const std::lock_guard guard{lock_};
  closed_ = ec::shutting_down;
  idle_.clear();
}

void job_queue::end(ec why) {
  std::vector<job_ptr> all;
  {
    const std::lock_guard guard{lock_};
    closed_ = why;
    ended_ = true;
    idle_.clear();
    pool_ = nullptr;
    all = take_where([](const db_job&, deadline) { return true; }, {});
  }
  for (const auto& job : all)
    refuse(*job, {why});
}

std::optional<failure> job_queue::why_not(const db_job& job) const {
  if (closed_)
    return failure{*closed_};
  if (job.expires <= clock_.now())
    return failure{ec::deadline_expired};
  if (database_down_ && !job.patient)
    return database_is_down();
  if ((job.control ? control_ : jobs_).size() >= limit_)
    return failure{ec::overloaded, {}, wall_now() + overload_retry_after};
  return std::nullopt;
}

std::optional<failure> job_queue::why_not_again() const {
  return ended_ ? std::optional<failure>{{*closed_}} : std::nullopt;
}

std::vector<job_ptr>
job_queue::take_where(bool (*which)(const db_job&, deadline), deadline now) {
  std::vector<job_ptr> out;
  for (auto* const list : {&control_, &jobs_}) {
    const auto is_taken = [&](const job_ptr& job) { return which(*job, now); };
    std::ranges::copy_if(*list, std::back_inserter(out), is_taken);
    std::erase_if(*list, is_taken);
  }
  note_length();
  return out;
}

void job_queue::refuse(db_job& job, failure why) {
  refused_.Increment();
  job.refuse(std::move(why));
}

void job_queue::note_length() {
  queued_.Set(static_cast<double>(control_.size() + jobs_.size()));
}

} // namespace guildhall::actors
