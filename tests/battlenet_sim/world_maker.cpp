#include "battlenet_sim/world_maker.hpp"

#include "battlenet_sim/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace guildhall::sim {

namespace {

constexpr std::int64_t day_s = 86'400;
constexpr int max_level = 80;

constexpr std::array<std::string_view, 24> openings{
    "Ar",  "Bel", "Cor", "Dra", "El",   "Fen", "Gal", "Hal", "Is", "Jor", "Kel", "Lor",
    "Mal", "Nor", "Or",  "Pel", "Quin", "Ras", "Sha", "Tal", "Ul", "Vor", "Wyn", "Zan"};
constexpr std::array<std::string_view, 24> middles{
    "a",  "e",  "i",  "o",   "u",   "ae",  "ia",  "an", "en", "or", "il", "ath",
    "el", "ir", "us", "and", "eth", "ima", "ora", "un", "ak", "is", "om", "ys"};
constexpr std::array<std::string_view, 24> endings{
    "dor", "lia",  "mir",  "nas",  "ric", "sha",  "thas", "vyn", "wen", "zar", "dan",  "bane",
    "ra",  "lith", "nock", "rune", "sin", "tide", "vara", "wyr", "la",  "gar", "dris", "mos"};
constexpr std::array<std::string_view, 10> accented{"í", "ì", "ø", "æ", "ü",
                                                    "é", "ñ", "ö", "ç", "ÿ"};
constexpr std::array<std::string_view, 16> cyrillic_openings{
    "Аль", "Бор", "Вер", "Гро", "Дар", "Ель", "Жар", "Зор",
    "Кра", "Лад", "Мир", "Нар", "Рад", "Све", "Тар", "Яро"};
constexpr std::array<std::string_view, 16> cyrillic_middles{"ве", "го", "да", "ли", "ма", "но",
                                                            "ра", "си", "то", "ви", "ка", "ле",
                                                            "ни", "ро", "та", "зе"};
constexpr std::array<std::string_view, 16> cyrillic_endings{
    "слав", "мир",  "няша", "рик", "вар", "дан", "лия", "тор",
    "гор",  "нара", "вель", "ша",  "йка", "нор", "зар", "дрин"};

constexpr std::array<std::string_view, 24> guild_names{
    "Emberwatch",        "Tidebreakers",     "The Lantern Keepers", "Night Shift",
    "Last Pull",         "Wipe Club",        "Ashes and Oaths",     "Iron Hearth",
    "Gilded Crows",      "Sunday Raiders",   "Quiet Thunder",       "Moonlit Path",
    "Ørn og Ulv",        "Les Veilleurs",    "Sturmwächter",        "Casual Heroes",
    "Two Nights a Week", "Old Friends",      "Frostforge",          "Dawnbringers",
    "Second Pull",       "Feast and Famine", "Level Eighty",        "The Long Road"};
constexpr std::array<std::string_view, 6> cyrillic_guild_names{
    "Ночной Дозор",  "Северный Ветер", "Стражи Рассвета",
    "Вольный Отряд", "Хранители",      "Тихая Гавань"};

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& words, std::uint64_t seed) {
  return words[seed % N];
}

bool chance(std::uint64_t seed, unsigned percent) {
  return seed % 100 < percent;
}

class maker {
public:
  maker(world& state, const options& opts, std::int64_t epoch, std::int64_t now)
      : world_(state),
        seed_(opts.seed),
        epoch_(epoch),
        now_(now) {}

  void make(const guild_spec& spec, std::size_t index) {
    if (known_region(spec.region).empty())
      return;
    auto& made = make_guild(spec, index);
    std::size_t left = spec.members;
    while (left > 0)
      left -= make_player(made, left);
    give_ranks(made);
  }

private:
  std::uint64_t next() {
    return mix(seed_, ++draws_);
  }

