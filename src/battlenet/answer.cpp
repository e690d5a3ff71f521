#include "battlenet/answer.hpp"

#include "core/text.hpp"
#include "domain/last_modified.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace guildhall::battlenet {

namespace {

/// What an upstream may ask us to wait or to keep, at most. Anything above is a mistake of
/// theirs.
constexpr std::chrono::seconds longest_duration{std::chrono::hours{24 * 7}};

constexpr std::size_t longest_trace = 100;
/// Of a header that is kept; a longer one, or one that is not plain text, is none.
constexpr std::size_t longest_kept = 128;

std::string header(const raw_response& response, const std::string& name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? std::string{} : found->second;
}

std::string kept_header(const raw_response& response, const std::string& name) {
  auto value = header(response, name);
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  return value.size() <= longest_kept && std::ranges::all_of(value, is_plain) ? value
                                                                              : std::string{};
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_digits(std::string_view text) {
  return !text.empty()
      && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Digits (RFC 9110 delta-seconds), whatever number they make.
std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  text = trimmed(text);
  if (!is_digits(text))
    return std::nullopt;
  std::uint64_t value = 0;
  const auto error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  const auto longest = static_cast<std::uint64_t>(longest_duration.count());
  if (error != std::errc{} || value > longest)
    return longest_duration;
  return std::chrono::seconds{static_cast<std::int64_t>(value)};
}

/// Seconds, or a date, which the sender's own clock tells how far away it is.
std::optional<std::chrono::seconds> retry_after_of(const raw_response& response) {
  const auto text = header(response, "retry-after");
  if (const auto seconds = parse_seconds(text))
    return seconds;
  const auto when = domain::parse_last_modified(text);
  if (!when)
    return std::nullopt;
  const auto now = wall_now();
  const auto sent = domain::parse_last_modified(header(response, "date")).value_or(now);
  auto wait = *when - sent;
  if (wait > longest_duration) // a wrong `Date`, or a wrong Retry-After: our own clock tells
    wait = *when - now;
  return std::clamp(
      std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{0}, longest_duration);
}

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size())
    return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(a[i])) != lower[i])
      return false;
  return true;
}

std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control) {
  while (!cache_control.empty()) {
    const auto comma = cache_control.find(',');
    const auto directive = trimmed(cache_control.substr(0, comma));
    const auto equals = directive.find('=');
    if (equals != std::string_view::npos
        && equal_ignoring_case(directive.substr(0, equals), "max-age"))
      return parse_seconds(directive.substr(equals + 1));
    cache_control.remove_prefix(
        comma == std::string_view::npos ? cache_control.size() : comma + 1);
  }
  return std::nullopt;
}

outcome outcome_of(const raw_response& response) {
  switch (response.status) {
  case 200:
    return response.body.empty() ? outcome::malformed : outcome::ok;
  case 204:
    return outcome::malformed;
  case 304:
    return outcome::not_modified;
  case 401:
    return outcome::unauthorised;
  case 403:
    return outcome::forbidden;
  case 404:
  case 410:
    return outcome::not_found;
  case 429:
    return outcome::throttled;
  default:
    return outcome::transient;
  }
}

std::string with_trace(std::string what, const raw_response& response) {
  if (const auto trace = header(response, "x-trace-traceid"); !trace.empty())
    what.append(", trace ").append(text::printable(trace, longest_trace));
  return text::printable(what);
}

/// When it was sent, by its sender's clock; by ours where that is not told or absurd.
time_point sent_at(const raw_response& response) {
  const auto now = wall_now();
  const auto said = domain::parse_last_modified(header(response, "date")).value_or(now);
  return std::chrono::abs(said - now) <= longest_duration ? said : now;
}

/// A date that lies ahead of the answer's own says nothing, and as a condition it would be
/// confirmed for ever.
std::string last_modified_of(const raw_response& response) {
  auto modified = kept_header(response, "last-modified");
  return domain::lies_ahead(modified, sent_at(response)) ? std::string{} : modified;
}

