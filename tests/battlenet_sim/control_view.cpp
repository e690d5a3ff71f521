#include "battlenet_sim/control_parts.hpp"
#include "battlenet_sim/json_writer.hpp"
#include "battlenet_sim/simulation.hpp"
#include "battlenet_sim/text.hpp"

#include <mutex>
#include <utility>

namespace guildhall::sim {

namespace {

constexpr std::size_t max_listed_players = 1'000;

void write_guild(json_writer& w, const guild& one) {
  w.member("region", one.region);
  w.member("realm", one.home->slug);
  w.member("slug", one.slug);
  w.member("name", one.name);
  w.member("id", one.id);
  w.member("members", one.members.size());
}

void write_character(json_writer& w, const character& who) {
  w.member("id", who.id);
  w.member("region", who.region);
  w.member("realm", who.home->slug);
  w.member("name", who.name);
  w.member("level", who.level);
  w.member("guild", who.guild);
  w.member("rank", who.rank);
  w.member("last_login", who.modified);
  w.member("available", who.available);
  w.member("valid", who.valid);
  w.member("player", who.player);
}

std::string query_region(const simulation& service, const form& query) {
  auto i = query.find("region");
  return i == query.end() ? service.opts.region : i->second;
}

answer all_guilds(const simulation& service) {
  std::string out;
  json_writer w(out);
  w.object([&] {
    w.member("seed", service.opts.seed);
    w.member("characters", service.state.characters());
    w.member("players", service.state.players().size());
    w.array("guilds", [&] {
      for (const auto& one : service.state.guilds())
        w.object([&] { write_guild(w, one); });
    });
  });
  return json_answer(std::move(out));
}

answer one_guild(const world& state, const guild& which) {
  std::string out;
  json_writer w(out);
  w.object([&] {
    w.object("guild", [&] { write_guild(w, which); });
    w.array("members", [&] {
      for (auto id : which.members)
        w.object([&] { write_character(w, *state.find_character(id)); });
    });
  });
  return json_answer(std::move(out));
}

answer all_players(const world& state) {
  std::string out;
  json_writer w(out);
  std::size_t listed = 0;
  w.object([&] {
    w.array("players", [&] {
      for (const auto& one : state.players()) {
        if (++listed > max_listed_players)
          return;
        w.object([&] {
          w.member("id", one.id);
          w.member("battletag", one.battletag);
          w.member("toys", one.toys.size());
          w.array("characters", [&] {
            for (auto id : one.characters)
              w.element(id);
          });
        });
      }
    });
  });
  return json_answer(std::move(out));
}

} // namespace

answer described(const character& who) {
  std::string out;
  json_writer w(out);
  w.object([&] { write_character(w, who); });
  return json_answer(std::move(out));
}

answer described(const guild& which) {
  std::string out;
  json_writer w(out);
  w.object([&] { write_guild(w, which); });
  return json_answer(std::move(out));
}

std::pair<std::string, std::string> split_address(std::string_view text) {
  auto slash = text.find('/');
  if (slash == std::string_view::npos)
    throw bad_call("an address is realm/name: " + std::string(text));
  return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

answer world_view(simulation& service, std::string_view rest, const form& query) {
  std::lock_guard lock(service.world_mutex);
  const auto& state = service.state;
  if (rest == "world")
    return all_guilds(service);
  if (rest == "players")
    return all_players(state);
  auto slash = rest.find('/');
  if (slash == std::string_view::npos)
    return error_answer(404);
  auto address = percent_decode(rest.substr(slash + 1)).value_or("");
  auto [realm_slug, name] = split_address(address);
  auto region = query_region(service, query);
  if (rest.starts_with("guild/"))
    if (const auto* found = state.find_guild(region, realm_slug, name))
      return one_guild(state, *found);
  if (rest.starts_with("character/"))
    if (const auto* found = state.find(region, realm_slug, lower(name)))
      return described(*found);
  return error_answer(404);
}

} // namespace guildhall::sim
