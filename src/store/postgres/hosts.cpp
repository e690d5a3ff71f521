#include "store/postgres/hosts.hpp"

#include <algorithm>
#include <libpq-fe.h>
#include <map>
#include <memory>
#include <numeric>
#include <optional>

namespace guildhall::store {

namespace {

using parts_ptr = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

std::map<std::string, std::string, std::less<>> values_of(const PQconninfoOption* parts) {
  std::map<std::string, std::string, std::less<>> out;
  for (const auto* part = parts; part && part->keyword; ++part)
    if (part->val)
      out.emplace(part->keyword, part->val);
  return out;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> out;
  for (std::size_t at = 0;;) {
    const auto end = std::min(list.find(',', at), list.size());
    out.emplace_back(list.substr(at, end - at));
    if (end == list.size())
      return out;
    at = end + 1;
  }
}

std::optional<wanted_server> wanted_from(std::string_view word) {
  using enum wanted_server;
  constexpr std::array<std::pair<std::string_view, wanted_server>, 6> words{
      {{"any", any},
       {"read-write", read_write},
       {"read-only", read_only},
       {"primary", primary},
       {"standby", standby},
       {"prefer-standby", prefer_standby}}};
  const auto found = std::ranges::find(words, word, &decltype(words)::value_type::first);
  return found == words.end() ? std::nullopt : std::optional{found->second};
}

std::unexpected<failure> unreadable(std::string_view key, std::string_view what) {
  return fail(ec::bad_config, std::string(key) + ": " + std::string(what));
}

/// As many as there are hosts; one port is for all of them.
result<std::vector<database_host>> hosts_of(
    std::string_view names, std::string_view addresses, std::string_view ports,
    std::string_view key) {
  const auto by_name = split(names);
  const auto by_address = split(addresses);
  const auto by_port = split(ports);
  const auto count = addresses.empty() ? by_name.size() : by_address.size();
  if (!names.empty() && !addresses.empty() && by_name.size() != count)
    return unreadable(key, "there must be one hostaddr for each host");
  if (by_port.size() != 1 && by_port.size() != count)
    return unreadable(key, "there must be one port, or one for each host");
  std::vector<database_host> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(
        {names.empty() ? std::string{} : by_name[i],
         addresses.empty() ? std::string{} : by_address[i],
         by_port.size() == 1 ? by_port.front() : by_port[i]});
  return out;
}

} // namespace

std::string conninfo_pair(std::string_view key, std::string_view value) {
  std::string out{key};
  out += "='";
  for (const char c : value) {
    if (c == '\'' || c == '\\')
      out += '\\';
    out += c;
  }
  return out += "' ";
}

result<parsed_dsn> parse_dsn(const std::string& dsn, std::string_view key) {
  char* error = nullptr;
  const parts_ptr parts(PQconninfoParse(dsn.c_str(), &error), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> error_owner(error, &PQfreemem);
  if (!parts) // libpq's message may quote the DSN, and with it the password
    return fail(ec::bad_config, std::string(key) + " cannot be read");
  auto said = values_of(parts.get());
  const bool says_so = said.contains("target_session_attrs");
  // A service's file may name hosts too: libpq reads it, and takes them in its own way.
  const bool by_service = said.contains("service");
  if (!by_service) {
    const parts_ptr defaults(PQconndefaults(), &PQconninfoFree);
    const bool has_host = said.contains("host") || said.contains("hostaddr");
    for (auto& [name, value] : values_of(defaults.get()))
      if (name == "target_session_attrs" || name == "port"
          || (!has_host && (name == "host" || name == "hostaddr")))
        said.emplace(name, value);
  }
  parsed_dsn out;
  const auto take = [&](std::string_view name) {
    const auto found = said.find(name);
    return found == said.end() ? std::string{} : said.extract(found).mapped();
  };
  if (const auto word = take("target_session_attrs"); !word.empty()) {
    const auto wanted = wanted_from(word);
    if (!wanted)
      return unreadable(key, "target_session_attrs is not one of libpq's words");
    out.wanted = *wanted;
    out.says_which = says_so || *wanted != wanted_server::any; // `any` is libpq's default
  }
  if (by_service) {
    out.hosts.emplace_back();
  } else {
    const auto names = take("host");
    const auto addresses = take("hostaddr");
    auto hosts = hosts_of(names, addresses, take("port"), key);
    if (!hosts)
      return fail(hosts.error());
    out.hosts = std::move(*hosts);
  }
  for (const auto& [name, value] : said)
    if (name != "application_name" && name != "connect_timeout" && name != "client_encoding")
      out.rest += conninfo_pair(name, value);
  return out;
}

wanted_server wanted_of(const parsed_dsn& dsn, bool read_only) noexcept {
  if (read_only)
    return dsn.wanted;
  if (!dsn.says_which)
    return wanted_server::primary;
  switch (dsn.wanted) {
  case wanted_server::any:
    return wanted_server::prefer_primary;
  case wanted_server::read_write:
    return wanted_server::read_write;
  default: // whoever reads may be sent to a standby
    return wanted_server::primary;
  }
}

std::vector<std::size_t> host_memory::order(std::size_t hosts, bool read_only) const {
  std::vector<std::size_t> out(hosts);
  std::iota(out.begin(), out.end(), std::size_t{0});
  const auto last = last_.at(read_only ? 1 : 0).load();
  if (last < hosts)
    std::rotate(
        out.begin(), out.begin() + static_cast<std::ptrdiff_t>(last),
        out.begin() + static_cast<std::ptrdiff_t>(last) + 1);
  return out;
}

void host_memory::good(std::size_t host, bool read_only) noexcept {
  last_.at(read_only ? 1 : 0) = host;
}

namespace {

std::uint64_t bit_of(std::size_t host) noexcept {
  return host < 64 ? std::uint64_t{1} << host : 0;
}

} // namespace

void host_memory::keeps_sessions(std::size_t host) noexcept {
  keeping_ |= bit_of(host);
}

bool host_memory::is_known_to_keep_sessions(std::size_t host) const noexcept {
  return (keeping_ & bit_of(host)) != 0;
}

void host_memory::doubt() noexcept {
  keeping_ = 0;
}

} // namespace guildhall::store
