#pragma once

#include "http/reply_slot.hpp"
#include "http/request.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::http {

/// Runs on the connection's I/O thread and must not block: it answers at once, or keeps the
/// slot and answers later from any thread. `request` is valid during the call only.
using handler = std::function<void(const request&, reply_slot)>;

/// Which handler answers which path. Filled before the server starts, read-only afterwards.
class router {
public:
  /// `pattern` is "/api/guilds/:guildId/members"; it must outlive the router (a literal does)
  /// and have at most `request::max_params` parameters.
  void add(method verb, std::string_view pattern, handler run);

  enum class outcome : std::uint8_t {
    found,
    unknown,     ///< no route with this path and method
    undecodable, ///< the path is not percent-encoded UTF-8
  };
  struct match {
    outcome what{outcome::unknown};
    const handler* run{nullptr}; ///< when found
  };
  /// Finds the route and fills the request's parameters. HEAD finds GET's. Where several
  /// patterns fit, the one with a literal at the first place in which they differ wins. One
  /// slash at the end is ignored.
  match find(request& what) const;

  struct listed_route {
    method verb;
    std::string pattern; ///< "/api/guilds/:guildId"
  };
  /// Every route, in the order in which they are tried.
  std::vector<listed_route> routes() const;

  /// Methods that the path has, as `Allow` wants them ("GET, HEAD"); empty for an unknown path.
  std::string allowed(std::string_view path) const;

private:
  struct route {
    method verb;
    std::vector<std::string_view> segments; ///< ":name" is a parameter
    handler run;
  };
  std::vector<route> routes_; ///< more literal ones first
};

} // namespace guildhall::http
