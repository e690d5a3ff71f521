#include "store/postgres/session.hpp"

#include "store/postgres/session_state.hpp"

#include <pqxx/prepared_statement>
#include <pqxx/transaction>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <thread>

namespace guildhall::store {

namespace {

constexpr int transaction_attempts = 4; // the first, and three more

// Whoever lost a deadlock and begins again at once can take its first row before the other one,
// whom PostgreSQL has just woken, gets to run: the same two then meet in the same way, a second
// (deadlock_timeout) for each attempt.
constexpr std::chrono::milliseconds pause_after_a_deadlock{20};

bool is_refused_value(const pqxx::sql_error& error) {
  // Broken JSON or Unicode, a number out of range, text that no index can hold, nesting deeper
  // than the server's stack, a value that a check forbids.
  constexpr std::array<std::string_view, 8> codes{"22P02", "22P05", "22P03", "22003",
                                                  "22021", "54000", "54001", "23514"};
  return std::ranges::find(codes, error.sqlstate()) != codes.end();
}

void must_be_listed(const statement& what) {
  const auto& all = all_statements();
  if (std::ranges::find(all, what.name, &statement::name) == all.end())
    throw std::logic_error("statement not listed: " + std::string(what.name));
}

} // namespace

session::session(state& parts) : state_(parts) {}

deadline session::expires() const noexcept {
  return state_.expires;
}

namespace {

pqxx::transaction_base& current(session::state& state) {
  if (std::chrono::steady_clock::now() >= state.expires)
    throw session::expired{};
  if (state.transaction)
    return *state.transaction;
  if (!state.plain)
    state.plain.emplace(state.connection);
  return *state.plain;
}

} // namespace

pqxx::result session::exec(const statement& what, std::span<const param> params) {
  auto& tx = current(state_);
  state_.last_statement = what.name;
  if (!state_.prepared.contains(what.name)) {
    must_be_listed(what);
    state_.connection.prepare(std::string(what.name), std::string(what.sql));
    state_.prepared.insert(what.name);
  }
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const auto& p : params)
    values.push_back(p.c_str());
  return tx.exec_prepared(std::string(what.name), pqxx::prepare::make_dynamic_params(values));
}

pqxx::result session::exec_raw(const std::string& sql) {
  auto& tx = current(state_);
  state_.last_statement = "plain SQL";
  return tx.exec(sql);
}

void session::in_transaction(const std::function<bool()>& work) {
  if (state_.transaction) {
    work();
    return;
  }
  for (int attempt = 1;; ++attempt) {
    state_.plain.reset();
    pqxx::work tx(state_.connection);
    state_.transaction = &tx;
    try {
      const bool commit = work();
      state_.transaction = nullptr;
      if (!commit)
        return;
      state_.last_statement = "commit";
      tx.commit();
      return;
    } catch (const pqxx::transaction_rollback&) { // 40P01, 40001
      state_.transaction = nullptr;
      if (attempt == transaction_attempts)
        throw;
      std::this_thread::sleep_for(pause_after_a_deadlock);
    } catch (const pqxx::unique_violation&) { // somebody was quicker: now their row can be seen
      state_.transaction = nullptr;
      if (attempt == transaction_attempts)
        throw;
    } catch (...) {
      state_.transaction = nullptr;
      throw;
    }
  }
}

bool session::accepted(const std::function<void()>& work) {
  exec_raw("savepoint doubtful");
  try {
    work();
  } catch (const pqxx::sql_error& error) {
    if (!is_refused_value(error))
      throw;
    exec_raw("rollback to savepoint doubtful; release savepoint doubtful");
    return false;
  } catch (const unstorable_text&) {
    exec_raw("rollback to savepoint doubtful; release savepoint doubtful");
    return false;
  }
  exec_raw("release savepoint doubtful");
  return true;
}

} // namespace guildhall::store
