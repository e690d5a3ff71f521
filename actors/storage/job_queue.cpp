#include "actors/storage/job_queue.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace guildhall::actors {

namespace {

constexpr std::chrono::seconds database_retry_after{2};
constexpr std::chrono::seconds overload_retry_after{1};
/// What brings a lot takes long: a few of such jobs that wait a moment are no overload.
constexpr domain::overload_rule::limits when_bulk_stands{
    .target = std::chrono::milliseconds{250}, .interval = std::chrono::milliseconds{250}};

/// With the moment at which trying again may help.
failure failure_of(ec code) {
  if (code == ec::database_down)
    return {code, {}, wall_now() + database_retry_after};
  if (code == ec::overloaded)
    return {code, {}, wall_now() + overload_retry_after};
  return {code};
}

} // namespace

job_queue::job_queue(
    std::size_t limit, const caf::actor_clock& clock, metrics& numbers, const std::string& pool)
    : limit_{limit},
      clock_{clock},
      measures_{numbers},
      pool_name_{pool},
      queued_{
          numbers.gauge("database_queue", "Jobs waiting for a connection", {{"pool", pool}})},
      impatient_{domain::overload_rule::limits{}},
      bulk_{when_bulk_stands} {
  for (std::size_t i = 0; i < refusals; ++i)
    refused_[i] = &numbers.counter(
        "database_refused_total", "Jobs refused by a pool",
        {{"pool", pool}, {"reason", std::string{to_string(static_cast<refusal>(i))}}});
}

void job_queue::push(job_ptr job) {
  place(std::move(job), false);
}

void job_queue::put_back(job_ptr job) {
  job->turn = nullptr; // not with the lock held: this may begin another one
  place(std::move(job), true);
}

void job_queue::place(job_ptr job, bool again) {
  refused_jobs out;
  db_worker_actor idle;
  db_pool_actor unaware;
  {
    const std::lock_guard guard{lock_};
    job->came = clock_.now();
    if (!again)
      job->number = ++numbers_;
    if (auto why = why_not(*job, again)) {
      why->job = job;
      out.push_back(std::move(*why));
    } else if (
        idle_.size() > (job->control ? 0 : reserved_) && (!job->bulk || may_begin_bulk())) {
      idle = std::move(idle_.back());
      idle_.pop_back();
      job = begun(std::move(job));
    } else {
      let_wait(job, again, out);
      if (!std::exchange(watched_, true))
        unaware = pool_;
    }
  }
  refuse(out);
  if (idle)
    caf::anon_send(idle, atom::run_v, std::move(job));
  else if (unaware)
    caf::anon_send(unaware, atom::wake_v);
}

void job_queue::let_wait(job_ptr job, bool again, refused_jobs& out) {
  auto& lane = lane_of(*job);
  if (again) {
    lane.put_back(std::move(job));
  } else {
    lane.shed(job->came, out);
    lane.make_room(limit_, out);
    lane.push(std::move(job));
  }
  note_length();
}

job_ptr job_queue::next(const db_worker_actor& worker) {
  job_ptr job;
  refused_jobs out;
  db_pool_actor unaware;
  {
    const std::lock_guard guard{lock_};
    // Others must be left for what is kept for control jobs, unless none of those will come.
    job = take(!closed_ && idle_.size() < reserved_, out);
    note_length();
    if (!job && closed_)
      unaware = pool_;
    else if (!job)
      idle_.push_back(worker);
  }
  refuse(out);
  if (unaware)
    caf::anon_send(unaware, atom::wake_v);
  return job;
}

job_lane& job_queue::lane_of(const db_job& job) {
  if (job.control)
    return control_;
  if (job.bulk)
    return bulk_;
  return job.patient ? patient_ : impatient_;
}

void job_queue::shed(refused_jobs& out) {
  const auto now = clock_.now();
  for (auto* const lane : lanes())
    lane->shed(now, out);
}

job_ptr job_queue::take(bool control_only, refused_jobs& out) {
  shed(out);
  if (auto job = control_.take(clock_.now(), out))
    return begun(std::move(job));
  return control_only ? nullptr : take_common(out);
}

job_ptr job_queue::take_common(refused_jobs& out) {
  auto& first = goes_next(bulk_) ? bulk_ : patient_or_not();
  for (auto* const lane : {&first, &impatient_, &patient_, &bulk_})
    if (lane != &bulk_ || may_begin_bulk())
      if (auto job = lane->take(clock_.now(), out))
        return begun(std::move(job));
  return nullptr;
}

job_lane& job_queue::patient_or_not() {
  if (impatient_.empty() || patient_.empty())
    return impatient_.empty() ? patient_ : impatient_;
  return std::exchange(patients_turn_, !patients_turn_) ? patient_ : impatient_;
}

