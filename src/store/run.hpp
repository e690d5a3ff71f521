#pragma once

#include "domain/operation.hpp"
#include "store/ledger/kept_answers.hpp"

namespace guildhall::store {

class session;

/// Answers one operation: a read in autocommit, a write in one transaction. Every operation has
/// an explicit specialisation, beside its statements in the room it belongs to; one without
/// does not link. May run again after a deadlock or a lost connection, so it takes nothing out
/// of `what`.
template <domain::operation Operation>
domain::answer_to<Operation> run(session& db, const Operation& what);

/// What is asked for once is done as it is done without a key, in the transaction that keeps
/// its answer.
template <domain::operation Operation>
domain::answer_to<domain::once<Operation>>
run(session& db, const domain::once<Operation>& asked) {
  domain::written<domain::answer_by_key> out;
  auto answered =
      answer_once(db, asked.what.by.who.id, asked.key, [&]() -> result<domain::told_answer> {
        const auto done = run(db, asked.what);
        if (!done)
          return fail(done.error());
        if constexpr (requires { done->tags; }) {
          out.tags = done->tags;
          return asked.tell(done->value);
        } else {
          return asked.tell(*done);
        }
      });
  if (!answered)
    return fail(std::move(answered.error()));
  out.value = std::move(*answered);
  return out;
}

} // namespace guildhall::store
