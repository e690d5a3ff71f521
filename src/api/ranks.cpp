#include "api/rules/ranks.hpp"

#include "api/people.hpp"
#include "api/resources.hpp"
#include "api/rules/characters.hpp"

/// What the guild master says about ranks, and officers about mains.
namespace guildhall::api {

namespace {

using domain::main_override;
using domain::rank_row;
using http::method;

constexpr std::int64_t last_rank = 9;

http::response shown_rank(const rank_row& rank) {
  return data_answer(200, [&](json_writer& out) {
    out.field("id", rank.id);
    out.field("guild_id", rank.guild_id);
    out.field("rank_id", rank.rank_id);
    out.field("rank_name", rank.rank_name);
    out.field("is_custom", rank.is_custom);
    out.field("is_officer", rank.is_officer);
    out.field("member_count", rank.member_count);
    out.field("created_at", rank.created_at);
    out.field("updated_at", rank.updated_at);
    out.field("row_version", rank.row_version);
  });
}

result<int> rank_of(const http::request& what) {
  const auto id = parse_id(what.param("rankId"), "rankId", "Rank ID");
  if (id && *id <= last_rank)
    return static_cast<int>(*id);
  mistakes found;
  found.emplace("rankId", "Rank ID must be a number from 0 to 9");
  return fail(validation_failure(std::move(found)));
}

void set_rank(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = guild_id_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto rank = rank_of(what);
  if (!rank)
    return slot.fail(rank.error());
  const auto body = read_body(what, rules::rank_update);
  if (!body)
    return slot.fail(body.error());
  const auto guild = *id;
  if (const auto allowed = must_lead(who, guild); !allowed)
    return slot.fail(allowed.error());
  const auto expires = slot.expires();
  with->people.set_rank(
      author_of(who, what), guild,
      {*rank, text_in(*body, "rank_name"), flag_in(*body, "is_officer")}, expires,
      when_written<rank_row>(with, std::move(slot), shown_rank));
}

void set_main(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = guild_id_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto character = character_id_of(what);
  if (!character)
    return slot.fail(character.error());
  const auto body = read_body(what, rules::main_override);
  if (!body)
    return slot.fail(body.error());
  const auto guild = *id;
  if (const auto allowed = must_be_officer(who, guild); !allowed)
    return slot.fail(allowed.error());
  const auto expires = slot.expires();
  with->people.set_main(
      author_of(who, what), guild, *character, flag_in(*body, "isMain"), expires,
      when_written<main_override>(with, std::move(slot), [](const main_override& now) {
        return data_answer(200, [&](json_writer& out) {
          out.field("guild_id", now.guild_id);
          out.field("character_id", now.character_id);
          out.field("isMain", now.is_main);
          out.field("row_version", now.row_version);
        });
      }));
}

} // namespace

void add_ranks(http::router& routes, shared_services with) {
  add_route(routes, with, method::put, "/api/guilds/:guildId/ranks/:rankId", set_rank);
  add_route(
      routes, with, method::put, "/api/guilds/:guildId/members/:characterId/main", set_main);
}

} // namespace guildhall::api
