#include "api/paging.hpp"

#include "core/crypto.hpp"

#include <algorithm>
#include <charconv>

namespace guildhall::api {

namespace {

constexpr std::size_t position_bytes = 8;

std::string sealed_text(std::string_view list, std::string_view position) {
  std::string out{"page of "}; // a blank, which no token has: neither stands for the other
  out += list;
  out += '\n';
  out += position;
  return out;
}

std::string bytes_of(std::int64_t position) {
  std::string out;
  for (std::size_t i = 0; i < position_bytes; ++i)
    out += static_cast<char>(static_cast<std::uint64_t>(position) >> (8 * (7 - i)) & 0xFF);
  return out;
}

std::int64_t position_in(std::string_view bytes) {
  std::uint64_t out = 0;
  for (const char byte : bytes)
    out = out << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(out);
}

std::optional<std::int64_t>
position_of(const auth::verifier& keys, std::string_view list, std::string_view cursor) {
  const auto bytes = crypto::base64url_decode(cursor);
  if (!bytes || bytes->size() <= position_bytes)
    return std::nullopt;
  const auto position = std::string_view{*bytes}.substr(0, position_bytes);
  const auto seal = std::string_view{*bytes}.substr(position_bytes);
  if (!keys.has_sealed(sealed_text(list, position), seal))
    return std::nullopt;
  return position_in(position);
}

/// What the query says of it; "" for what cannot be decoded, which is not to count as absent.
std::optional<std::string> given(const http::request& what, std::string_view name) {
  if (auto decoded = what.query(name))
    return decoded;
  const auto mark = what.target.find('?');
  auto rest = std::string_view{what.target}.substr(std::min(mark, what.target.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1); // the mark, or what separates
    const auto pair = rest.substr(0, rest.find('&'));
    if (pair.substr(0, pair.find('=')) == name)
      return "";
    rest.remove_prefix(pair.size());
  }
  return std::nullopt;
}

std::optional<int> rows_in(std::string_view limit) {
  int rows = 0;
  const auto* end = limit.data() + limit.size();
  const auto [stop, error] = std::from_chars(limit.data(), end, rows);
  const auto is_right =
      error == std::errc{} && stop == end && rows >= 1 && rows <= domain::max_page_rows;
  return is_right ? std::optional{rows} : std::nullopt;
}

void add(std::string& query, std::string_view more) {
  if (more.empty())
    return;
  if (!query.empty())
    query += '&';
  query += more;
}

} // namespace

result<std::optional<page_wish>>
page_wish_of(const call& in, paged_list of, const wanted_parts& parts) {
  const auto limit = given(in.request(), "limit");
  const auto cursor = given(in.request(), "cursor");
  if (!limit && !cursor && parts.detail() == domain::detail::lean)
    return std::nullopt;
  page_wish out;
  out.query = parts.query();
  mistakes found;
  if (limit) {
    const auto rows = rows_in(*limit);
    if (!rows)
      found.emplace(
          "limit",
          "Limit must be an integer from 1 to " + std::to_string(domain::max_page_rows));
    out.from.rows = rows.value_or(domain::max_page_rows);
    add(out.query, "limit=" + std::to_string(out.from.rows));
  }
  if (cursor) {
    const auto position = position_of(in.with().tokens, of.name, *cursor);
    if (!position)
      found.emplace("cursor", "Cursor is not one of this list; begin again without it");
    out.from.after = position.value_or(0);
  }
  if (!found.empty())
    return fail(validation_failure(std::move(found)));
  out.of = std::move(of);
  return out;
}

std::string
key_of(std::string_view name, const wanted_parts& parts, const std::optional<page_wish>& wish) {
  std::string key{name};
  key += '?';
  key += parts.key();
  if (wish)
    key += '&' + std::to_string(wish->from.rows) + '&' + std::to_string(wish->from.after);
  return key;
}

void write_next(json_writer& out, const std::optional<std::string>& cursor) {
  if (!cursor)
    return;
  out.begin_object("page");
  out.field("next", *cursor);
  out.end_object();
}

std::string link_to(const page_wish& wish, const std::optional<std::string>& cursor) {
  if (!cursor)
    return {};
  auto query = wish.query;
  add(query, "cursor=" + *cursor);
  return "Link: <" + wish.of.path + '?' + query + ">; rel=\"next\"\r\n";
}

std::optional<std::string>
cursor_after(const call& in, const page_wish& wish, std::optional<std::int64_t> last) {
  if (!last)
    return std::nullopt;
  const auto position = bytes_of(*last);
  return crypto::base64url_encode(
      position + in.with().tokens.seal(sealed_text(wish.of.name, position)));
}

} // namespace guildhall::api
