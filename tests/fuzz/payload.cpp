#include "domain/payload.hpp"

#include "battlenet/oauth.hpp"
#include "domain/activity.hpp"
#include "domain/document_kinds.hpp"
#include "domain/document_version.hpp"
#include "domain/realm_index.hpp"
#include "fuzz/fuzz.hpp"

/// Every view over what Battle.net sends, of any body.
namespace guildhall::fuzz {

namespace {

void read_documents(std::string_view body, const domain::reading& as) {
  for (const auto& kind : domain::document_kinds) {
    if (!kind.project)
      continue;
    domain::character_columns columns;
    const auto read = domain::read_document(kind.what, body, as, columns);
    expect_told(read);
    if (read)
      expect_printable(read->first);
  }
}

void read_roster(std::string_view body, const domain::reading& as) {
  const auto roster = domain::parse_roster(body, as);
  expect_told(roster);
  if (!roster)
    return;
  expect_printable(roster->left_out.first);
  for (const auto& member : roster->members) {
    expect(text::length(member.name) <= domain::longest_name, "a name is no longer than any");
    expect(member.id.value > 0 && !member.realm.slug.empty(), "a member can be found");
  }
}

void read_activity(std::string_view body, const domain::reading& as) {
  const auto activity = domain::parse_activity(body, as);
  expect_told(activity);
  if (!activity)
    return;
  expect_printable(activity->left_out.first);
  expect(activity->hints.size() <= domain::most_activities, "hints are bounded");
  for (const auto& hint : activity->hints)
    expect(hint.bnet_id.value > 0 || !hint.name_key.empty(), "a hint says whom it means");
}

} // namespace

} // namespace guildhall::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace guildhall;
  auto body = fuzz::text_of(data, size);
  domain::reading as;
  if (fuzz::take_choice(body) % 2 == 1)
    as = {.now = wall_now(), .realm = "s", .name = "a", .realm_id = 1, .id = 7};
  fuzz::read_documents(body, as);
  fuzz::read_roster(body, as);
  fuzz::read_activity(body, as);
  fuzz::expect_told(domain::parse_guild(body, as));
  fuzz::expect_told(domain::parse_profile(body, as));
  fuzz::expect_told(domain::parse_status(body, as));
  fuzz::expect_told(domain::parse_account(body));
  fuzz::expect_told(domain::parse_current_period(body));
  fuzz::expect_told(domain::parse_realm_index(body));
  fuzz::expect_told(battlenet::parse_token(body));
  fuzz::expect_told(battlenet::parse_user_token(body));
  const auto who = battlenet::parse_user_info(body);
  fuzz::expect_told(who);
  if (who)
    fuzz::expect_printable(who->battletag);
  domain::version_of("", std::string{body});
  domain::may_be_document(body);
  return 0;
}
