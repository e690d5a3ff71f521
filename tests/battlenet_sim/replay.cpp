#include "battlenet_sim/replay.hpp"

#include <boost/json/parse.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

namespace guildhall::sim {

namespace {

/// What the recordings hold beside the body: the headers as received. The path is in the body
/// (`_links.self.href`).
struct recording {
  std::string_view file;
  std::string_view schema;
  std::string_view last_modified;
  std::string_view cache_control;
};

constexpr std::string_view three_hours = "public, max-age=10800";
constexpr std::string_view one_day = "public, max-age=86400";
constexpr std::string_view half_hour = "public, max-age=1800";

constexpr std::array recordings{
    recording{"wow_guild.json", "guild", "Fri, 20 Dec 2019 15:41:37 GMT", three_hours},
    recording{
        "wow_guild_roster.json", "guild-roster", "Fri, 20 Dec 2019 15:41:37 GMT", three_hours},
    recording{"wow_character.json", "character", "Sun, 22 Dec 2019 09:05:19 GMT", ""},
    recording{"wow_character_cyrillic.json", "character", "Sun, 22 Dec 2019 16:36:29 GMT", ""},
    recording{
        "wow_character_status.json", "character-status", "Sun, 22 Dec 2019 09:05:19 GMT", ""},
    recording{
        "wow_character_equipment.json", "character-equipment", "Sun, 22 Dec 2019 09:05:20 GMT",
        ""},
    recording{
        "wow_character_keystones.json", "character-mythic-keystone-profile",
        "Sun, 22 Dec 2019 09:05:19 GMT", ""},
    recording{
        "wow_character_keystones_no_best_runs.json", "character-mythic-keystone-profile",
        "Sun, 22 Dec 2019 16:36:29 GMT", ""},
    recording{
        "wow_character_season_keystones.json", "character-mythic-keystone-season",
        "Sun, 22 Dec 2019 09:05:19 GMT", ""},
    recording{
        "wow_character_professions.json", "character-professions",
        "Mon, 8 Jun 2020 11:30:19 GMT", ""},
    recording{"wow_realm_all.json", "index", "Wed, 30 Sep 2020 01:07:24 GMT", one_day},
    recording{"wow_connected_realm.json", "connected-realm", "", ""},
    recording{"wow_playable_class_all.json", "index", "Wed, 18 Dec 2019 02:19:56 GMT", one_day},
    recording{"wow_playable_race_all.json", "index", "Wed, 18 Dec 2019 02:19:56 GMT", one_day},
    recording{
        "wow_mythic_keystone_period.json", "period", "Wed, 18 Dec 2019 07:00:05 GMT",
        half_hour},
    recording{
        "wow_mythic_keystone_period_all.json", "index", "Wed, 18 Dec 2019 07:00:05 GMT",
        half_hour},
    // The other client kept no headers.
    recording{"AccountProfileSummaryResponse.json", "account-profile", "", ""},
    recording{"CharacterCollectionsIndexResponse.json", "character-collections", "", ""},
    recording{"CharacterEquipmentSummaryResponse.json", "character-equipment", "", ""},
    recording{
        "CharacterMythicKeystoneProfileIndexResponse.json", "character-mythic-keystone-profile",
        "", ""},
    recording{"CharacterProfessionsSummaryResponse.json", "character-professions", "", ""},
    recording{"CharacterProfileStatusResponse.json", "character-status", "", ""},
    recording{"CharacterProfileSummaryResponse.json", "character", "", ""},
    recording{"GuildResponse.json", "guild", "", ""},
    recording{"GuildRosterResponse.json", "guild-roster", "", ""},
    recording{"ProtectedCharacterProfileSummaryResponse.json", "protected-character", "", ""},
    recording{"RealmIndexResponse.json", "index", "", ""},
};

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

struct address {
  std::string path; ///< decoded
  std::string name_space;
};

/// `https://host/path/?namespace=static-1.2.3_4-eu` -> `/path/index`, `static-eu`.
address address_of(const std::string& text) {
  std::string href(
      boost::json::parse(text).at("_links").at("self").at("href").as_string().c_str());
  auto host_end = href.find('/', href.find("//") + 2);
  auto question = href.find('?');
  auto path = percent_decode(href.substr(host_end, question - host_end)).value_or("");
  if (path.ends_with('/'))
    path += "index";
  auto name_space = parse_form(href.substr(question + 1))["namespace"];
  auto first = name_space.find('-');
  auto last = name_space.rfind('-');
  return {std::move(path), name_space.substr(0, first) + name_space.substr(last)};
}

} // namespace

replay_table replay_table::load(const std::string& folder) {
  replay_table table;
  if (folder.empty())
    return table;
  for (const auto* part : {"", "/rbattlenet", "/argentpony"})
    table.add_folder(folder + part);
  if (!table.is_loaded())
    throw std::runtime_error("no recorded bodies in " + folder);
  return table;
}

void replay_table::add_folder(const std::string& folder) {
  for (const auto& one : recordings) {
    auto text = read_file(std::filesystem::path(folder) / one.file);
    if (!text)
      continue;
    auto [path, name_space] = address_of(*text);
    answer result;
    result.content = body(std::move(*text));
    result.last_modified = one.last_modified;
    result.cache_control = one.cache_control;
    result.schema = one.schema;
    result.schema_revision = "18";
    result.name_space = name_space;
    answers_.insert_or_assign(name_space + path, std::move(result));
  }
}

answer replay_table::find(
    const std::string& path, std::string_view name_space,
    const std::string& if_modified_since) const {
  auto i = answers_.find(std::string(name_space) + path);
  if (i == answers_.end()) {
    auto result = error_answer(404);
    result.name_space = name_space;
    return result;
  }
  auto known = parse_http_date(if_modified_since);
  auto modified = parse_http_date(i->second.last_modified);
  if (!known || !modified || *modified > *known)
    return i->second;
  auto unchanged = i->second;
  unchanged.status = 304;
  unchanged.content = body();
  return unchanged;
}

} // namespace guildhall::sim
