#include "battlenet_sim/world_changes.hpp"

#include "battlenet_sim/text.hpp"
#include "battlenet_sim/world_maker.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace guildhall::sim {

namespace {

constexpr int max_level = 80;

void touch(std::int64_t& modified, std::int64_t now) {
  modified = std::max(modified + 1, now);
}

void touch_roster(world& state, const character& who, std::int64_t now) {
  if (auto* home = state.find_guild(who.guild))
    touch(home->roster_modified, now);
}

void touch_membership(guild& which, std::int64_t now) {
  touch(which.modified, now);
  touch(which.roster_modified, now);
}

/// The profile after a change of guild.
void show_guild(const world& state, character& who, std::int64_t now) {
  if (state.lag)
    return;
  who.shown_guild = who.guild;
  touch(who.modified, now);
}

void disown(world& state, const character& who) {
  if (auto* owner = state.find_player(who.player))
    std::erase(owner->characters, who.id);
}

void learn_toys(world& state, character& who) {
  auto* owner = state.find_player(who.player);
  if (owner == nullptr)
    return;
  auto draw = mix(who.seed, who.visits);
  auto toy = 1 + static_cast<int>(draw / 100 % toy_pool);
  if (draw % 100 < 30 && std::ranges::find(owner->toys, toy) == owner->toys.end())
    owner->toys.push_back(toy);
  who.toys_known = owner->toys.size();
}

} // namespace

character& create(
    world& state, std::string_view region, const realm& home, std::string name, bool horde,
    std::int64_t now) {
  character who;
  who.region = region;
  who.home = &home;
  who.name = std::move(name);
  who.id = state.next_character_id(static_cast<std::uint64_t>(now));
  who.seed = mix(static_cast<std::uint64_t>(who.id));
  auto classes = playable_classes();
  who.profession = &classes[who.seed % classes.size()];
  auto races = playable_races();
  auto first = std::ranges::find(races, horde, &playable_race::horde);
  who.race = &*first;
  who.level = max_level;
  who.item_level = 600;
  who.modified = now;
  player owner;
  owner.id = 300'000'000 + who.id;
  owner.battletag = who.name + "#1" + std::to_string(who.id % 1000);
  owner.characters.push_back(who.id);
  who.player = state.add(std::move(owner)).id;
  return state.add(std::move(who));
}

void join(world& state, character& who, guild& where, int rank, std::int64_t now) {
  if (who.guild == where.id)
    return;
  leave(state, who, now);
  where.members.push_back(who.id);
  who.guild = who.last_guild = where.id;
  who.rank = std::max(rank, 1);
  touch_membership(where, now);
  show_guild(state, who, now);
  if (rank == 0)
    set_rank(state, who, 0, now);
}

void leave(world& state, character& who, std::int64_t now) {
  auto* home = state.find_guild(who.guild);
  if (home == nullptr)
    return;
  std::erase(home->members, who.id);
  who.guild = 0;
  touch_membership(*home, now);
  show_guild(state, who, now);
}

void set_rank(world& state, character& who, int rank, std::int64_t now) {
  auto* home = state.find_guild(who.guild);
  if (home == nullptr || who.rank == rank)
    return;
  if (rank == 0)
    for (auto id : home->members)
      if (auto& other = *state.find_character(id); other.rank == 0)
        other.rank = 1;
  who.rank = rank;
  touch(home->roster_modified, now);
}

bool rename(world& state, character& who, std::string name, std::int64_t now) {
  if (!state.is_free(who.region, who.home->slug, lower(name)))
    return false;
  state.address(who, *who.home, std::move(name));
  touch(who.modified, now);
  touch_roster(state, who, now);
  return true;
}

