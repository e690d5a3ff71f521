#include "battlenet_sim/world.hpp"

#include "battlenet_sim/text.hpp"

#include <iterator>
#include <utility>

namespace guildhall::sim {

namespace {

// Keystone period 682 began on 23 January 2019, 07:00 UTC, in Europe; 16 hours before in
// America.
constexpr int reference_period = 682;
constexpr std::int64_t reference_start_ms = 1'548'226'800'000;
constexpr std::int64_t week_ms = 7 * 24 * 3'600'000LL;
constexpr std::int64_t us_ahead_ms = 16 * 3'600'000LL;

template <class Map, class Key>
auto find_or_null(Map& map, const Key& key) {
  auto i = map.find(key);
  return i == map.end() ? nullptr : i->second;
}

} // namespace

week_calendar::week_calendar(std::string_view region)
    : offset_ms_(reference_start_ms - (region == "us" ? us_ahead_ms : 0)) {}

std::int64_t week_calendar::start_ms(int period) const {
  auto start = offset_ms_ + (period - reference_period) * week_ms;
  auto after = early_ms_.upper_bound(period);
  return after == early_ms_.begin() ? start : start - std::prev(after)->second;
}

int week_calendar::current(std::int64_t now_ms) const {
  auto early = early_ms_.empty() ? 0 : early_ms_.rbegin()->second;
  auto elapsed = now_ms + early - offset_ms_;
  return reference_period + static_cast<int>(elapsed / week_ms);
}

void week_calendar::begin_next(std::int64_t now_ms) {
  auto next = current(now_ms) + 1;
  auto early = early_ms_.empty() ? 0 : early_ms_.rbegin()->second;
  early_ms_[next] = early + start_ms(next) - now_ms;
}

world::world() {
  for (auto region : regions())
    weeks_.emplace(region, week_calendar(region));
}

std::string
world::address_of(std::string_view region, std::string_view realm_slug, std::string_view key) {
  std::string address;
  address.reserve(region.size() + realm_slug.size() + key.size() + 2);
  address.append(region).append("/").append(realm_slug).append("/").append(key);
  return address;
}

character& world::add(character value) {
  auto& stored = characters_.emplace_back(std::move(value));
  character_by_id_[stored.id] = &stored;
  address(stored, *stored.home, stored.name);
  return stored;
}

guild& world::add(guild value) {
  auto& stored = guilds_.emplace_back(std::move(value));
  guild_by_id_[stored.id] = &stored;
  readdress(stored, *stored.home, stored.name);
  return stored;
}

player& world::add(player value) {
  auto& stored = players_.emplace_back(std::move(value));
  player_by_id_[stored.id] = &stored;
  return stored;
}

std::int64_t world::next_character_id(std::uint64_t seed) {
  last_character_id_ += 1 + static_cast<std::int64_t>(mix(seed, last_character_id_) % 9'000);
  return last_character_id_;
}

const character*
world::find(std::string_view region, std::string_view realm_slug, std::string_view key) const {
  return find_or_null(character_by_address_, address_of(region, realm_slug, key));
}

const guild* world::find_guild(
    std::string_view region, std::string_view realm_slug, std::string_view slug) const {
  return find_or_null(guild_by_address_, address_of(region, realm_slug, slug));
}

character* world::find_character(std::int64_t id) {
  return find_or_null(character_by_id_, id);
}

const character* world::find_character(std::int64_t id) const {
  return find_or_null(character_by_id_, id);
}

guild* world::find_guild(std::int64_t id) {
  return find_or_null(guild_by_id_, id);
}

const guild* world::find_guild(std::int64_t id) const {
  return find_or_null(guild_by_id_, id);
}

player* world::find_player(std::int64_t id) {
  return find_or_null(player_by_id_, id);
}

const player* world::find_player(std::int64_t id) const {
  return find_or_null(player_by_id_, id);
}

bool world::is_free(
    std::string_view region, std::string_view realm_slug, std::string_view key) const {
  return find(region, realm_slug, key) == nullptr;
}

void world::address(character& who, const realm& home, std::string name) {
  unaddress(who);
  who.home = &home;
  who.name = std::move(name);
  who.key = lower(who.name);
  character_by_address_[address_of(who.region, home.slug, who.key)] = &who;
}

void world::unaddress(const character& who) {
  auto i = character_by_address_.find(address_of(who.region, who.home->slug, who.key));
  if (i != character_by_address_.end() && i->second == &who)
    character_by_address_.erase(i);
}

void world::readdress(guild& which, const realm& home, std::string name) {
  unaddress(which);
  which.home = &home;
  which.name = std::move(name);
  which.slug = guild_slug(which.name);
  guild_by_address_[address_of(which.region, which.home->slug, which.slug)] = &which;
}

void world::unaddress(const guild& which) {
  auto i = guild_by_address_.find(address_of(which.region, which.home->slug, which.slug));
  if (i != guild_by_address_.end() && i->second == &which)
    guild_by_address_.erase(i);
}

} // namespace guildhall::sim
