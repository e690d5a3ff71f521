#pragma once

#include "api/api.hpp"
#include "api/caller.hpp"
#include "api/json_writer.hpp"
#include "api/validation.hpp"
#include "core/clock.hpp"
#include "domain/freshness.hpp"
#include "domain/tags.hpp"

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
    std::function<void(const caller&, const http::request&, http::reply_slot)>;

/// 401 unless the request carries an access token that still counts: its user exists and has
/// not logged out since. 503 while that cannot be looked up. Then `run`, at once or when the
/// standing has been read.
http::handler guarded(shared_services with, guarded_handler run);

/// A handler for operators: their tokens stand for themselves.
using operator_handler =
    std::function<void(const auth::claims&, const http::request&, http::reply_slot)>;
http::handler for_operators(shared_services with, operator_handler run);

// What a caller may do; `ec::forbidden` with a sentence otherwise. Asked after the parameters
// and the body are known to be well-formed. An admin may do everything.

/// Members read (with `auth.reads = "open"`: everybody who is logged in).
result<void> may_read(const services& with, const caller& who, guild_id guild);
result<void> must_be_member(const caller& who, guild_id guild);
/// Officers, and the guild master.
result<void> must_be_officer(const caller& who, guild_id guild);
inline constexpr std::string_view not_the_leader =
    "You must be the guild master to perform this action";
result<void>
must_lead(const caller& who, guild_id guild, std::string_view otherwise = not_the_leader);
inline constexpr std::string_view not_an_admin =
    "Insufficient permissions. Admin role required.";
result<void> must_be_admin(const caller& who, std::string_view otherwise = not_an_admin);

/// One answer before it is packed: the whole JSON text, further header lines, the cache tags
/// that only the answer can name, and whom it is about where the request does not say so.
struct page {
  std::string json;
  std::string headers{};
  std::vector<std::string> late_tags{};
  http::subject about{};
};
using page_done = std::move_only_function<void(result<page>)>;
/// Asks a port; runs only when the cache has nothing.
using page_reader = std::move_only_function<void(deadline, page_done)>;

/// Answers from the cache, or reads and keeps the answer under `tags`. `key` names the answer
/// whatever its coding.
void serve_cached(
    const services& with, const http::request& what, http::reply_slot slot, std::string key,
    const std::vector<std::string>& tags, page_reader read);

/// Whether the caller may see an answer about this subject.
using judge =
    result<void> (*)(const services& with, const caller& who, const http::subject& about);
/// The same; each caller is judged by whom the answer, cached or not, is about.
void serve_judged(
    shared_services with, const caller& who, judge may_see, const http::request& what,
    http::reply_slot slot, std::string key, const std::vector<std::string>& tags,
    page_reader read);

/// What a route about one guild asks.
struct guild_question {
  guild_id guild;
  wanted_parts parts;
  deadline expires;
};
using guild_read = std::function<void(const guild_question&, page_done)>;

using read_handler =
    void (*)(const shared_services&, const caller&, const http::request&, http::reply_slot);

/// `GET pattern` for a user's token.
void add_read(
    http::router& routes, shared_services with, std::string_view pattern, read_handler run);

/// `GET pattern` with `:guildId` for those who may read that guild, cached under the guild's
/// tag. `name` tells the answers about one guild apart.
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

/// What is kept about this user is no longer served once this returns.
void move_user(const services& with, user_id id);

using domain::addresses_tag;
using domain::character_tag;
using domain::guild_tag;

} // namespace guildhall::api
