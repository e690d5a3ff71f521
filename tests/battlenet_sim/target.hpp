#pragma once

#include "battlenet_sim/ledger.hpp"

#include <string>
#include <string_view>

namespace guildhall::sim {

enum class document {
  unknown,
  token,
  authorize,
  userinfo,
  check_token,
  account,
  guild,
  roster,
  profile,
  status,
  equipment,
  mythic,
  professions,
  collections,
  toys,
  realm_index,
  class_index,
  race_index,
  period_index,
  period,
};

/// What a path asks for.
struct target {
  document what = document::unknown;
  std::string path;  ///< decoded
  std::string realm; ///< slug
  std::string name;  ///< guild slug or character name, as sent
  int period = 0;
};

/// Reads a path as received; a path that is none of the API's is `unknown`.
target parse_target(std::string_view raw_path);

request_class class_of(document what);

/// The first part of the namespace the document lives in ("profile", "dynamic", "static");
/// empty for OAuth.
std::string_view namespace_kind(document what);

} // namespace guildhall::sim
