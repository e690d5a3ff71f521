#pragma once

#include "api/api.hpp"
#include "api/json_writer.hpp"
#include "api/validation.hpp"
#include "core/clock.hpp"
#include "domain/freshness.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// How every resource answers: who may ask, what is cached, and the envelope.
namespace guildhall::api {

using shared_services = std::shared_ptr<const services>;

/// A handler behind the token check.
using guarded_handler =
    std::function<void(const auth::claims&, const http::request&, http::reply_slot)>;

/// 401 unless the request carries a token for `wanted`; then `run`.
http::handler guarded(shared_services with, auth::audience wanted, guarded_handler run);

/// One answer before it is packed: the whole JSON text, further header lines, and the cache
/// tags that only the answer can name.
struct page {
  std::string json;
  std::string headers{};
  std::vector<std::string> late_tags{};
};
using page_done = std::move_only_function<void(result<page>)>;
/// Asks a port; runs only when the cache has nothing.
using page_reader = std::move_only_function<void(deadline, page_done)>;

/// Answers from the cache, or reads and keeps the answer under `tags`. `key` names the answer
/// whatever its coding.
void serve_cached(
    const services& with, const http::request& what, http::reply_slot slot, std::string key,
    const std::vector<std::string>& tags, page_reader read);

/// What a route about one guild asks.
struct guild_question {
  guild_id guild;
  wanted_parts parts;
  deadline expires;
};
using guild_read = std::function<void(const guild_question&, page_done)>;

using read_handler = void (*)(const services&, const http::request&, http::reply_slot);

/// `GET pattern` for a user's token.
void add_read(
    http::router& routes, shared_services with, std::string_view pattern, read_handler run);

/// `GET pattern` with `:guildId` for a user's token, cached under the guild's tag. `name` tells
/// the answers about one guild apart.
void add_guild_read(
    http::router& routes, shared_services with, std::string_view pattern, std::string_view name,
    guild_read read);

/// Reads each time; the answer is never kept, by nobody.
void serve_fresh(http::reply_slot slot, page_reader read);

/// The completion of a port that writes what it is given into a page.
template <class Row, class Write>
std::move_only_function<void(result<Row>)> into_page(page_done done, Write write) {
  return [done = std::move(done), write = std::move(write)](result<Row> row) mutable {
    if (!row)
      return done(fail(std::move(row.error())));
    done(write(*row));
  };
}

/// `{"success":true,"data":` ... `}`: `data` writes the value, `beside` what stands beside it.
template <class Data, class Beside>
std::string envelope(std::size_t expected_bytes, Data data, Beside beside) {
  json_writer out{expected_bytes};
  out.begin_object();
  out.field("success", true);
  data(out);
  beside(out);
  out.end_object();
  return std::move(out).take();
}
template <class Data>
std::string envelope(std::size_t expected_bytes, Data data) {
  return envelope(expected_bytes, std::move(data), [](json_writer&) {});
}

/// `freshness: {changed_at, state, reason}`.
void write_freshness(json_writer& out, const domain::freshness& judged);

/// `X-Guildhall-Checked-At`: when the document that was looked at longest ago was looked at.
std::string checked_at_header(std::span<const domain::document_record> records);

/// When this document's content last changed.
std::optional<time_point>
changed_at(std::span<const domain::document_record> records, domain::document what);

std::string guild_tag(guild_id id);
std::string character_tag(character_id id);
inline constexpr std::string_view addresses_tag = "addresses";

} // namespace guildhall::api
