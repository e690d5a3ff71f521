#include "tests/simulation/upstream.hpp"

#include "domain/document_kinds.hpp"
#include "tests/support/scripted_client.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

namespace guildhall::simulation {

using namespace std::chrono_literals;
using test::answer_of;

namespace {

constexpr std::size_t max_characters = 60;

std::string letters(std::int64_t number) {
  std::string name;
  for (; number > 0; number /= 26)
    name.push_back(static_cast<char>('a' + number % 26));
  name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return name;
}

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string path_of(const battlenet::request& what) {
  return what.target.substr(0, what.target.find('?'));
}

} // namespace

upstream::upstream(test::actor_world& world, std::uint64_t seed)
    : world_(world),
      chance_(seed) {}

std::string upstream::http_date(time_point when) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(when - day)};
  std::array<char, 48> text{};
  std::snprintf(
      text.data(), text.size(), "%s, %u %s %d %02d:%02d:%02d GMT",
      days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
      months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  return text.data();
}

// --- the world

time_point upstream::later_than(time_point before) {
  const auto now = std::chrono::floor<std::chrono::seconds>(world_.wall());
  return std::max<time_point>(now, before + 1s);
}

void upstream::touch_roster(std::size_t where) {
  auto& guild = guilds[where];
  guild.roster_modified_at = later_than(guild.roster_modified_at);
  guild.modified_at = later_than(guild.modified_at);
}

std::size_t upstream::add_character(std::size_t where, int rank) {
  character_truth one;
  one.body.id = next_id_++;
  one.body.name = letters(one.body.id);
  one.body.class_id = static_cast<int>(chance_.between(1, 13));
  one.modified_at = later_than({});
  characters.push_back(one);
  join(characters.size() - 1, where, rank);
  return characters.size() - 1;
}

void upstream::join(std::size_t who, std::size_t where, int rank) {
  characters[who].guild = where;
  characters[who].body.rank = rank;
  guilds[where].members.push_back(who);
  touch_roster(where);
}

void upstream::leave(std::size_t who) {
  auto& one = characters[who];
  auto& guild = guilds[*one.guild];
  std::erase(guild.members, who);
  departures.emplace(guild.body.id, one.body.id);
  touch_roster(*one.guild);
  one.guild.reset();
}

void upstream::add_guild(std::size_t members) {
  guild_truth one;
  one.body.id = 70 + static_cast<std::int64_t>(guilds.size());
  one.body.name = "Guild " + letters(one.body.id);
  one.body.slug = lower("guild-" + letters(one.body.id));
  one.tracked_slug = one.body.slug;
  guilds.push_back(one);
  for (std::size_t i = 0; i < members; ++i)
    add_character(guilds.size() - 1, i == 0 ? 0 : static_cast<int>(chance_.between(1, 5)));
}

void upstream::change() {
  const auto where = static_cast<std::size_t>(
      chance_.between(0, static_cast<std::int64_t>(guilds.size()) - 1));
  const auto who = static_cast<std::size_t>(
      chance_.between(0, static_cast<std::int64_t>(characters.size()) - 1));
  auto& one = characters[who];
  const bool leads = one.body.rank == 0;
  const auto rank = static_cast<int>(chance_.between(1, 5));
  switch (chance_.between(0, 9)) {
  case 0:
    if (characters.size() < max_characters)
      add_character(where, rank);
    break;
  case 1:
  case 2:
    if (one.guild && !leads)
      leave(who);
    else if (!one.guild) // comes back, or joins another
      join(who, where, rank);
    break;
  case 3:
    if (one.guild && !leads && *one.guild != where) {
      leave(who);
      join(who, where, rank);
    }
    break;
  case 4:
    if (one.guild && !leads) {
      one.body.rank = rank;
      touch_roster(*one.guild);
    }
    break;
  case 6:
    if (!leads)
      one.exists = false; // deleted: still listed, its profile a 404
    break;
  default: // a login and logout; half of them leave a line
    one.modified_at = later_than(one.modified_at);
    if (one.guild && who % 2 == 0)
      tell_of(one);
  }
}

void upstream::tell_of(const character_truth& who) {
  auto& guild = guilds[*who.guild];
  const std::chrono::milliseconds at{
      std::chrono::floor<std::chrono::milliseconds>(who.modified_at).time_since_epoch()};
  guild.activity.push_back({who.body, at.count()});
  guild.activity_modified_at = later_than(guild.activity_modified_at);
}

void upstream::rename(std::size_t where) {
  auto& guild = guilds[where];
  if (guild.body.slug != guild.tracked_slug)
    return;
  guild.body.name += " Reborn";
  guild.body.slug += "-reborn";
  touch_roster(where);
  for (const auto member : guild.members)
    characters[member].modified_at = later_than(characters[member].modified_at);
}

// --- answers

void upstream::count() {
  const auto now = world_.now();
  ++requests;
  const auto count_in = [now](auto& window, auto length, std::size_t& most) {
    window.push_back(now);
    while (now - window.front() >= length)
      window.pop_front();
    most = std::max(most, window.size());
  };
  count_in(last_second_, 1s, most_per_second);
  count_in(last_hour_, 1h, most_per_hour);
}