  guild& make_guild(const guild_spec& spec, std::size_t index) {
    auto region = known_region(spec.region);
    auto all = realms_of(region);
    const auto& home = all[realms_used_[region]++ * 7 % all.size()];
    guild value;
    value.id = 36'000'000 + static_cast<std::int64_t>(index) * 7'919
             + static_cast<std::int64_t>(next() % 7'000);
    value.region = region;
    value.home = &home;
    value.name = guild_name(home, index);
    value.horde = chance(next(), 50);
    value.created_ms =
        1'226'346'041'000 + static_cast<std::int64_t>(next() % 300'000'000) * 1000;
    value.achievement_points = 500 + static_cast<std::int64_t>(next() % 2'500);
    value.seed = next();
    value.modified = epoch_ - 3'600 - static_cast<std::int64_t>(next() % 7'200);
    value.roster_modified = value.modified;
    return world_.add(std::move(value));
  }

  std::string guild_name(const realm& home, std::size_t index) {
    auto numbered = [](std::string_view name, std::size_t round) {
      return round == 0 ? std::string(name) : std::string(name) + " " + std::string(round, 'I');
    };
    if (home.cyrillic) {
      auto n = cyrillic_guilds_++;
      return numbered(
          cyrillic_guild_names[n % cyrillic_guild_names.size()],
          n / cyrillic_guild_names.size());
    }
    return numbered(guild_names[index % guild_names.size()], index / guild_names.size());
  }

  /// A person with one to six characters in the guild, now and then one outside of it.
  std::size_t make_player(guild& home, std::size_t most) {
    auto& person = world_.add(make_account());
    auto draw = next() % 100;
    std::size_t wanted = draw < 45 ? 1 : draw < 70 ? 2 : draw < 85 ? 3 : draw < 95 ? 4 : 6;
    auto count = std::min(wanted, most);
    for (std::size_t i = 0; i < count; ++i) {
      auto& who = make_character(home, person, i);
      who.guild = who.shown_guild = who.last_guild = home.id;
      home.members.push_back(who.id);
    }
    if (chance(next(), 10))
      make_character(home, person, count);
    return count;
  }

  player make_account() {
    player person;
    person.id = 200'000'000 + static_cast<std::int64_t>(world_.players().size()) * 13 + 1;
    auto name = make_name(next(), false);
    person.battletag = name + "#" + std::to_string(1000 + next() % 9000);
    // A third are new to collecting: so few toys that strangers may own the same ones.
    auto count = chance(next(), 33) ? next() % 20 : 30 + next() % 500;
    std::vector<int> all(toy_pool);
    std::iota(all.begin(), all.end(), 1);
    for (std::size_t i = 0; i < count; ++i)
      std::swap(all[i], all[i + next() % (all.size() - i)]);
    all.resize(count);
    person.toys = std::move(all);
    return person;
  }

  character& make_character(const guild& home, player& owner, std::size_t nth) {
    character who;
    who.region = home.region;
    who.home = chance(next(), 15) ? connected(*home.home, home.region) : home.home;
    who.seed = next();
    who.id = world_.next_character_id(who.seed);
    choose_people(who, home.horde);
    who.female = chance(next(), 45);
    who.player = owner.id;
    who.modified = last_logout(nth);
    who.level = level(nth);
    who.item_level =
        who.level == max_level ? 580 + static_cast<int>(next() % 100) : who.level * 6;
    auto unlearned = std::min<std::size_t>(owner.toys.size(), nth == 0 ? 0 : next() % 3);
    who.toys_known = owner.toys.size() - unlearned;
    who.name = free_name(who);
    auto fate = next() % 100;
    if (fate < 2) {
      std::array<char, 8> suffix{};
      std::snprintf(
          suffix.data(), suffix.size(), "%06X", static_cast<unsigned>(who.id & 0xff'ffff));
      who.name += suffix.data();
      who.available = false;
    } else if (fate < 5 || who.level < 10) {
      who.available = false;
    }
    auto& stored = world_.add(std::move(who));
    owner.characters.push_back(stored.id);
    return stored;
  }

  void choose_people(character& who, bool horde) {
    auto classes = playable_classes();
    who.profession = &classes[next() % classes.size()];
    auto all = playable_races();
    do
      who.race = &all[next() % all.size()];
    while (who.race->horde != horde);
  }

  /// A tenth of the names are taken on purpose from the other realm of the connected pair.
  std::string free_name(const character& who) {
    const auto& other = *connected(*who.home, who.region);
    if (&other != who.home && chance(next(), 10)) {
      auto donor = last_name_[{who.region, other.slug}];
      if (!donor.empty() && world_.is_free(who.region, who.home->slug, lower(donor)))
        return donor;
    }
    auto name = make_name(next(), who.home->cyrillic);
    // The more names are taken, the longer the new ones.
    while (!world_.is_free(who.region, who.home->slug, lower(name)))
      name += who.home->cyrillic ? pick(cyrillic_middles, next()) : pick(middles, next());
    last_name_[{who.region, who.home->slug}] = name;
    return name;
  }

  const realm* connected(const realm& home, std::string_view region) {
    for (const auto& other : realms_of(region))
      if (other.group == home.group && &other != &home)
        return &other;
    // A realm of its own: members from elsewhere all the same, as cross-realm guilds have them.
    auto all = realms_of(region);
    auto next_to = static_cast<std::size_t>(&home - all.data() + 1) % all.size();
    return all[next_to].cyrillic == home.cyrillic ? &all[next_to] : &home;
  }

  std::int64_t last_logout(std::size_t nth) {
    // Mains play often; alts and the long absent fill the roster.
    auto this_week = epoch_ + static_cast<std::int64_t>(next() % (7 * day_s));
    if (chance(next(), nth == 0 ? 40 : 15) && this_week < now_)
      return this_week;
    auto draw = next() % 100;
    std::int64_t days = draw < 15 ? 1 : draw < 40 ? 7 : draw < 60 ? 40 : 700;
    auto span = static_cast<std::uint64_t>(days * day_s * (nth == 0 ? 1 : 2));
    return epoch_ - 60 - static_cast<std::int64_t>(next() % span);
  }

  int level(std::size_t nth) {
    if (chance(next(), nth == 0 ? 85 : 55))
      return max_level;
    return 1 + static_cast<int>(next() % (max_level - 1));
  }

  void give_ranks(guild& home) {
    for (auto id : home.members) {
      auto draw = next() % 100;
      auto& who = *world_.find_character(id);
      who.rank = draw < 2  ? 1
               : draw < 8  ? 2
               : draw < 15 ? 3
               : draw < 32 ? 4
               : draw < 48 ? 5
               : draw < 90 ? 6
               : draw < 96 ? 7
                           : 8;
    }
    // The order of a roster is not by rank: the leader is anywhere.
    for (auto i = home.members.size(); i > 1; --i)
      std::swap(home.members[i - 1], home.members[next() % i]);
    for (auto id : home.members) {
      auto& who = *world_.find_character(id);
      if (who.available && who.level == max_level) {
        who.rank = 0;
        return;
      }
    }
    if (!home.members.empty())
      world_.find_character(home.members.front())->rank = 0;
  }

  world& world_;
  std::uint64_t seed_;
  std::int64_t epoch_;
  std::int64_t now_;
  std::uint64_t draws_ = 0;
  std::size_t cyrillic_guilds_ = 0;
  std::map<std::string_view, std::size_t> realms_used_;
  std::map<std::pair<std::string_view, std::string_view>, std::string> last_name_;
};

} // namespace

std::vector<guild_spec> default_world(const std::string& region) {
  return {
      {region, 1000},
      {region, 200},
      {region, 20},
      {region, 60},
      {region == "us" ? "eu" : "us", 40}};
}

std::string make_name(std::uint64_t seed, bool cyrillic) {
  auto a = mix(seed, 1), b = mix(seed, 2), c = mix(seed, 3);
  std::string name;
  if (cyrillic) {
    name.append(pick(cyrillic_openings, a)).append(pick(cyrillic_middles, b));
    return name.append(pick(cyrillic_endings, c));
  }
  name.append(pick(openings, a));
  name.append(mix(seed, 4) % 10 == 0 ? pick(accented, mix(seed, 5)) : pick(middles, b));
  name.append(pick(endings, c));
  return name;
}

void populate(world& state, const options& opts, std::int64_t epoch, std::int64_t now) {
  maker making(state, opts, epoch, now);
  auto specs = opts.world.empty() ? default_world(opts.region) : opts.world;
  for (std::size_t i = 0; i < specs.size(); ++i)
    making.make(specs[i], i);
}

} // namespace guildhall::sim
