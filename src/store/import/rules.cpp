#include "store/import/rules.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <regex>
#include <span>

namespace guildhall::store::old_values {

namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";
constexpr std::int64_t largest_bnet_id = (std::int64_t{1} << 53) - 1;
constexpr std::size_t longest_moment = 40;

std::string lower_ascii(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::optional<std::string_view>
one_of(std::string_view text, std::span<const std::string_view> names) {
  const auto wanted = lower_ascii(trimmed(text));
  const auto it = std::ranges::find(names, wanted, lower_ascii);
  return it == names.end() ? std::nullopt : std::optional(*it);
}

} // namespace

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::string shortened(std::string_view text, std::size_t code_points) {
  std::size_t at = 0;
  for (std::size_t n = 0; n < code_points && at < text.size(); ++n)
    text::next_code_point(text, at);
  return std::string(text.substr(0, at));
}

std::optional<std::int64_t> row_id(std::string_view text) {
  const auto digits = trimmed(text);
  const auto* end = digits.data() + digits.size();
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(digits.data(), end, value);
  return error == std::errc{} && rest == end ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> bnet_id(std::string_view text) {
  const auto value = row_id(text);
  return value && *value > 0 && *value <= largest_bnet_id ? value : std::nullopt;
}

std::optional<domain::region> region(std::string_view text) {
  return domain::parse_region(lower_ascii(trimmed(text)));
}

std::optional<std::string> realm_slug(std::string_view text) {
  return guild_slug(text);
}

std::optional<std::string> guild_slug(std::string_view name) {
  return domain::canonical_slug(domain::guild_name_slug(trimmed(name)));
}

std::optional<time_point> moment(std::string_view text) {
  using namespace std::chrono;
  static const std::regex shape{
      R"((\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)"
      R"( ?(?:[Zz]|([+-])(\d\d):?(\d\d)?)?)?)"};
  const auto plain = trimmed(text);
  std::smatch parts;
  if (plain.size() > longest_moment || !std::regex_match(plain, parts, shape))
    return std::nullopt;
  const auto number = [](const std::string& digits) {
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  };
  const auto part = [&](std::size_t at) { return number(parts.str(at)); };
  const auto date = year{part(1)} / part(2) / part(3);
  if (!date.ok() || part(4) > 23 || part(5) > 59 || part(6) > 59)
    return std::nullopt;
  auto fraction = parts.str(7);
  fraction.resize(6, '0'); // microseconds
  const auto ahead = hours{part(9)} + minutes{part(10)};
  return sys_days{date} + hours{part(4)} + minutes{part(5)} + seconds{part(6)}
       + microseconds{number(fraction)} - (parts.str(8) == "-" ? -ahead : ahead);
}

std::optional<std::string_view> sign_up_status(std::string_view text) {
  constexpr std::array<std::string_view, 3> known{"Confirmed", "Tentative", "Declined"};
  constexpr std::array<std::string_view, 1> accepted{"accepted"};
  return one_of(text, accepted) ? known.front() : one_of(text, known);
}

std::optional<std::string_view> event_type(std::string_view text) {
  constexpr std::array<std::string_view, 3> known{"Raid", "Dungeon", "Special"};
  return one_of(text, known);
}

std::string event_title(std::string_view title, std::string_view type) {
  constexpr std::size_t shortest = 3;
  constexpr std::size_t longest = 100;
  const auto plain = shortened(trimmed(title), longest);
  if (plain.empty())
    return std::string(type);
  return text::length(plain) < shortest ? std::string(type) + ": " + plain : plain;
}

std::optional<std::string_view> roster_role(std::string_view text) {
  constexpr std::array<std::string_view, 4> known{"Tank", "Healer", "DPS", "Unknown"};
  return one_of(text, known);
}

std::string_view user_role(std::string_view text) {
  constexpr std::array<std::string_view, 3> known{"user", "guild_leader", "admin"};
  return one_of(text, known).value_or(known.front());
}

bool is_default_rank_name(std::int64_t rank, std::string_view name) {
  const auto plain = trimmed(name);
  return plain == "Rank " + std::to_string(rank) || (rank == 0 && plain == "Guild Master");
}

} // namespace guildhall::store::old_values
