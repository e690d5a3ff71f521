#pragma once

#include "domain/authorship.hpp"
#include "domain/operation.hpp"

#include <chrono>
#include <functional>
#include <string>

/// What a client asks for once, however often its request arrives (`Idempotency-Key`).
namespace guildhall::domain {

inline constexpr std::chrono::hours answers_kept{24};
inline constexpr int max_kept_answers = 1'000; ///< of one user

/// What a client calls its request, and a digest of what it asks for.
struct request_key {
  std::string key;    ///< 1 to 64 visible ASCII characters
  std::string digest; ///< 32 bytes
};

struct told_answer {
  int status{0};
  std::string body;
};

struct answer_by_key {
  bool of_another{false}; ///< the key belongs to another request: this one has no answer
  told_answer told{};     ///< to the first request with this key
};

namespace parts {

template <class T>
struct value_in {
  using type = T;
};
template <class T>
struct value_in<written<T>> {
  using type = T;
};

} // namespace parts

/// What an operation brings, without the tags that moved with it.
template <operation Operation>
using value_of = typename parts::value_in<typename Operation::answer>::type;

/// The operation, done by the first request with this key only, and its answer kept in the same
/// transaction. Who comes while the first is under way waits for it; a first one that failed
/// does not count. `tell` runs on the database's thread. `limit_reached` for too many keys.
template <operation Operation>
struct once {
  using answer = written<answer_by_key>;
  static constexpr operation_traits traits{Operation::traits.name, manner::write};
  Operation what;
  request_key key;
  std::function<told_answer(const value_of<Operation>&)> tell;
};

} // namespace guildhall::domain
