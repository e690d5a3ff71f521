#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "store/postgres/hosts.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace guildhall::store {

/// Whoever waits for a connection waits for this as well: readable once it is to end.
class wake_up {
public:
  explicit wake_up(std::stop_token stop);
  ~wake_up();
  wake_up(const wake_up&) = delete;
  wake_up& operator=(const wake_up&) = delete;

  int fd() const noexcept {
    return fd_;
  }
  bool called() const noexcept {
    return stop_.stop_requested();
  }

private:
  int fd_;
  std::stop_token stop_;
  std::optional<std::stop_callback<std::function<void()>>> callback_;
};

/// The addresses of a host as `hostaddr` takes them, in the resolver's order; one empty text
/// for what needs no look-up (a socket, an address). Waits no longer than `until` and `wake`,
/// whatever the resolver does.
result<std::vector<std::string>>
addresses_of(const database_host& host, deadline until, const wake_up& wake);

/// Of a host that says nothing, not even why.
inline constexpr const char* unreachable{"the database cannot be reached"};

/// A connection while it is being made: libpq's, of which nothing blocks past `until`, or past
/// `wake` (`shutting_down`).
class raw_link {
public:
  /// `wrong_credentials`, `database_down`, `bad_config`; `key` names the DSN to be mended.
  static result<raw_link> connect(
      const std::string& conninfo, std::string_view key, deadline until, const wake_up& wake);

  /// Sends SQL without parameters; the values of each statement's first row, null as "".
  /// `database_down` when the server refuses it or does not answer.
  using rows = std::vector<std::vector<std::string>>;
  result<rows> ask(const std::string& sql, deadline until, const wake_up& wake);

  /// The process that answered the start-up. A pooler tells another number.
  int backend() const noexcept;

  /// The caller's from now on.
  pg_conn* release() noexcept {
    return conn_.release();
  }

private:
  struct finish {
    void operator()(pg_conn* conn) const noexcept;
  };
  explicit raw_link(pg_conn* conn) : conn_(conn) {}

  std::unique_ptr<pg_conn, finish> conn_;
};

} // namespace guildhall::store
