#pragma once

#include "domain/authorship.hpp"
#include "domain/once.hpp"
#include "domain/operation.hpp"
#include "domain/pages.hpp"
#include "domain/read_models.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

/// What is a user's own: whatever their account list showed.
namespace guildhall::domain {

/// A player's own characters in one answer; Battle.net lets an account have fewer.
inline constexpr int max_own_characters = 500;
/// A character looked at so recently is not queued again when its owner asks.
inline constexpr std::chrono::minutes own_sync_pause{10};

/// A guild that one of a user's characters is in.
struct own_guild {
  guildhall::guild_id id;
  std::string name;
  std::string realm; ///< slug
  domain::region region{};
  std::optional<time_point> last_updated; ///< when the guild's document last changed
  std::optional<user_id> leader_id;
  json_text guild_data_json; ///< name, member_count, and the crest if there is one
};

struct own_guilds_of {
  using answer = std::vector<own_guild>;
  static constexpr operation_traits traits{"own_guilds", manner::read};
  user_id user;
};

/// At most `max_own_characters`, highest level first, without any of the documents.
struct own_characters_of {
  using answer = std::vector<character_row>;
  static constexpr operation_traits traits{"own_characters", manner::read};
  user_id user;
};

/// Some of all of them, in the same order.
struct own_character_page_of {
  using answer = page_of<character_row>;
  static constexpr operation_traits traits{"own_character_page", manner::read, lane::bulk};
  user_id user;
  page_asked from{};
  wanted_documents what{};
};

/// Queues a look at a character that is the author's by their account list, whatever is asked
/// for; `forbidden` for any other, `validation` for one of a region that is not synced.
struct sync_own_at {
  using answer = character_row;
  static constexpr operation_traits traits{"sync_own_at", manner::write};
  author by;
  character_address address;
  std::vector<region> synced{}; ///< the regions that are; empty: not looked at
};

/// The same by its id; `not_found` for an unknown one.
struct sync_own {
  using answer = character_row;
  static constexpr operation_traits traits{"sync_own", manner::write};
  author by;
  character_id character;
  std::vector<region> synced{}; ///< as above
};

using own_operations = operations<
    own_guilds_of, own_characters_of, own_character_page_of, sync_own_at, once<sync_own_at>,
    sync_own, once<sync_own>>;

} // namespace guildhall::domain
