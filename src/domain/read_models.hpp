#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/address.hpp"
#include "domain/document.hpp"
#include "domain/freshness.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the store reads and the REST answers are made of. Plain values. A `json` string holds
/// JSON text as PostgreSQL prints it ("null" never: absent is nullopt) and is spliced into
/// answers as it is.
namespace guildhall::domain {

using json_text = std::string;

/// How much of the stored JSON an answer is to carry.
enum class detail : std::uint8_t { lean, full };

/// Which documents the rows of a page are to carry.
struct wanted_documents {
  bool profile{false};
  bool equipment{false};
  bool mythic{false};
  bool member_data{false};
  bool all_tiers{false}; ///< the professions with all their tiers
};

struct guild_row {
  guild_id id;
  std::optional<bnet_guild_id> bnet_id;
  domain::region region{};
  std::string realm; ///< slug
  std::string realm_name;
  std::string name;
  std::string name_slug;
  std::string faction;
  std::optional<user_id> leader_id;
  std::int64_t member_count{0};
  bool exclude_from_sync{false};
  time_point created_at{};
  time_point updated_at{};
  std::optional<time_point> last_synced_at;
  std::optional<time_point> last_roster_sync;
  /// Always at least name and member_count; the whole document with fields=full or include=.
  json_text guild_data_json;
  std::optional<json_text> roster_json;   ///< only with include=roster_json
  std::vector<document_record> documents; ///< guild, roster
};

struct member_row {
  member_id id;
  guildhall::guild_id guild_id;
  guildhall::character_id character_id;
  std::string character_name;
  std::string character_class; ///< English
  std::string character_role;  ///< Tank, Healer, DPS; empty: not known
  int rank{0};
  bool is_main{false};
  std::optional<guildhall::user_id> user_id;
  std::string realm{};      ///< slug
  std::string realm_name{}; ///< empty: not known
};

/// One member of `members/enhanced` and `classified-roster`: the membership and the character's
/// columns.
struct member_detail {
  member_row member;
  time_point created_at{};
  time_point updated_at{};
  std::optional<time_point> joined_at;
  std::optional<time_point> left_at;
  std::optional<bool> explicit_main; ///< main_overrides, else guild_members.is_main when set
  int consecutive_update_failures{0};
  bool is_available{true};
  // the character
  std::optional<bnet_character_id> bnet_id;
  domain::region region{};
  int class_id{0};
  int level{0};
  std::string spec_name;
  std::optional<double> average_item_level;
  std::optional<double> equipped_item_level;
  std::optional<double> mythic_rating; ///< of the current season
  std::optional<std::int64_t> achievement_points;
  std::optional<time_point> last_login_at;
  std::optional<time_point> character_synced_at;
  std::optional<json_text> professions; ///< as `professions_json` makes it
  std::vector<std::int64_t> toys;       ///< ascending; for grouping, not on pages
  time_point character_created_at{};
  time_point character_updated_at{};
  // only those that were asked for
  std::optional<json_text> profile_json;
  std::optional<json_text> equipment_json;
  std::optional<json_text> mythic_profile_json;
  std::optional<json_text> member_data_json;
};

struct member_activity {
  std::vector<member_detail> joined; ///< joined_at in the last 2 days
  std::vector<member_detail> left;   ///< left_at in the last 2 days
};

struct rank_row {
  std::optional<std::int64_t> id; ///< absent for a rank seen only in the roster
  guildhall::guild_id guild_id;
  int rank_id{0};
  std::string rank_name; ///< default "Guild Master" (0), "Rank N"
  bool is_custom{false};
  bool is_officer{false};
  std::int64_t member_count{0}; ///< counted from open memberships
  std::optional<time_point> created_at;
  std::optional<time_point> updated_at;
  std::int64_t row_version{0}; ///< 0 for a rank seen only in the roster
};

struct character_row {
  character_id id;
  std::optional<bnet_character_id> bnet_id;
  std::optional<guildhall::user_id> user_id;
  std::optional<guildhall::guild_id> guild_id;
  domain::region region{};
  std::string realm;      ///< slug
  std::string realm_name; ///< empty: not known
  std::string name;
  std::string class_name; ///< English; "Unknown"
  int level{0};
  std::string role; ///< Tank, Healer, DPS; empty: not known
  std::string spec_name;
  bool is_main{false};
  bool is_available{true};
  std::optional<double> average_item_level;
  std::optional<double> equipped_item_level;
  std::optional<double> mythic_rating; ///< of the current season
  std::optional<std::int64_t> achievement_points;
  std::optional<time_point> last_login_at;
  time_point created_at{};
  time_point updated_at{};
  std::optional<time_point> last_synced_at;
  std::optional<json_text> professions;
  std::optional<json_text> profile_json;        ///< fields=full
  std::optional<json_text> equipment_json;      ///< fields=full
  std::optional<json_text> mythic_profile_json; ///< fields=full
  std::optional<json_text> optional_documents;  ///< fields=full: column -> what it holds
  std::vector<document_record> documents;       ///< those that answers stand on
};

/// `GET /guilds/:id/freshness`: the volatile times that bodies with an ETag must not hold.
struct guild_freshness {
  guildhall::guild_id guild_id;
  std::vector<document_record> documents; ///< guild, roster
  std::int64_t members{0};                ///< open memberships
  std::int64_t profiles{0};               ///< of them, with a profile
  std::int64_t unavailable{0};            ///< of them, answering 404 or 403
  std::int64_t pending{0};                ///< of them, due or being fetched
  std::int64_t failing{0}; ///< of them, whose last attempt failed for a reason that may pass
  std::optional<time_point> next_due_at;
  std::optional<time_point> oldest_checked_at;
  std::optional<time_point> next_roster_at;
  double price{0}; ///< of a call, by which characters are looked at; 0: not solved yet
  // Of members who played within a week: seconds since their profiles were looked at.
  std::optional<double> mean_age;
  std::optional<double> p90_age;
};

// What operators see.

enum class job_state : std::uint8_t { queued, running, done, failed };
std::string_view to_string(job_state state) noexcept;
std::optional<job_state> parse_job_state(std::string_view text) noexcept;

struct job_row {
  job_id id;
  std::string kind;   ///< track | sync_guild | sync_character
  std::string target; ///< "eu/stormrage/avalerion", "character 17"
  job_state state{};
  std::optional<guildhall::guild_id> guild_id;
  std::optional<guildhall::character_id> character_id;
  std::int64_t total{0}; ///< characters to look at; 0 until the roster is known
  std::int64_t done{0};
  std::int64_t failed{0};
  std::string message; ///< why it failed
  time_point created_at{};
  std::optional<time_point> started_at;
  std::optional<time_point> finished_at;
};

struct tracked_guild_row {
  tracked_guild_id id;
  guild_address address;
  std::optional<guildhall::guild_id> guild_id;
  std::string state; ///< pending | active | not_found | disputed | renamed | gone
  std::optional<time_point> last_synced_at;
  std::optional<time_point> due_at;
  bool running{false};
  std::string last_error;
};

struct sync_overview {
  bool paused{false};
  std::int64_t guilds_due{0};
  std::int64_t guilds_running{0};
  std::int64_t characters_due{0};
  std::int64_t characters_running{0};
  std::int64_t hour_limit{0};
  std::int64_t hour_spent{0}; ///< lent in the last hour over all instances
  double price{0};            ///< of a call (crawling/check_rule.hpp); 0: not solved yet
  double demand{0};           ///< calls an hour that all characters ask for at it
  double supply{0};           ///< calls an hour that there are for them
  std::vector<tracked_guild_row> guilds; ///< at most 200, those that fail first
  struct error_line {
    std::string entity;
    std::string document;
    std::string error_class;
    std::string detail;
    time_point at{};
  };
  std::vector<error_line> last_errors; ///< at most 50, newest first
  /// A kind of document of which Battle.net shows little of what it showed before: nothing is
  /// believed to be gone until it does.
  struct doubt_line {
    domain::region region{};
    std::string document;
    time_point since{};
  };
  std::vector<doubt_line> doubts;
  /// What is not asked for now, because answers with status 429 say so.
  struct pause_line {
    std::optional<domain::region> region; ///< none: every region
    time_point until{};
  };
  std::vector<pause_line> pauses;
};

} // namespace guildhall::domain
