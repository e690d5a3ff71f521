#include "battlenet_sim/router.hpp"

#include "battlenet_sim/character_documents.hpp"
#include "battlenet_sim/documents.hpp"
#include "battlenet_sim/hrefs.hpp"
#include "battlenet_sim/oauth_pages.hpp"
#include "battlenet_sim/simulation.hpp"

#include <algorithm>
#include <utility>

namespace guildhall::sim {

namespace {

/// One request on its way to a document.
struct visit {
  simulation& service;
  const target& where;
  const request& what;
  const fault_action& wrong;
  std::string_view region;
  bool localized;
  std::int64_t now_ms;
};

bool is_unchanged(const request& what, std::int64_t modified) {
  auto known = parse_http_date(what.if_modified_since);
  return known && modified <= *known;
}

answer not_found(std::string_view name_space) {
  auto result = error_answer(404);
  result.name_space = name_space;
  return result;
}

/// Battle.net's names of the document shapes, with a revision each.
std::pair<std::string_view, std::string_view> schema_of(const target& where) {
  switch (where.what) {
  case document::guild:
    return {"guild", "15"};
  case document::roster:
    return {"guild-roster", "15"};
  case document::activity:
    return {"guild-activity", "1"};
  case document::character:
    return {where.part->schema, where.part->revision};
  case document::account:
    return {"account-profile", "4"};
  default:
    return {"index", "1"};
  }
}

std::string cache_control_of(document what, const options& opts) {
  switch (what) {
  case document::guild:
  case document::roster:
  case document::activity:
    return "public, max-age=" + std::to_string(opts.max_age_s);
  case document::realm_index:
  case document::class_index:
  case document::race_index:
    return "public, max-age=86400";
  case document::period_index:
  case document::period:
    return "public, max-age=1800";
  default:
    return {};
  }
}

/// The answer's headers, and its body unless the client has that state already.
template <class Render>
answer
conditional(const visit& v, std::int64_t modified, bool may_be_unchanged, Render render) {
  answer result;
  result.name_space = namespace_kind(v.where.what) == "static"
                        ? static_namespace(v.region)
                        : std::string(requested_namespace(v.what));
  result.last_modified = http_date(modified);
  result.cache_control = cache_control_of(v.where.what, v.service.opts);
  auto [schema, revision] = schema_of(v.where);
  result.schema = schema;
  result.schema_revision = revision;
  if (may_be_unchanged && is_unchanged(v.what, modified)) {
    result.status = 304;
    return result;
  }
  result.content = render();
  return result;
}

/// Names are found in lower case; only ASCII is forgiven.
std::string ascii_lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Fewer than half of the members, the leader among them; or none.
std::vector<std::int64_t> damaged(const visit& v, const guild& which) {
  std::vector<std::int64_t> left;
  if (v.wrong.what == fault_action::kind::empty_roster || which.members.empty())
    return left;
  auto leads = [&](std::int64_t id) { return v.service.state.find_character(id)->rank == 0; };
  auto leader = std::ranges::find_if(which.members, leads);
  if (leader != which.members.end())
    left.push_back(*leader);
  for (auto id : which.members)
    if (left.size() < (which.members.size() - 1) / 2 && !leads(id))
      left.push_back(id);
  return left;
}

/// A damaged roster is never older news than the true one a client asks for later.
answer damaged_roster(const visit& v, guild& which) {
  auto modified = which.roster_modified - 1;
  if (v.wrong.moving) {
    modified = std::max(which.roster_modified + 1, v.now_ms / 1000);
    which.roster_modified = modified + 1;
  }
  return conditional(v, modified, false, [&] {
    return roster_document(v.service.state, which, damaged(v, which), v.localized);
  });
}

answer guild_answer(const visit& v) {
  auto& state = v.service.state;
  std::lock_guard lock(v.service.world_mutex);
  const auto* found = state.find_guild(v.region, v.where.realm, ascii_lower(v.where.name));
  if (found == nullptr)
    return not_found(requested_namespace(v.what));
  if (v.where.what == document::guild)
    return conditional(
        v, found->modified, true, [&] { return guild_document(*found, v.localized); });
  if (v.where.what == document::activity)
    return conditional(
        v, std::max(found->activity_modified, found->created_ms / 1000), true,
        [&] { return activity_document(state, *found, v.localized); });
  if (v.wrong.what == fault_action::kind::empty_roster
      || v.wrong.what == fault_action::kind::halve_roster)
    return damaged_roster(v, *state.find_guild(found->id));
  return conditional(v, found->roster_modified, true, [&] {
    return roster_document(state, *found, found->members, v.localized);
  });
}

answer character_answer(const visit& v) {
  const auto& state = v.service.state;
  std::lock_guard lock(v.service.world_mutex);
  const auto* found = state.find(v.region, v.where.realm, ascii_lower(v.where.name));
  if (found == nullptr || !found->available)
    return not_found(requested_namespace(v.what));
  const character_view view{state, *found, v.now_ms, v.localized};
  return conditional(v, v.where.part->modified(view), true, [&] {
    body out;
    v.where.part->write(out, view);
    return out;
  });
}

answer account_answer(const visit& v, const grant& who) {
  // A client's own token, or one whose owner did not consent to wow.profile.
  if (who.player == 0 || who.scope.find("wow.profile") == std::string::npos)
    return error_answer(403);
  const auto& state = v.service.state;
  std::lock_guard lock(v.service.world_mutex);
  const auto* found = state.find_player(who.player);
  std::int64_t modified = 0;
  if (found != nullptr)
    for (auto id : found->characters)
      if (const auto* one = state.find_character(id); one != nullptr && one->region == v.region)
        modified = std::max(modified, one->modified);
  // An account without a licence in this region.
  if (modified == 0)
    return not_found(requested_namespace(v.what));
  return conditional(v, modified, true, [&] {
    return account_document(state, *found, v.region, v.localized);
  });
}

answer index_answer(const visit& v) {
  const auto& state = v.service.state;
  std::lock_guard lock(v.service.world_mutex);
  const auto& weeks = state.weeks(v.region);
  auto week_start = weeks.start_ms(weeks.current(v.now_ms)) / 1000;
  if (v.where.what == document::period) {
    if (!has_period(state, v.region, v.where.period, v.now_ms))
      return not_found(requested_namespace(v.what));
    return conditional(
        v, week_start, true, [&] { return period_document(state, v.region, v.where.period); });
  }
  constexpr std::int64_t patch_day = 1'754'352'000; // 5 August 2025
  auto modified = v.where.what == document::period_index ? week_start : patch_day;
  return conditional(v, modified, true, [&] {
    return index_document(v.where.what, state, v.region, v.now_ms, v.localized);
  });
}

answer document_answer(const visit& v, const grant& who) {
  switch (v.where.what) {
  case document::guild:
  case document::roster:
  case document::activity:
    return guild_answer(v);
  case document::account:
    return account_answer(v, who);
  case document::character:
    return character_answer(v);
  case document::realm_index:
  case document::class_index:
  case document::race_index:
  case document::period_index:
  case document::period:
    return index_answer(v);
  case document::token:
  case document::authorize:
  case document::userinfo:
  case document::check_token:
  case document::unknown:
    break;
  }
  return not_found(requested_namespace(v.what));
}

} // namespace

std::string_view requested_namespace(const request& what) {
  if (!what.name_space.empty())
    return what.name_space;
  auto i = what.query.find("namespace");
  return i == what.query.end() ? std::string_view{} : std::string_view(i->second);
}

answer route(
    simulation& service, const target& where, const request& what, const fault_action& wrong) {
  auto now_ms = service.clock.now_ms();
  if (!is_budgeted(class_of(where)))
    return oauth_answer(service, where.what, what);
  auto who = service.tokens.bearer(what.authorization, now_ms);
  if (!who)
    return error_answer(401);
  if (what.method != "GET")
    return error_answer(405);
  auto name_space = requested_namespace(what);
  if (service.recorded.is_loaded())
    return service.recorded.find(where.path, name_space, what.if_modified_since);
  auto dash = name_space.find('-');
  auto region = dash == std::string_view::npos ? std::string_view{}
                                               : known_region(name_space.substr(dash + 1));
  if (region.empty() || name_space.substr(0, dash) != namespace_kind(where.what))
    return not_found(name_space);
  auto locale = what.query.find("locale");
  auto localized = locale != what.query.end() && !locale->second.empty();
  return document_answer({service, where, what, wrong, region, localized, now_ms}, *who);
}

} // namespace guildhall::sim