bool job_queue::may_begin_bulk() const {
  return closed_ || bulk_at_work_ < std::max<std::size_t>(1, workers_ / 2);
}

bool job_queue::goes_next(const job_lane& bulk) const {
  if (bulk.empty() || !may_begin_bulk())
    return false;
  const auto is_older = [&](const job_lane& other) {
    return other.empty() || bulk.oldest().number < other.oldest().number;
  };
  return workers_ > 1 ? is_older(impatient_) && is_older(patient_)
                      : impatient_.empty() && patient_.empty();
}

job_ptr job_queue::begun(job_ptr job) {
  if (job->bulk) {
    ++bulk_at_work_;
    job->turn = {
        static_cast<void*>(this), [self = shared_from_this()](void*) { self->end_bulk(); }};
  }
  return job;
}

void job_queue::end_bulk() {
  begun_jobs begun;
  refused_jobs out;
  {
    const std::lock_guard guard{lock_};
    --bulk_at_work_;
    if (!ended_) // else there may be no clock any more
      hand_out(begun, out);
  }
  refuse(out);
  send(begun);
}

void job_queue::hand_out(begun_jobs& begun, refused_jobs& out) {
  while (idle_.size() > reserved_) {
    auto job = take_common(out);
    if (!job)
      break;
    begun.emplace_back(std::move(idle_.back()), std::move(job));
    idle_.pop_back();
  }
  note_length();
}

void job_queue::send(begun_jobs& begun) {
  for (auto& [worker, job] : begun)
    caf::anon_send(worker, atom::run_v, std::move(job));
}

std::size_t job_queue::waiting() {
  std::size_t out = 0;
  for (const auto* const lane : lanes())
    out += lane->size();
  return out;
}

void job_queue::attach(db_pool_actor pool) {
  const std::lock_guard guard{lock_};
  pool_ = std::move(pool);
}

bool job_queue::forget(const caf::actor_addr& worker) {
  const std::lock_guard guard{lock_};
  return std::erase_if(idle_, [&](const auto& one) { return one.address() == worker; }) > 0;
}

void job_queue::set_workers(std::size_t connected, std::size_t reserved) {
  begun_jobs begun;
  refused_jobs out;
  {
    const std::lock_guard guard{lock_};
    workers_ = connected;
    reserved_ = reserved;
    hand_out(begun, out);
  }
  refuse(out);
  send(begun);
}

void job_queue::set_database_down(bool down) {
  refused_jobs out;
  {
    const std::lock_guard guard{lock_};
    database_down_ = down;
    if (down)
      for (auto* const lane : lanes())
        lane->remove(
            [](const db_job& job) { return !job.patient; }, refusal::database_down,
            ec::database_down, out);
    note_length();
  }
  refuse(out);
}

void job_queue::refuse_late() {
  refused_jobs out;
  {
    const std::lock_guard guard{lock_};
    shed(out);
    const auto is_late = [now = clock_.now()](const db_job& job) { return job.expires <= now; };
    for (auto* const lane : lanes())
      lane->remove(is_late, refusal::deadline, ec::deadline_expired, out);
    note_length();
  }
  refuse(out);
}

bool job_queue::watch() {
  const std::lock_guard guard{lock_};
  return watched_ = waiting() > 0;
}

void job_queue::finish() {
  const std::lock_guard guard{lock_};
  closed_ = ec::shutting_down;
  idle_.clear();
}

void job_queue::end(ec why) {
  refused_jobs out;
  {
    const std::lock_guard guard{lock_};
    closed_ = why;
    ended_ = true;
    idle_.clear();
    pool_ = nullptr;
    for (auto* const lane : lanes())
      lane->remove([](const db_job&) { return true; }, refusal::ended, why, out);
    note_length();
  }
  refuse(out);
}

std::optional<refused_job> job_queue::why_not(const db_job& job, bool again) {
  if (again)
    return ended_ ? std::optional{refused_job{nullptr, refusal::ended, *closed_}}
                  : std::nullopt;
  if (closed_)
    return refused_job{nullptr, refusal::ended, *closed_};
  if (job.expires <= clock_.now())
    return refused_job{nullptr, refusal::deadline, ec::deadline_expired};
  if (database_down_ && !job.patient)
    return refused_job{nullptr, refusal::database_down, ec::database_down};
  if (!lane_of(job).has_room(limit_))
    return refused_job{nullptr, refusal::full, ec::overloaded};
  return std::nullopt;
}

void job_queue::refuse(const refused_jobs& all) {
  for (const auto& [job, why, code] : all) {
    refused_[static_cast<std::size_t>(why)]->Increment();
    job->refuse(failure_of(code));
  }
}

void job_queue::note_length() {
  queued_.Set(static_cast<double>(waiting()));
}

} // namespace guildhall::actors
