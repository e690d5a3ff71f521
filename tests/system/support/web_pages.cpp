#include "tests/system/support/web_pages.hpp"

#include "tests/system/support/web_fields.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cctype>
#include <regex>
#include <stdexcept>

namespace guildhall::system_test {

namespace {

namespace json = boost::json;

std::string path_of(const std::string& before, std::int64_t id, const std::string& after = {}) {
  return before + std::to_string(id) + after;
}

/// Text that the page turns into upper or lower case, which breaks on null.
template <class Change>
std::string changed(std::string text, Change change) {
  std::ranges::transform(
      text, text.begin(), [&](unsigned char c) { return static_cast<char>(change(c)); });
  return text;
}

/// The page formats it, which breaks on a date that is none.
std::string time_field(const json::value& of, std::string_view name) {
  static const std::regex iso{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"};
  auto found = text_field(of, name);
  if (!std::regex_match(found, iso))
    fail_for(of, name, "a time");
  return found;
}

/// A raw call whose failure the page shows.
reply must_succeed(
    web_client& by, const std::string& method, const std::string& path,
    const json::value& body = nullptr) {
  auto answer = by.call(method, path, body);
  if (answer.status < 200 || answer.status > 299)
    throw std::runtime_error(
        method + ' ' + path + ": " + std::to_string(answer.status) + ' ' + shown_error(answer));
  return answer;
}

activity_line activity_of(const json::value& one) {
  return {
      text_field(one, "character_name"), number_field(one, "level"),
      text_field(one, "class_name")};
}

profession_line profession_of(const json::value& one) {
  const auto& profession = field(one, "profession");
  return {
      number_field(profession, "id"), text_field(profession, "name"),
      number_field(one, "skill_points"), number_field(one, "max_skill_points")};
}

member_card card_of(const json::value& one) {
  const auto& character = field(one, "character");
  member_card out{
      .character_id = number_field(one, "character_id"),
      .rank = number_field(one, "rank"),
      .classification = text_field(one, "classification"),
      .main_id = number_or_null(one, "mainCharacterId"),
      .name = text_field(character, "name"),
      .level = number_field(character, "level"),
      .class_name = text_field(character, "class")};
  if (const auto& profile = field(character, "profile_json"); !profile.is_null()) {
    out.item_level = decimal_field(profile, "equipped_item_level");
    decimal_field(profile, "average_item_level");
    text_field(field(profile, "character_class"), "name");
    if (const auto& spec = field(profile, "active_spec"); !spec.is_null())
      out.spec = text_field(spec, "name");
  }
  if (const auto& mythic = field(character, "mythic_profile_json"); !mythic.is_null())
    out.rating = decimal_field(field(mythic, "current_mythic_rating"), "rating");
  if (!field(character, "professions_json").is_null())
    for (const auto& profession : list_field(character, "professions_json"))
      out.professions.push_back(profession_of(profession));
  return out;
}

event_line event_of(const json::value& one) {
  return {
      number_field(one, "id"), text_field(one, "title"), text_field(one, "event_type"),
      time_field(one, "start_time"), time_field(one, "end_time")};
}

json::object body_of(const event_form& form) {
  return {{"title", form.title},           {"description", form.description},
          {"event_type", form.event_type}, {"start_time", form.start_time},
          {"end_time", form.end_time},     {"max_participants", form.max_participants},
          {"guild_id", form.guild_id}};
}

/// The form's field prints UTC to the minute.
std::string clock_text(const std::string& time) {
  return time.substr(0, std::string_view{"2026-07-01T19:30"}.size());
}

} // namespace

std::vector<guild_card> dashboard(web_client& by) {
  std::vector<guild_card> out;
  for (const auto& one : elements(by.data("/guilds/user"))) {
    const auto& shown = field(one, "guild_data_json");
    out.push_back(
        {number_field(one, "id"), text_field(one, "realm"), text_field(one, "name"),
         text_field(shown, "name"), number_field(shown, "member_count"),
         flag_field(one, "is_guild_master")});
  }
  return out;
}

guild_page open_guild(web_client& by, std::int64_t guild) {
  const auto found = by.data(path_of("/guilds/id/", guild));
  return {
      number_field(found, "id"), text_field(found, "name"), text_field(found, "realm"),
      changed(text_field(found, "region"), ::toupper), number_or_null(found, "leader_id")};
}

bool shows_manage_links(const web_client& to, const guild_page& of) {
  return to.me && of.leader_id && *of.leader_id == to.me->id;
}

std::vector<member_line> members(web_client& by, std::int64_t guild) {
  std::vector<member_line> out;
  for (const auto& one : elements(by.data(path_of("/guilds/", guild, "/members")))) {
    const auto role = changed(text_or_empty(one, "character_role"), ::tolower);
    const auto is_known = role == "dps" || role == "healer" || role == "tank";
    out.push_back(
        {number_field(one, "id"), number_field(one, "character_id"),
         text_field(one, "character_name"), text_field(one, "character_class"),
         is_known ? role : "unknown"});
  }
  return out;
}

std::map<std::string, int> general_tab::by_role() const {
  std::map<std::string, int> out;
  for (const auto& one : members)
    ++out[one.role];
  return out;
}

std::map<std::string, int> general_tab::by_class() const {
  std::map<std::string, int> out;
  for (const auto& one : members)
    ++out[one.class_name];
  return out;
}

general_tab open_general(web_client& by, std::int64_t guild) {
  general_tab out{.members = members(by, guild)};
  const auto activity = by.data(path_of("/guilds/", guild, "/member-activity"));
  for (const auto& one : list_field(activity, "newMembers"))
    out.joined.push_back(activity_of(one));
  for (const auto& one : list_field(activity, "leftMembers"))
    out.left.push_back(activity_of(one));
  return out;
}

std::vector<member_card>
members_tab::mains(const std::string& class_name, std::optional<std::int64_t> rank) const {
  std::vector<member_card> out;
  std::ranges::copy_if(cards, std::back_inserter(out), [&](const member_card& one) {
    return one.classification == "Main" && (class_name.empty() || one.class_name == class_name)
        && (!rank || one.rank == *rank);
  });
  return out;
}

int members_tab::alts_of(std::int64_t main) const {
  return static_cast<int>(std::ranges::count_if(cards, [&](const member_card& one) {
    return one.classification == "Alt" && one.main_id == main;
  }));
}

const member_card& members_tab::card(const std::string& name) const {
  const auto found = std::ranges::find(cards, name, &member_card::name);
  if (found == cards.end())
    throw std::runtime_error("no card of " + name);
  return *found;
}

members_tab open_members(web_client& by, std::int64_t guild) {
  members_tab out;
  for (const auto& one : elements(by.data(path_of("/guilds/", guild, "/classified-roster"))))
    out.cards.push_back(card_of(one));
  for (const auto& one : elements(by.data(path_of("/guilds/", guild, "/ranks"))))
    out.ranks.emplace(number_field(one, "rank_id"), text_field(one, "rank_name"));
  return out;
}

std::vector<rank_line> rank_structure(web_client& by, std::int64_t guild) {
  std::vector<rank_line> out;
  for (const auto& one : elements(by.data(path_of("/guilds/", guild, "/rank-structure"))))
    out.push_back(
        {number_field(one, "rank_id"), text_field(one, "rank_name"),
         flag_field(one, "is_custom"), number_field(one, "member_count")});
  return out;
}

void rename_rank(
    web_client& by, std::int64_t guild, std::int64_t rank, const std::string& name) {
  by.data(
      "PUT", path_of(path_of("/guilds/", guild, "/ranks/"), rank),
      json::object{{"rank_name", name}});
}

std::vector<roster_line> rosters(web_client& by, std::int64_t guild) {
  const auto answer = must_succeed(by, "GET", path_of("/guilds/", guild, "/rosters"));
  std::vector<roster_line> out;
  for (const auto& one : list_field(answer.json(), "data"))
    out.push_back({number_field(one, "id"), text_field(one, "name")});
  return out;
}

roster_line add_roster(web_client& by, std::int64_t guild, const std::string& name) {
  const auto answer = must_succeed(
      by, "POST", path_of("/guilds/", guild, "/rosters"), json::object{{"name", name}});
  const auto whole = answer.json();
  return {number_field(whole, "id"), text_field(whole, "name")};
}

std::vector<roster_member> roster_members(web_client& by, std::int64_t roster) {
  const auto answer = must_succeed(by, "GET", path_of("/rosters/", roster));
  std::vector<roster_member> out;
  for (const auto& one : list_field(field(answer.json(), "data"), "members"))
    out.push_back(
        {number_field(one, "characterId"), text_field(one, "name"), text_field(one, "rank"),
         text_field(one, "class")});
  return out;
}

std::vector<roster_member>
add_to_roster(web_client& by, std::int64_t roster, const json::array& additions) {
  must_succeed(
      by, "POST", path_of("/rosters/", roster, "/members"),
      json::object{{"additions", additions}});
  return roster_members(by, roster);
}

std::vector<event_line> calendar(web_client& by, std::int64_t guild) {
  std::vector<event_line> out;
  for (const auto& one : elements(by.data(path_of("/events/guild/", guild))))
    out.push_back(event_of(one));
  return out;
}

std::int64_t add_event(web_client& by, const event_form& form) {
  return number_field(by.data("POST", "/events", body_of(form)), "id");
}

event_page open_event(web_client& by, std::int64_t event) {
  const auto found = by.data(path_of("/events/", event));
  return {
      event_of(found), text_field(found, "description"), number_field(found, "created_by"),
      number_field(found, "guild_id"), number_field(found, "max_participants")};
}

event_form edit_form(web_client& by, std::int64_t event) {
  const auto found = open_event(by, event);
  if (!by.me || found.created_by != by.me->id)
    throw std::runtime_error("the edit page sends everybody but the creator away");
  return {
      found.guild_id,
      found.line.title,
      found.description,
      found.line.event_type,
      clock_text(found.line.start_time),
      clock_text(found.line.end_time),
      found.max_participants};
}

void save_event(web_client& by, std::int64_t event, const event_form& form) {
  by.data("PUT", path_of("/events/", event), body_of(form));
}

std::vector<sign_up_line> sign_ups(web_client& by, std::int64_t event) {
  std::vector<sign_up_line> out;
  for (const auto& one : elements(by.data(path_of("/events/", event, "/subscribers"))))
    out.push_back(
        {number_field(one, "id"), number_field(one, "user_id"),
         number_field(one, "character_id"), text_field(one, "status"),
         text_field(one, "battletag"), text_field(one, "character_name"),
         text_field(one, "character_class"), text_or_empty(one, "character_role")});
  return out;
}

std::vector<sign_up_line> answer_event(
    web_client& by, const std::string& method, std::int64_t event, const std::string& status,
    std::int64_t character) {
  by.data(
      method, path_of("/events/", event, "/subscribe"),
      json::object{{"status", status}, {"character_id", character}});
  return sign_ups(by, event);
}

std::vector<own_character> own_characters(web_client& by) {
  std::vector<own_character> out;
  for (const auto& one : elements(by.data("/characters")))
    out.push_back(
        {number_field(one, "id"), text_field(one, "name"), number_field(one, "level"),
         text_field(one, "class"), text_field(one, "role"), flag_field(one, "is_main")});
  return out;
}

std::string link_discord(web_client& by, const std::string& token) {
  const auto answer = by.call("GET", "/auth/discord-link?token=" + token);
  if (answer.status != 200)
    return shown_error(answer);
  const auto parsed = answer.json();
  const auto* data = parsed.as_object().if_contains("data");
  return data ? text_field(*data, "message") : "Your Discord account has been linked.";
}

} // namespace guildhall::system_test
