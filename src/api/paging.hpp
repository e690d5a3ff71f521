#pragma once

#include "api/call.hpp"
#include "domain/pages.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Lists in pages. What the web client asks for comes whole, as it always did; with
/// `?fields=full`, `?include=`, `?limit=` or `?cursor=` a list is answered by as much of it as
/// is good to send at once, with `page: {next}` beside `data` and a `Link` to the rest while
/// there is more.
namespace guildhall::api {

/// A list that can be asked for in pages.
struct paged_list {
  std::string name; ///< "members/7": in cache keys, and its cursors are good for no other
  std::string path; ///< "/api/guilds/7/members"
};

/// Which part of a list a request wants.
struct page_wish {
  paged_list of;
  domain::page_asked from{};
  std::string query; ///< of the pages after it, without their cursors
};

/// Nothing for whoever wants the list whole. A cursor that was not made here for this list is a
/// validation failure. `parts`: those that make a difference to this list.
result<std::optional<page_wish>>
page_wish_of(const call& in, paged_list of, const wanted_parts& parts);

/// Under which an answer is kept: the list, the parts and the page.
std::string
key_of(std::string_view name, const wanted_parts& parts, const std::optional<page_wish>& wish);

/// `page: {next}` beside `data`; nothing on the last page.
void write_next(json_writer& out, const std::optional<std::string>& cursor);
/// The header that leads there.
std::string link_to(const page_wish& wish, const std::optional<std::string>& cursor);
/// The cursor of the page after this one.
std::optional<std::string>
cursor_after(const call& in, const page_wish& wish, std::optional<std::int64_t> last);

/// One page as an answer: `data(json_writer&)` writes the value of `data` and what else stands
/// beside it.
template <class Data>
page page_json(
    const call& in, const page_wish& wish, std::optional<std::int64_t> last,
    std::size_t expected_bytes, Data data) {
  const auto cursor = cursor_after(in, wish, last);
  page out;
  json_writer json{expected_bytes};
  json.begin_object();
  json.field("success", true);
  data(json);
  write_next(json, cursor);
  json.end_object();
  out.json = std::move(json).take();
  out.headers = link_to(wish, cursor);
  return out;
}

/// What a list of one guild is called.
struct guild_list {
  std::string_view name; ///< "members"
  std::string_view path; ///< behind /api/guilds/7
  wanted_parts parts;    ///< that make a difference to it
};

/// A list of one guild, for those who may read it; kept under the guild's tag. `whole` and
/// `paged` are coroutines without captures: `task<page>(const call&, guild_id)` and
/// `task<page>(const call&, guild_id, const wanted_parts&, const page_wish&)`.
template <class Whole, class Paged>
task<http::response> list_of_guild(call in, guild_list which, Whole whole, Paged paged) {
  const auto guild = co_await in.guild();
  const auto all_parts = co_await in.parts();
  const auto id = std::to_string(guild.value);
  paged_list list{
      std::string{which.name} + '/' + id, "/api/guilds/" + id + std::string{which.path}};
  const auto wish = co_await page_wish_of(in, std::move(list), all_parts);
  co_await in.must_read(guild);
  const auto parts = all_parts.those_of(which.parts);
  auto key = key_of(std::string{which.name} + '/' + id, parts, wish);
  co_return co_await in.kept(std::move(key), guild_tag(guild), [&] {
    return wish ? paged(in, guild, parts, *wish) : whole(in, guild);
  });
}

} // namespace guildhall::api
