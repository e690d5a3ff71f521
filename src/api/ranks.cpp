#include "api/rules/ranks.hpp"

#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/rank_json.hpp"
#include "api/resources.hpp"
#include "api/rules/characters.hpp"

/// What the guild master says about ranks, and officers about mains.
namespace guildhall::api {

namespace {

using http::method;

constexpr std::int64_t last_rank = 9;

result<int> rank_of(const call& in) {
  const auto id = parse_id(in.request().param("rankId"), "rankId", "Rank ID");
  if (id && *id <= last_rank)
    return static_cast<int>(*id);
  mistakes found;
  found.emplace("rankId", "Rank ID must be a number from 0 to 9");
  return fail(validation_failure(std::move(found)));
}

task<http::response> set_rank(call in) {
  const auto guild = co_await in.guild();
  const auto rank = co_await rank_of(in);
  const auto body = co_await in.body(rules::rank_update);
  co_await in.must_lead(guild);
  domain::set_rank asked{
      in.author(), guild, {rank, text_in(body, "rank_name"), flag_in(body, "is_officer")}};
  const auto now = co_await in.write(std::move(asked));
  co_return data_answer(200, [&](json_writer& out) { write_rank(out, now, true); });
}

task<http::response> set_main(call in) {
  const auto guild = co_await in.guild();
  const auto character = co_await in.character();
  const auto body = co_await in.body(rules::main_override);
  co_await in.must_be_officer(guild);
  domain::set_main asked{in.author(), guild, character, flag_in(body, "isMain")};
  const auto now = co_await in.write(std::move(asked));
  co_return data_answer(200, [&](json_writer& out) {
    out.field("guild_id", now.guild_id);
    out.field("character_id", now.character_id);
    out.field("isMain", now.is_main);
    out.field("row_version", now.row_version);
  });
}

constexpr route routes[]{
    {method::put, "/api/guilds/:guildId/ranks/:rankId", set_rank},
    {method::put, "/api/guilds/:guildId/members/:characterId/main", set_main},
};

} // namespace

void add_ranks(http::router& to, const shared_services& with) {
  add_user_routes(to, with, routes);
}

} // namespace guildhall::api