/// The number of a `\uXXXX` at `at`; nothing where there is none.
std::optional<unsigned> escaped(std::string_view body, std::size_t at) {
  constexpr std::size_t digits = 4;
  unsigned value = 0;
  const auto text = body.substr(std::min(at, body.size()));
  if (!text.starts_with("\\u") || text.size() < 2 + digits)
    return std::nullopt;
  const auto* end = text.data() + 2 + digits;
  const auto [stop, error] = std::from_chars(text.data() + 2, end, value, 16);
  return error == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

/// How long the escape at `at` is, and whether a database keeps what it stands for: not U+0000,
/// no half of a pair.
std::pair<std::size_t, bool> judge_escape(std::string_view body, std::size_t at) {
  constexpr std::size_t simple = 2;
  constexpr unsigned char first_beyond_ascii = 0x80;
  constexpr std::size_t numbered = 6;
  const auto is_between = [](std::optional<unsigned> value, unsigned low, unsigned high) {
    return value && *value >= low && *value <= high;
  };
  const auto value = escaped(body, at);
  if (!value) {
    const auto next = body.substr(at + 1, 1);
    const bool escapes =
        !next.empty() && static_cast<unsigned char>(next.front()) < first_beyond_ascii;
    return {escapes ? simple : 1, true}; // what is no text is looked at by itself
  }
  if (is_between(value, 0xd800, 0xdbff)
      && is_between(escaped(body, at + numbered), 0xdc00, 0xdfff))
    return {2 * numbered, true};
  return {numbered, *value != 0 && !is_between(value, 0xd800, 0xdfff)};
}

/// A character of one name that no database keeps must not cost the whole document: it becomes
/// U+FFFD.
std::string storable(std::string body) {
  constexpr std::string_view byte_order_mark{"\xEF\xBB\xBF"};
  if (body.starts_with(byte_order_mark))
    body.erase(0, byte_order_mark.size());
  const bool is_text = text::is_utf8(body);
  if (is_text && body.find("\\u") == std::string::npos)
    return body;
  std::string out;
  out.reserve(body.size());
  for (std::size_t at = 0; at < body.size();) {
    if (is_text) { // only what is escaped can be bad
      const auto escape = std::min(body.find('\\', at), body.size());
      out.append(body, at, escape - at);
      at = escape;
      if (at == body.size())
        break;
    }
    const auto start = at;
    bool kept = true;
    if (body[at] == '\\') {
      const auto [length, good] = judge_escape(body, at);
      at = std::min(at + length, body.size());
      kept = good;
    } else {
      kept = text::next_code_point(body, at).has_value();
    }
    if (kept)
      out.append(body, start, at - start);
    else
      out.append("\xEF\xBF\xBD");
  }
  return out;
}

} // namespace

std::string_view to_string(outcome what) noexcept {
  switch (what) {
  case outcome::ok:
    return "ok";
  case outcome::not_modified:
    return "not_modified";
  case outcome::not_found:
    return "not_found";
  case outcome::forbidden:
    return "forbidden";
  case outcome::unauthorised:
    return "unauthorised";
  case outcome::throttled:
    return "throttled";
  case outcome::transient:
    return "transient";
  case outcome::malformed:
    return "malformed";
  }
  return "unknown";
}

answer classify(raw_response&& response) {
  answer result;
  result.outcome = outcome_of(response);
  result.status = response.status;
  result.last_modified = last_modified_of(response);
  result.max_age = max_age_of(header(response, "cache-control"));
  result.retry_after = retry_after_of(response);
  result.schema_revision = kept_header(response, "battlenet-schema-revision");
  auto detail = "status " + std::to_string(response.status);
  if (result.outcome == outcome::malformed)
    detail.append(" without a body");
  result.detail = with_trace(std::move(detail), response);
  if (result.outcome == outcome::ok)
    result.body = storable(std::move(response.body));
  return result;
}

answer no_response(std::string why) {
  answer result;
  result.outcome = outcome::transient;
  result.detail = text::printable(why);
  return result;
}

answer unsendable(std::string why) {
  auto result = no_response("not sent: " + std::move(why));
  result.outcome = outcome::malformed;
  result.unsent = true;
  return result;
}

answer unusable_response(const raw_response& response, std::string why) {
  answer result;
  result.outcome = outcome::malformed;
  result.status = response.status;
  result.detail =
      with_trace("status " + std::to_string(response.status) + ", " + std::move(why), response);
  return result;
}

} // namespace guildhall::battlenet
