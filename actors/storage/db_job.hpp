#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "domain/operation.hpp"
#include "domain/read_models.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace guildhall::store {
class session;
}

namespace guildhall::actors {

/// One piece of work for a database connection, with whoever waits for it. Exactly one of its
/// endings happens: `complete` after `attempt` has succeeded, `refuse`, or its destruction,
/// which refuses with `ec::unavailable`, so that nobody waits for a job that died with its
/// actor.
class db_job {
public:
  db_job(std::string_view what, deadline until) : name(what), expires(until) {}
  virtual ~db_job() = default;
  db_job(const db_job&) = delete;
  db_job& operator=(const db_job&) = delete;

  /// Runs on a reader's or writer's thread. May run again after a lost connection if
  /// `idempotent`.
  virtual result<void> attempt(store::session& session) = 0;
  /// Hands the outcome of the last attempt over.
  virtual void complete() = 0;
  virtual void refuse(failure why) = 0;

  std::string_view name;
  deadline expires;
  /// May be run twice: a lost connection leaves open whether the first run was committed.
  bool idempotent{false};
  /// Rather waits for the database to come back (until `expires`) than being refused while it
  /// is down.
  bool patient{false};
  /// How often it was given to a worker.
  int attempts{0};
};

using job_ptr = std::shared_ptr<db_job>;

/// A job out of `work(session) -> result<T>` and the completion that its outcome goes to.
template <class T, class Work>
class typed_job final : public db_job {
public:
  typed_job(std::string_view what, deadline until, Work work, domain::completion<T> done)
      : db_job(what, until),
        work_(std::move(work)),
        done_(std::move(done)) {}

  ~typed_job() override {
    refuse({ec::unavailable});
  }

  result<void> attempt(store::session& session) override {
    outcome_ = work_(session);
    if (!*outcome_)
      return std::unexpected<failure>(outcome_->error());
    return {};
  }

  void complete() override {
    if (auto done = std::exchange(done_, nullptr))
      done(std::move(*outcome_));
  }

  void refuse(failure why) override {
    if (auto done = std::exchange(done_, nullptr))
      done(std::unexpected<failure>(std::move(why)));
  }

private:
  Work work_;
  domain::completion<T> done_;
  std::optional<result<T>> outcome_;
};

template <class T, class Work>
std::shared_ptr<typed_job<T, Work>>
make_job(std::string_view what, deadline until, Work work, domain::completion<T> done) {
  return std::make_shared<typed_job<T, Work>>(what, until, std::move(work), std::move(done));
}

} // namespace guildhall::actors
