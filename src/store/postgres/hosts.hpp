#pragma once

#include "core/error.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::store {

/// libpq's `target_session_attrs`.
enum class wanted_server : std::uint8_t {
  any,
  read_write,
  read_only,
  primary,
  standby,
  prefer_standby,
  prefer_primary ///< ours: a link to write by, when the DSN says `any`
};

/// One server of a DSN, asked in an attempt of its own: libpq would wait for each in turn.
struct database_host {
  std::string name;    ///< also a folder of a socket; may be empty with an address
  std::string address; ///< `hostaddr`
  std::string port;
};

struct parsed_dsn {
  std::vector<database_host> hosts; ///< in the DSN's order; at least one
  std::string rest;                 ///< everything else, as `key='value' ...`
  wanted_server wanted{wanted_server::any};
  bool says_which{false}; ///< `target_session_attrs` is there
};

/// Takes a DSN (either of libpq's forms) and libpq's environment apart. `bad_config` for what
/// libpq could not read either; `key` names the DSN in that sentence.
result<parsed_dsn> parse_dsn(const std::string& dsn, std::string_view key);

/// Which server a link needs: whoever writes needs a primary, whatever the DSN says of readers.
wanted_server wanted_of(const parsed_dsn& dsn, bool read_only) noexcept;

/// `key='value'`, as libpq reads it.
std::string conninfo_pair(std::string_view key, std::string_view value);

/// Which of a DSN's hosts answered last: it is asked first. Shared by all links of that DSN.
/// Thread-safe.
class host_memory {
public:
  /// The hosts' places in the DSN, in the order in which they are to be asked.
  std::vector<std::size_t> order(std::size_t hosts, bool read_only) const;
  void good(std::size_t host, bool read_only) noexcept;

  /// What was found out about a pooler there holds until a link is lost: it costs a second
  /// connection, which a pooler may lack once all of ours are open.
  void keeps_sessions(std::size_t host) noexcept;
  bool is_known_to_keep_sessions(std::size_t host) const noexcept;
  void doubt() noexcept;

private:
  std::array<std::atomic<std::size_t>, 2> last_{};
  std::atomic<std::uint64_t> keeping_{0}; ///< a bit for each host
};

} // namespace guildhall::store
