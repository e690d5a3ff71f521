#pragma once

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::system_test {

struct reply {
  int status{0};                              ///< 0: no whole answer came
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;
  std::string error; ///< why no answer came
  bool connected{false};

  /// The value of a header, or empty.
  std::string header(const std::string& name) const;
  /// The body as JSON; throws when it is none.
  boost::json::value json() const;
};

struct question {
  std::string method{"GET"};
  std::string target{"/"};
  std::map<std::string, std::string> headers{};
  std::string body{};
  std::chrono::milliseconds timeout{10'000};
};

/// One request to 127.0.0.1 on a connection of its own. Never throws.
reply ask(std::uint16_t port, const question& what);

/// A connection to 127.0.0.1 that is kept as long as the server keeps it; opened when needed.
class kept_connection {
public:
  explicit kept_connection(std::uint16_t port);
  kept_connection(const kept_connection&) = delete;
  kept_connection& operator=(const kept_connection&) = delete;
  ~kept_connection();

  /// Never throws.
  reply ask(const question& what);

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// A copy of an array's elements, for a loop over what a call answered.
std::vector<boost::json::value> elements(const boost::json::value& array);

/// Everything but letters, digits and `-._~/` in percent encoding.
std::string percent_encoded(std::string_view text);

} // namespace guildhall::system_test
