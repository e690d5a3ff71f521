#include "battlenet_sim/target.hpp"

#include "battlenet_sim/character_documents.hpp"
#include "battlenet_sim/text.hpp"

#include <charconv>
#include <utility>
#include <vector>

namespace guildhall::sim {

namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    auto part = path.substr(0, path.find('/'));
    parts.push_back(part);
    path.remove_prefix(part.size());
  }
  return parts;
}

document oauth_document(std::string_view name) {
  if (name == "token")
    return document::token;
  if (name == "authorize")
    return document::authorize;
  if (name == "userinfo")
    return document::userinfo;
  if (name == "check_token")
    return document::check_token;
  return document::unknown;
}

document index_document(const std::vector<std::string_view>& parts) {
  if (parts.size() != 4 || parts[3] != "index")
    return document::unknown;
  if (parts[2] == "realm")
    return document::realm_index;
  if (parts[2] == "playable-class")
    return document::class_index;
  if (parts[2] == "playable-race")
    return document::race_index;
  return document::unknown;
}

void parse_period(target& result, const std::vector<std::string_view>& parts) {
  if (parts.size() != 5 || parts[3] != "period")
    return;
  if (parts[4] == "index") {
    result.what = document::period_index;
    return;
  }
  auto [end, error] =
      std::from_chars(parts[4].data(), parts[4].data() + parts[4].size(), result.period);
  if (error == std::errc{} && end == parts[4].data() + parts[4].size())
    result.what = document::period;
}

} // namespace

target parse_target(std::string_view raw_path) {
  target result;
  auto decoded = percent_decode(raw_path);
  if (!decoded)
    return result;
  result.path = std::move(*decoded);
  auto parts = split(result.path);
  if (parts.size() == 1) {
    result.what = oauth_document(parts[0]);
  } else if (parts.size() == 2 && parts[0] == "oauth") {
    result.what = oauth_document(parts[1]);
  } else if (result.path == "/profile/user/wow") {
    result.what = document::account;
  } else if (parts.size() < 4 || parts[1] != "wow") {
    return result;
  } else if (parts[0] == "profile" && parts[2] == "character" && parts.size() >= 5) {
    result.realm = parts[3];
    result.name = parts[4];
    const auto end = static_cast<std::size_t>(parts[4].end() - result.path.data());
    result.part = find_character_part(std::string_view{result.path}.substr(end));
    if (result.part != nullptr)
      result.what = document::character;
  } else if (parts[0] == "data" && parts[2] == "guild") {
    if (parts.size() == 5)
      result.what = document::guild;
    else if (parts.size() == 6 && parts[5] == "roster")
      result.what = document::roster;
    else if (parts.size() == 6 && parts[5] == "activity")
      result.what = document::activity;
    else
      return result;
    result.realm = parts[3];
    result.name = parts[4];
  } else if (parts[0] == "data" && parts[2] == "mythic-keystone") {
    parse_period(result, parts);
  } else if (parts[0] == "data") {
    result.what = index_document(parts);
  }
  return result;
}

std::string_view class_of(const target& where) {
  switch (where.what) {
  case document::token:
  case document::authorize:
  case document::userinfo:
  case document::check_token:
    return "token";
  case document::account:
    return "account";
  case document::guild:
    return "guild";
  case document::roster:
    return "roster";
  case document::activity:
    return "activity";
  case document::character:
    return where.part->kind;
  case document::realm_index:
  case document::class_index:
  case document::race_index:
  case document::period_index:
  case document::period:
    return "static";
  case document::unknown:
    break;
  }
  return "other";
}

std::string_view namespace_kind(document what) {
  switch (what) {
  case document::token:
  case document::authorize:
  case document::userinfo:
  case document::check_token:
    return "";
  case document::realm_index:
  case document::period_index:
  case document::period:
    return "dynamic";
  case document::class_index:
  case document::race_index:
    return "static";
  default:
    return "profile";
  }
}

} // namespace guildhall::sim
