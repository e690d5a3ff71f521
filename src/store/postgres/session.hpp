#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "store/postgres/statement.hpp"
#include "store/postgres/values.hpp"

#include <pqxx/result>

#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace guildhall::store {

/// What `connection::run` hands to its work: statements in autocommit, or inside of a
/// transaction. Lives for that one call. Its members throw libpqxx's exceptions and `expired`;
/// `connection::run` turns them into failures.
class session {
public:
  /// Thrown instead of sending a statement after the deadline.
  struct expired {};

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Executes a named statement; outside of a transaction in one of its own.
  pqxx::result exec(const statement& what, std::initializer_list<param> params = {}) {
    return exec(what, std::span{params.begin(), params.size()});
  }
  pqxx::result exec(const statement& what, std::span<const param> params);
  /// Executes SQL as it is: migrations, `listen`, tests. Not for anything with outside input.
  pqxx::result exec_raw(const std::string& sql);

  /// Runs `work` (a `result<T>()`) in a transaction: commits when it succeeds, rolls back when
  /// it fails or throws. A deadlock or serialization failure (after a short pause) and a unique
  /// violation (at once) run it again, three times at most, so `work` must not move from what
  /// it captured. Within a transaction it is a part of that one.
  template <class F>
  auto transaction(F&& work) -> std::invoke_result_t<F&> {
    std::invoke_result_t<F&> outcome = fail(ec::internal);
    in_transaction([&]() -> bool {
      outcome = work();
      return outcome.has_value();
    });
    return outcome;
  }

  /// Runs `work`: in a transaction, behind a savepoint. False, and everything it did undone
  /// (with its own transaction, outside of one), if PostgreSQL refused a value of it or by a
  /// check.
  bool accepted(const std::function<void()>& work);

  deadline expires() const noexcept;
  /// Whether what is set, or locked, outside of a transaction stays: not behind a pooler in
  /// transaction mode.
  bool is_kept() const noexcept;

  struct state;
  explicit session(state& parts);

private:
  void in_transaction(const std::function<bool()>& work);
  state& state_;
};

} // namespace guildhall::store
