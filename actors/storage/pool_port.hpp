#pragma once

#include "actors/bridge.hpp"
#include "domain/operation.hpp"
#include "store/run.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace guildhall::actors {

/// One operation on its way through a pool, with whoever waits for its answer.
template <domain::operation Operation>
class operation_job final : public db_job {
public:
  operation_job(Operation what, deadline until, domain::completion_of<Operation> done)
      : db_job{Operation::traits.name, until},
        what_{std::move(what)},
        done_{std::move(done)} {
    using domain::manner;
    constexpr auto how = Operation::traits.how;
    idempotent = how == manner::read || how == manner::patient;
    patient = how == manner::patient || how == manner::patient_once;
    const auto lane = domain::lane_of(what_);
    control = lane == domain::lane::control;
    bulk = lane == domain::lane::bulk;
  }
  ~operation_job() override {
    refuse({ec::unavailable});
  }

  result<void> attempt(store::session& db) override {
    outcome_ = store::run(db, what_);
    if (!*outcome_)
      return std::unexpected<failure>(outcome_->error());
    return {};
  }
  void complete() override {
    auto done = std::exchange(done_, nullptr);
    if (!done)
      return;
    // Until it is written what was read takes memory, and so its turn.
    if constexpr (requires { outcome_->value().turn; })
      if (*outcome_)
        (*outcome_)->turn = std::move(turn);
    done(std::move(*outcome_));
  }
  void refuse(failure why) override {
    if (auto done = std::exchange(done_, nullptr))
      done(fail(std::move(why)));
  }

private:
  Operation what_;
  domain::completion_of<Operation> done_;
  std::optional<domain::answer_to<Operation>> outcome_;
};

/// A port of the domain, answered by the database pools: reads by the readers, everything else
/// by the writers.
template <class Port>
class pool_port final : public domain::implementing<pool_port<Port>, Port> {
public:
  pool_port(const db_pool_slot& readers, const db_pool_slot& writers)
      : readers_{readers},
        writers_{writers} {}

  template <domain::operation Operation>
  void take(Operation what, deadline expires, domain::completion_of<Operation> done) {
    constexpr bool reads = Operation::traits.how == domain::manner::read;
    submit(
        reads ? readers_ : writers_,
        std::make_shared<operation_job<Operation>>(std::move(what), expires, std::move(done)));
  }

private:
  const db_pool_slot& readers_;
  const db_pool_slot& writers_;
};

} // namespace guildhall::actors
