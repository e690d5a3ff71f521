#include "domain/activity.hpp"

#include "core/text.hpp"
#include "domain/document_kinds.hpp"
#include "domain/json_reader.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <tuple>

namespace guildhall::domain {

namespace {

/// Whoever was not seen for longer is looked at anyway.
constexpr std::chrono::days told_for{7};
/// A moment ahead of us by less is our clock's mistake.
constexpr std::chrono::minutes clocks_may_differ{5};

/// By its ids, or by its address where one of them is missing.
activity_hint character_of(json_reader& in) {
  activity_hint who;
  who.bnet_id = bnet_character_id{in.optional_integer("id", 1).value_or(0)};
  in.optional_object("realm", [&] {
    who.realm_id = guildhall::realm_id{in.optional_integer("id", 1).value_or(0)};
    who.realm = canonical_slug(in.short_text("slug", longest_label)).value_or("");
  });
  who.name_key = text::name_key(in.short_text("name", longest_name));
  if (who.bnet_id.value != 0 && who.realm_id.value != 0) {
    who.realm.clear();
    who.name_key.clear();
    return who;
  }
  who.bnet_id = {};
  who.realm_id = {};
  if (who.realm.empty() || who.name_key.empty())
    in.reject("id", "nothing says who it is");
  return who;
}

/// Nothing of a line whose time is unknown, long ago or still to come.
std::optional<time_point> moment_of(json_reader& in, time_point now) {
  const auto at = in.optional_moment("timestamp", now);
  if (!at)
    in.reject("timestamp", "no moment");
  else if (*at <= now + clocks_may_differ && *at > now - told_for)
    return std::chrono::floor<std::chrono::seconds>(*at);
  return std::nullopt;
}

using newest_of_each =
    std::map<std::tuple<std::int64_t, std::int64_t, std::string, std::string>, activity_hint>;

void read_line(
    json_reader& in, time_point now, newest_of_each& hints, std::vector<time_point>& raids) {
  const auto at = moment_of(in, now);
  if (!at)
    return;
  if (in.has("encounter_completed")) {
    in.object("encounter_completed", [] {});
    if (!in.failed())
      raids.push_back(*at);
    return;
  }
  if (!in.has("character_achievement"))
    return;
  activity_hint who;
  in.object("character_achievement", [&] {
    in.object("character", [&] { who = character_of(in); });
  });
  if (in.failed())
    return;
  who.said = *at;
  auto& newest = hints[{who.realm_id.value, who.bnet_id.value, who.realm, who.name_key}];
  if (newest.said < who.said)
    newest = std::move(who);
}

} // namespace

result<activity_view> parse_activity(std::string_view body, const reading& as) {
  json_reader in{body};
  prove(in, claim_of(document::activity), as);
  activity_view activity;
  in.optional_object("guild", [&] {
    const auto id = in.optional_integer("id", 1);
    in.optional_object("realm", [&] {
      if (const auto realm = in.optional_integer("id", 1); id && realm)
        activity.guild.emplace(guildhall::realm_id{*realm}, bnet_guild_id{*id});
    });
  });
  newest_of_each hints;
  std::size_t lines = 0;
  in.optional_each("activities", [&] {
    if (lines++ < most_activities)
      read_line(in, as.now, hints, activity.raid_moments);
  });
  for (auto& [who, hint] : hints)
    activity.hints.push_back(std::move(hint));
  activity.left_out = in.left_out();
  return in.finish(std::move(activity));
}

} // namespace guildhall::domain
