#include "tests/support/postgres_wire.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <utility>

namespace guildhall::test {

namespace {

constexpr std::size_t length_size = 4;
constexpr std::size_t type_size = 1;
constexpr std::uint32_t ssl_request = 80877103;
constexpr std::uint32_t gss_request = 80877104;
constexpr std::string_view blanks = " \t\r\n";

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < length_size; ++i)
    out = out << 8U | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

/// The next text that ends in a zero byte; `rest` is what comes after it.
std::string_view text_in(std::string_view& rest) {
  const auto end = rest.find('\0');
  const auto out = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(
      out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Whether the last of these statements is a commit.
bool is_commit(std::string_view sql) {
  sql = trimmed(sql);
  while (sql.ends_with(';'))
    sql = trimmed(sql.substr(0, sql.size() - 1));
  const auto last = lower(trimmed(sql.substr(sql.rfind(';') + 1)));
  const auto word = last.substr(0, last.find_first_of(blanks));
  return (word == "commit" || word == "end") && last.find(" prepared") == std::string::npos;
}

/// Cuts the first message off `pending`; empty while it is not whole.
std::string take(std::string& pending, std::size_t before_length) {
  if (pending.size() < before_length + length_size)
    return {};
  const auto size = before_length + number_at(pending, before_length);
  if (pending.size() < size)
    return {};
  auto out = pending.substr(0, size);
  pending.erase(0, size);
  return out;
}

/// Whatever cannot be read is passed on.
std::vector<wire_message> unread(std::string& pending) {
  std::vector<wire_message> out;
  if (!pending.empty())
    out.push_back({std::exchange(pending, {}), false});
  return out;
}

bool remember(std::set<std::string>& names, std::string_view name, bool commits) {
  if (commits)
    names.emplace(name);
  else
    names.erase(std::string{name});
  return false;
}

} // namespace

bool postgres_wire::take_startup(std::vector<wire_message>& out) {
  auto packet = take(client_, 0);
  if (packet.empty())
    return false;
  const auto code = packet.size() >= 2 * length_size ? number_at(packet, length_size) : 0;
  if (code == ssl_request || code == gss_request)
    ++single_bytes_;
  else
    started_ = true;
  out.push_back({std::move(packet), false});
  return true;
}

bool postgres_wire::asks_to_commit(std::string_view message) {
  auto rest = message.substr(type_size + length_size);
  switch (message.front()) {
  case 'Q':
    return is_commit(text_in(rest));
  case 'P': { // Parse: the statement's name, its text
    const auto name = text_in(rest);
    return remember(statements_, name, is_commit(text_in(rest)));
  }
  case 'B': { // Bind: the portal's name, the statement's
    const auto portal = text_in(rest);
    return remember(portals_, portal, statements_.contains(std::string{text_in(rest)}));
  }
  case 'E':
    return portals_.contains(std::string{text_in(rest)}); // Execute: the portal's name
  default:
    return false;
  }
}

std::vector<wire_message> postgres_wire::from_client(std::string_view bytes) {
  client_ += bytes;
  if (opaque_)
    return unread(client_);
  std::vector<wire_message> out;
  while (!started_)
    if (!take_startup(out))
      return out;
  for (auto one = take(client_, type_size); !one.empty(); one = take(client_, type_size)) {
    const bool commits = asks_to_commit(one);
    out.push_back({std::move(one), commits});
  }
  return out;
}

std::vector<wire_message> postgres_wire::from_server(std::string_view bytes) {
  server_ += bytes;
  std::vector<wire_message> out;
  while (single_bytes_ > 0 && !server_.empty() && !opaque_) {
    --single_bytes_;
    opaque_ = server_.front() != 'N' && server_.front() != 'E';
    out.push_back({server_.substr(0, 1), false});
    server_.erase(0, 1);
  }
  if (opaque_) {
    auto rest = unread(server_);
    std::ranges::move(rest, std::back_inserter(out));
    return out;
  }
  for (auto one = take(server_, type_size); !one.empty(); one = take(server_, type_size)) {
    auto rest = std::string_view{one}.substr(type_size + length_size);
    const bool commits = one.front() == 'C' && text_in(rest) == "COMMIT";
    out.push_back({std::move(one), commits});
  }
  return out;
}

} // namespace guildhall::test
