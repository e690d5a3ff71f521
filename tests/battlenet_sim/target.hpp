#pragma once

#include <string>
#include <string_view>

namespace guildhall::sim {

struct character_part;

enum class document {
  unknown,
  token,
  authorize,
  userinfo,
  check_token,
  account,
  guild,
  roster,
  activity,
  character, ///< any below a character's path: `target::part` says which
  realm_index,
  class_index,
  race_index,
  period_index,
  period,
};

/// What a path asks for.
struct target {
  document what = document::unknown;
  const character_part* part = nullptr;
  std::string path;  ///< decoded
  std::string realm; ///< slug
  std::string name;  ///< guild slug or character name, as sent
  int period = 0;
};

/// Reads a path as received; a path that is none of the API's is `unknown`.
target parse_target(std::string_view raw_path);

/// Its class in the ledger: "token", "roster", "equipment", "static", "other" and so on.
std::string_view class_of(const target& where);

/// The first part of the namespace the document lives in ("profile", "dynamic", "static");
/// empty for OAuth.
std::string_view namespace_kind(document what);

} // namespace guildhall::sim
