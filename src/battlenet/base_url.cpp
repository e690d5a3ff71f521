#include "battlenet/base_url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>

namespace guildhall::battlenet {

namespace {

bool is_port(std::string_view digits) {
  std::uint16_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  return error == std::errc{} && stop == end && number != 0;
}

} // namespace

result<base_url> parse_base_url(std::string_view text) {
  const auto refuse = [&](const char* why) {
    return fail(ec::bad_config, "\"" + std::string{text} + "\" is no base URL: " + why);
  };
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed)
    return refuse("expected http(s)://host[:port]");
  const auto& url = *parsed;
  const auto scheme = url.scheme_id();
  if (scheme != boost::urls::scheme::http && scheme != boost::urls::scheme::https)
    return refuse("the scheme must be http or https");
  if (url.has_userinfo() || url.has_query() || url.has_fragment())
    return refuse("only scheme, host and port are allowed");
  if (const auto path = url.encoded_path(); !path.empty() && path != "/")
    return refuse("a path is not allowed");

  base_url base;
  base.tls = scheme == boost::urls::scheme::https;
  base.host = url.host_address();
  if (base.host.empty())
    return refuse("the host is missing");
  base.host_header = std::string{url.encoded_host()};
  base.port = base.tls ? "443" : "80";
  if (url.has_port() && !url.port().empty()) {
    if (!is_port(std::string_view{url.port().data(), url.port().size()}))
      return refuse("the port must be 1 to 65535");
    if (base.port != url.port()) {
      base.port = std::string{url.port()};
      base.host_header += ":" + base.port;
    }
  }
  return base;
}

} // namespace guildhall::battlenet
