#include "http/door/client_address.hpp"

#include "http/ascii.hpp"

#include <algorithm>

namespace guildhall::http {

namespace {

/// The last `count` elements of a list, of which only those are kept.
class last_elements {
public:
  explicit last_elements(std::size_t count) : count_{count} {}

  void add(std::string_view element) {
    if (kept_.size() == count_)
      kept_.erase(kept_.begin());
    kept_.push_back(element);
  }
  std::string_view first() const {
    return kept_.empty() ? std::string_view{} : kept_.front();
  }

private:
  std::size_t count_;
  std::vector<std::string_view> kept_;
};

} // namespace

bool proxy_trust::covers(const ip_address& peer) const noexcept {
  return !header.empty() && std::ranges::any_of(proxies, [&](const ip_network& network) {
    return network.contains(peer);
  });
}

proxy_trust trust_from(const config& cfg) {
  proxy_trust out{
      .header = cfg.auth.address_header, .proxies = {}, .hops = cfg.http.trusted_hops};
  for (const auto& text : cfg.http.trusted_proxies)
    if (const auto network = ip_network::parse(text)) // checked when it was read
      out.proxies.push_back(*network);
  return out;
}

ip_address client_address(const request& what, const proxy_trust& trust) {
  if (!trust.covers(what.peer))
    return what.peer;
  last_elements named{std::max(1u, trust.hops)};
  what.each_header(trust.header, [&](std::string_view list) {
    while (!list.empty())
      if (const auto element = next_element(list); !element.empty())
        named.add(element);
  });
  return ip_address::parse_with_port(named.first()).value_or(what.peer);
}

} // namespace guildhall::http
