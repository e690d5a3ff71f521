#pragma once

#include "tests/system/support/web_client.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The web client's pages: which calls each makes in which order, what it reads of the answers,
/// and what it writes. What makes a page break throws here.
namespace guildhall::system_test {

struct guild_card {
  std::int64_t id{0};
  std::string realm;
  std::string name;
  std::string title; ///< guild_data_json.name
  std::int64_t member_count{0};
  bool is_guild_master{false};
};
std::vector<guild_card> dashboard(web_client& by);

struct guild_page {
  std::int64_t id{0};
  std::string name;
  std::string realm;
  std::string region; ///< upper case
  std::optional<std::int64_t> leader_id;
};
guild_page open_guild(web_client& by, std::int64_t guild);
/// The page's own rule for who sees the links of the guild master.
bool shows_manage_links(const web_client& to, const guild_page& of);

struct member_line {
  std::int64_t id{0};
  std::int64_t character_id{0};
  std::string name;
  std::string class_name;
  std::string role; ///< dps, healer, tank, unknown
};
std::vector<member_line> members(web_client& by, std::int64_t guild);

struct activity_line {
  std::string name;
  std::int64_t level{0};
  std::string class_name;
};
struct general_tab {
  std::vector<member_line> members;
  std::vector<activity_line> joined{};
  std::vector<activity_line> left{};

  /// The counts that the tab shows.
  std::map<std::string, int> by_role() const;
  std::map<std::string, int> by_class() const;
};
general_tab open_general(web_client& by, std::int64_t guild);

struct profession_line {
  std::int64_t id{0};
  std::string name;
  std::int64_t points{0};
  std::int64_t max_points{0};
};
struct member_card {
  std::int64_t character_id{0};
  std::int64_t rank{0};
  std::string classification;
  std::optional<std::int64_t> main_id;
  std::string name;
  std::int64_t level{0};
  std::string class_name;
  // of characters whose documents are there
  std::optional<double> item_level{};
  std::optional<std::string> spec{};
  std::optional<double> rating{};
  std::vector<profession_line> professions{};
};
struct members_tab {
  std::vector<member_card> cards;
  std::map<std::int64_t, std::string> ranks;

  /// What the tab lists: mains, by class and rank if asked for.
  std::vector<member_card>
  mains(const std::string& class_name = {}, std::optional<std::int64_t> rank = {}) const;
  int alts_of(std::int64_t main) const;
  const member_card& card(const std::string& name) const;
};
members_tab open_members(web_client& by, std::int64_t guild);

struct rank_line {
  std::int64_t rank_id{0};
  std::string name;
  bool is_custom{false};
  std::int64_t member_count{0};
};
std::vector<rank_line> rank_structure(web_client& by, std::int64_t guild);
void rename_rank(
    web_client& by, std::int64_t guild, std::int64_t rank, const std::string& name);

struct roster_line {
  std::int64_t id{0};
  std::string name;
};
struct roster_member {
  std::int64_t character_id{0};
  std::string name;
  std::string rank;
  std::string class_name;
};
std::vector<roster_line> rosters(web_client& by, std::int64_t guild);
/// What the page selects: it takes the whole answer for the roster.
roster_line add_roster(web_client& by, std::int64_t guild, const std::string& name);
std::vector<roster_member> roster_members(web_client& by, std::int64_t roster);
/// Adds and looks again.
std::vector<roster_member>
add_to_roster(web_client& by, std::int64_t roster, const boost::json::array& additions);

struct event_line {
  std::int64_t id{0};
  std::string title;
  std::string event_type;
  std::string start_time;
  std::string end_time;
};
struct event_page {
  event_line line;
  std::string description;
  std::int64_t created_by{0};
  std::int64_t guild_id{0};
  std::int64_t max_participants{0};
};
struct sign_up_line {
  std::int64_t id{0};
  std::int64_t user_id{0};
  std::int64_t character_id{0};
  std::string status;
  std::string battletag;
  std::string character_name;
  std::string character_class;
  std::string character_role;
};
/// The fields of the form as a person sees them.
struct event_form {
  std::int64_t guild_id{0};
  std::string title;
  std::string description;
  std::string event_type;
  std::string start_time; ///< "2026-07-01T19:30"
  std::string end_time;
  std::int64_t max_participants{0};
};
std::vector<event_line> calendar(web_client& by, std::int64_t guild);
std::int64_t add_event(web_client& by, const event_form& form);
event_page open_event(web_client& by, std::int64_t event);
/// The edit page's form, filled. Throws where the page would send the person away.
event_form edit_form(web_client& by, std::int64_t event);
void save_event(web_client& by, std::int64_t event, const event_form& form);
std::vector<sign_up_line> sign_ups(web_client& by, std::int64_t event);
/// `method` POST to join, PUT to change; then looks again.
std::vector<sign_up_line> answer_event(
    web_client& by, const std::string& method, std::int64_t event, const std::string& status,
    std::int64_t character);

struct own_character {
  std::int64_t id{0};
  std::string name;
  std::int64_t level{0};
  std::string class_name;
  std::string role;
  bool is_main{false};
};
std::vector<own_character> own_characters(web_client& by);

/// What the page /link-discord shows.
std::string link_discord(web_client& by, const std::string& token);

} // namespace guildhall::system_test
