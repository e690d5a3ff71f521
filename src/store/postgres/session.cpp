#include "store/postgres/session.hpp"

#include "store/postgres/session_state.hpp"
#include "store/postgres/sqlstate.hpp"

#include <pqxx/prepared_statement>
#include <pqxx/transaction>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <thread>

namespace guildhall::store {

namespace {

constexpr int transaction_attempts = 4; // the first, and three more

// Whoever lost a deadlock and begins again at once can take its first row before the other one,
// whom PostgreSQL has just woken, gets to run: the same two then meet in the same way, a second
// (deadlock_timeout) for each attempt.
constexpr std::chrono::milliseconds pause_after_a_deadlock{20};

/// Whether breaking off leaves nothing behind, judged by the statement's text.
bool only_reads(std::string_view sql) {
  std::string words;
  for (const char c : sql)
    words += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto start = words.find_first_not_of(" \t\r\n");
  const auto text =
      start == std::string::npos ? std::string_view{} : std::string_view{words}.substr(start);
  if (text.starts_with("select") || text.starts_with("show"))
    return true;
  return text.starts_with("with")
      && std::ranges::none_of(
             std::array<std::string_view, 3>{"insert into", "update ", "delete from"},
             [&](auto word) { return text.find(word) != std::string_view::npos; });
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

bool session::is_kept() const noexcept {
  return state_.local_settings.empty();
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

namespace {

auto values_of(std::span<const param> params) {
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const auto& p : params)
    values.push_back(p.c_str());
  return values;
}

/// Where a session is kept: prepared once.
pqxx::result exec_named(
    session::state& state, pqxx::transaction_base& tx, const statement& what,
    std::span<const param> params) {
  state.prepared_now = !state.prepared.contains(what.name);
  if (state.prepared_now) {
    state.connection.prepare(std::string(what.name), std::string(what.sql));
    state.prepared.insert(what.name);
  }
  const auto values = values_of(params);
  return tx.exec_prepared(std::string(what.name), pqxx::prepare::make_dynamic_params(values));
}

/// Where each transaction may have another session: nothing is left in it.
pqxx::result
exec_unnamed(session::state& state, const statement& what, std::span<const param> params) {
  const auto values = values_of(params);
  const auto send = [&](pqxx::transaction_base& tx) {
    return tx.exec_params(std::string(what.sql), pqxx::prepare::make_dynamic_params(values));
  };
  state.prepared_now = true;
  state.prepared.insert(what.name); // known to be listed
  if (state.transaction)
    return send(*state.transaction);
  state.plain.reset();
  pqxx::work tx(state.connection);
  tx.exec(state.local_settings);
  auto rows = send(tx);
  tx.commit();
  return rows;
}

/// What is committed by itself may be there from when it is sent.
void note_change(session::state& state, std::string_view sql) {
  if (!state.transaction && !only_reads(sql))
    state.in_doubt = true;
}

} // namespace

pqxx::result session::exec(const statement& what, std::span<const param> params) {
  auto& tx = current(state_);
  state_.last_statement = what.name;
  if (!state_.prepared.contains(what.name))
    must_be_listed(what);
  note_change(state_, what.sql);
  if (!state_.local_settings.empty())
    return exec_unnamed(state_, what, params);
  return exec_named(state_, tx, what, params);
}

pqxx::result session::exec_raw(const std::string& sql) {
  auto& tx = current(state_);
  state_.last_statement = "plain SQL";
  state_.prepared_now = true;
  note_change(state_, sql);
  return tx.exec(sql);
}

void session::in_transaction(const std::function<bool()>& work) {
  if (state_.transaction) {
    work();
    return;
  }
  const bool earlier = state_.in_doubt;
  for (int attempt = 1;; ++attempt) {
    state_.plain.reset();
    state_.in_doubt = earlier;
    pqxx::work tx(state_.connection);
    state_.transaction = &tx;
    try {
      if (!state_.local_settings.empty())
        tx.exec(state_.local_settings);
      const bool commit = work();
      state_.transaction = nullptr;
      if (!commit)
        return;
      state_.last_statement = "commit";
      state_.in_doubt = true;
      tx.commit();
      return;
    } catch (const pqxx::statement_completion_unknown&) { // 40003: not to be run again
      state_.transaction = nullptr;
      throw;
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

namespace {

/// False when a value in it was refused.
bool is_taken(const std::function<void()>& work) {
  try {
    work();
  } catch (const pqxx::sql_error& error) {
    if (trouble_of(sqlstate_of(error)) != trouble::refused_value)
      throw;
    return false;
  } catch (const unstorable_text&) {
    return false;
  }
  return true;
}

} // namespace

bool session::accepted(const std::function<void()>& work) {
  if (!state_.transaction)
    return is_taken(work);
  exec_raw("savepoint doubtful");
  const bool taken = is_taken(work);
  exec_raw(
      taken ? "release savepoint doubtful"
            : "rollback to savepoint doubtful; release savepoint doubtful");
  return taken;
}

} // namespace guildhall::store