bool swap_names(world& state, character& a, character& b, std::int64_t now) {
  auto fits = [&](const character& who, const std::string& key) {
    const auto* there = state.find(who.region, who.home->slug, key);
    return there == nullptr || there == &a || there == &b;
  };
  if (!fits(a, b.key) || !fits(b, a.key))
    return false;
  auto name_of_a = a.name;
  auto name_of_b = b.name;
  state.unaddress(a);
  state.unaddress(b);
  state.address(a, *a.home, std::move(name_of_b));
  state.address(b, *b.home, std::move(name_of_a));
  for (auto* who : {&a, &b}) {
    touch(who->modified, now);
    touch_roster(state, *who, now);
  }
  return true;
}

void remove(world& state, character& who, bool keep_in_roster, std::int64_t now) {
  who.available = false;
  disown(state, who);
  if (keep_in_roster) {
    std::array<char, 8> suffix{};
    std::snprintf(
        suffix.data(), suffix.size(), "%06X", static_cast<unsigned>(who.id & 0xff'ffff));
    state.address(who, *who.home, who.name + suffix.data());
    touch_roster(state, who, now);
    return;
  }
  leave(state, who, now);
  state.unaddress(who);
}

character*
transfer(world& state, character& who, const realm& to, bool keep_id, std::int64_t now) {
  if (!state.is_free(who.region, to.slug, who.key))
    return nullptr;
  if (keep_id) {
    leave(state, who, now);
    state.address(who, to, who.name);
    touch(who.modified, now);
    return &who;
  }
  auto moved = who;
  remove(state, who, false, now);
  moved.id = state.next_character_id(moved.seed);
  moved.home = &to;
  moved.guild = moved.shown_guild = 0;
  touch(moved.modified, now);
  if (auto* owner = state.find_player(moved.player))
    owner->characters.push_back(moved.id);
  return &state.add(std::move(moved));
}

void log_out(world& state, character& who, std::int64_t now) {
  ++who.visits;
  touch(who.modified, now);
  who.shown_guild = who.guild;
  who.item_level += static_cast<int>(mix(who.seed, who.visits) % 3);
  learn_toys(state, who);
  if (who.level < max_level) {
    ++who.level;
    touch_roster(state, who, now);
  }
}

void leave_line(guild& which, const character* who, std::int64_t now_ms) {
  constexpr std::size_t shown = 100;
  which.activity.push_front({now_ms, who != nullptr ? who->id : 0});
  if (which.activity.size() > shown)
    which.activity.pop_back();
  touch(which.activity_modified, now_ms / 1000);
}

bool rename(world& state, guild& which, std::string name, std::int64_t now) {
  if (state.find_guild(which.region, which.home->slug, guild_slug(name)) != nullptr)
    return false;
  state.readdress(which, *which.home, std::move(name));
  touch_membership(which, now);
  return true;
}

bool move(world& state, guild& which, const realm& to, std::int64_t now) {
  if (state.find_guild(which.region, to.slug, which.slug) != nullptr)
    return false;
  state.readdress(which, to, which.name);
  touch_membership(which, now);
  return true;
}

void disband(world& state, guild& which, std::int64_t now) {
  const auto members = which.members; // leaving changes the list
  for (auto id : members)
    leave(state, *state.find_character(id), now);
  state.unaddress(which);
}

guild& found_again(world& state, guild& old, character& founder, std::int64_t now) {
  guild made = old;
  disband(state, old, now);
  made.id = old.id + 1'000'000'000;
  made.members.clear();
  made.activity.clear();
  made.created_ms = now * 1000;
  auto& stored = state.add(std::move(made));
  join(state, founder, stored, 0, now);
  return stored;
}

character& make_anew(world& state, character& who, std::int64_t now) {
  auto anew = who;
  auto* home = state.find_guild(who.guild);
  remove(state, who, false, now);
  anew.id = state.next_character_id(anew.seed);
  anew.guild = anew.shown_guild = 0;
  touch(anew.modified, now);
  if (auto* owner = state.find_player(anew.player))
    owner->characters.push_back(anew.id);
  auto& stored = state.add(std::move(anew));
  if (home != nullptr)
    join(state, stored, *home, who.rank, now);
  return stored;
}

} // namespace guildhall::sim