battlenet::answer
upstream::document(std::string body, time_point modified_at, const std::string& condition) {
  const auto version = http_date(modified_at);
  return condition == version ? answer_of(304, {}, version)
                              : answer_of(200, std::move(body), version);
}

const upstream::character_truth* upstream::character_at(const std::string& path) const {
  constexpr std::string_view prefix = "/profile/wow/character/stormrage/";
  if (!path.starts_with(prefix))
    return nullptr;
  const auto name = path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size());
  const auto found = std::ranges::find_if(
      characters, [&](const character_truth& one) { return lower(one.body.name) == name; });
  return found == characters.end() ? nullptr : &*found;
}

std::optional<std::size_t> upstream::guild_of(const battlenet::request& what) const {
  const auto path = path_of(what);
  if (const auto* one = character_at(path))
    return one->guild;
  for (std::size_t i = 0; i < guilds.size(); ++i)
    if (path.starts_with("/data/wow/guild/stormrage/" + guilds[i].body.slug))
      return i;
  return std::nullopt;
}

battlenet::answer
upstream::truth(const battlenet::request& what, const std::string& condition) {
  const auto path = path_of(what);
  const auto kind = domain::parse_document(what.kind);
  if (!kind)
    return answer_of(200, R"({"current_period":{"id":1000}})");
  if (domain::kind_of(*kind).of == domain::document_subject::guild) {
    const std::string suffix{domain::kind_of(*kind).path};
    const auto found = std::ranges::find_if(guilds, [&](const guild_truth& one) {
      return path == "/data/wow/guild/stormrage/" + one.body.slug + suffix;
    });
    if (found == guilds.end())
      return answer_of(404);
    if (suffix.empty())
      return document(
          test::guild_body(found->body, found->members.size()), found->modified_at, condition);
    if (*kind == domain::document::activity)
      return document(
          test::activity_body(found->body, found->activity), found->activity_modified_at,
          condition);
    if (std::exchange(found->empty_roster_once, false))
      return answer_of(
          200, test::roster_body(found->body, {}), http_date(found->roster_modified_at));
    std::vector<test::body_member> members;
    for (const auto member : found->members)
      members.push_back(characters[member].body);
    return document(
        test::roster_body(found->body, members), found->roster_modified_at, condition);
  }
  const auto* one = character_at(path);
  if (!one || !one->exists)
    return answer_of(404);
  switch (*kind) {
  case domain::document::profile: {
    std::optional<test::body_guild> in;
    if (one->guild)
      in = guilds[*one->guild].body;
    return document(test::profile_body(one->body, in), one->modified_at, condition);
  }
  case domain::document::status:
    return answer_of(200, test::status_body(one->body.id));
  case domain::document::mythic:
    return answer_of(
        200, test::child_body(one->body, R"("current_mythic_rating":{"rating":2000})"));
  default: {
    const std::string mark{domain::kind_of(*kind).proof.marks[0]};
    return answer_of(
        200, test::child_body(one->body, '"' + mark + R"(":[])"), http_date(one->modified_at));
  }
  }
}

std::pair<battlenet::answer, std::chrono::milliseconds>
upstream::ask(const battlenet::request& what, const std::string& if_modified_since) {
  count();
  for (const char c : what.target + if_modified_since)
    trace = trace * 1'099'511'628'211u + static_cast<unsigned char>(c);
  trace = trace * 31 + static_cast<std::uint64_t>(world_.now().time_since_epoch().count());

  const auto latency = chance_.wait(40, 120);
  if (faults.outage)
    return {answer_of(503), latency};
  if (faults.bad_guild && guild_of(what) == faults.bad_guild)
    return {answer_of(500), latency};
  if (chance_.happens(faults.server_error))
    return {answer_of(502), latency};
  if (chance_.happens(faults.throttled))
    return {answer_of(429), latency};
  if (chance_.happens(faults.reset))
    return {battlenet::no_response("connection reset"), latency};
  if (chance_.happens(faults.hang))
    return {battlenet::no_response("timed out"), 15s};
  if (chance_.happens(faults.unauthorised))
    return {answer_of(401), latency};
  auto answer = truth(what, if_modified_since);
  if (answer.outcome == battlenet::outcome::ok && chance_.happens(faults.truncated))
    answer.body.resize(answer.body.size() / 2);
  return {std::move(answer), latency};
}

void upstream_client::get(
    const battlenet::request& what, std::string, std::string if_modified_since, deadline,
    completion done) {
  if (*cut)
    return;
  if (luck_.happens(crash_))
    throw std::runtime_error("simulated: a bug in a gateway");
  auto [answer, latency] = battlenet_.ask(what, if_modified_since);
  auto held = std::make_shared<std::pair<completion, battlenet::answer>>(
      std::move(done), std::move(answer));
  world_.after(latency, [held, dead = cut] {
    if (!*dead)
      held->first(std::move(held->second));
  });
}

} // namespace guildhall::simulation
