#pragma once

#include "tests/system/support/http.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace guildhall::system_test {

/// A browser's tab as far as addresses go: it keeps cookies (as browsers do, for a host
/// whatever the port) and does not follow redirects by itself. Only 127.0.0.1 is reached.
class tab {
public:
  reply open(const std::string& url);

  std::map<std::string, std::string> cookies; ///< by name; "value; Path=..." as it was set
};

/// The web client's calls as its pages make them, by `fetch` from a page of another origin:
/// preflights, an answer that is refused without CORS headers, the browser's cache with its
/// ETags, `Content-Type` on every request, a refresh and another try after any 401, and the old
/// refresh token kept. What its pages read of the answers is in web_pages.hpp.
class web_client {
public:
  web_client(std::uint16_t api_port, std::string origin);

  // local storage
  std::string access_token;
  std::string refresh_token;

  struct person {
    std::int64_t id{0};
    std::string battletag;
    std::string role;
  };
  std::optional<person> me;

  /// The login page's button: where it sends the browser.
  std::string login_address(const std::string& region = "eu");
  /// All of the login in a tab: the login page, start, the authorize page with this account and
  /// decision, callback; where the client is sent in the end. The tokens in a fragment are
  /// kept, and the client starts.
  std::string log_in(tab& in, std::int64_t account, const std::string& decision = "allow");
  /// What the page /auth/callback does with its address; false without both tokens.
  bool take_tokens(const std::string& address);
  /// At the load of any page: who am I? Any failure logs out.
  void start();
  /// Every 15 minutes: both tokens are replaced.
  void refresh_by_timer();

  /// One call with everything described above. `path` is below /api.
  reply call(
      const std::string& method, const std::string& path,
      const boost::json::value& body = nullptr);
  /// The same, but what the hooks of the pages make of it: `data`. Throws, naming what the page
  /// shows, unless the status is 2xx, `success` is true and there is data.
  boost::json::value data(
      const std::string& method, const std::string& path,
      const boost::json::value& body = nullptr);
  boost::json::value data(const std::string& path) {
    return data("GET", path);
  }

  int refreshes() const {
    return refreshes_;
  }
  /// How often an answer was taken from the browser's cache after a 304.
  int not_modified() const {
    return not_modified_;
  }
  const std::string& origin() const {
    return origin_;
  }

private:
  struct kept {
    std::string etag;
    std::string body;
  };
  reply fetch(const std::string& method, const std::string& path, const std::string& body);
  void preflight(const std::string& method, const std::string& path);
  bool refresh_after_401();

  std::uint16_t port_;
  std::string origin_;
  std::set<std::string> preflighted_;
  std::map<std::string, kept> cache_; ///< by token and path
  int refreshes_{0};
  int not_modified_{0};
};

/// What the pages show of a failure: `error.message`, else `message`, else the status. Throws
/// when the body is not that of an error.
std::string shown_error(const reply& answer);

} // namespace guildhall::system_test
