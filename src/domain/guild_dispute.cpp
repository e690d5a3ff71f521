#include "domain/guild_dispute.hpp"

#include "domain/last_modified.hpp"
#include "domain/retry.hpp"

#include <algorithm>
#include <map>

namespace guildhall::domain {

namespace {

constexpr std::size_t enough_words = 3;
constexpr std::chrono::hours first_decision{6};
constexpr std::chrono::hours without_evidence{14 * 24};

/// When the guild itself last answered.
time_point last_good_answer(const guild_work& work) {
  time_point last{};
  for (const auto* record : {&work.guild_document, &work.roster_document})
    last = std::max(last, record->checked_at.value_or(time_point{}));
  return last;
}

/// Where the profile shows our guild; nothing where it shows another or none.
std::optional<guild_place> place_of(const guild_work& work, const profile_view& profile) {
  if (!profile.guild || !work.identity)
    return std::nullopt;
  const auto& shown = *profile.guild;
  const bool our_id = shown.id == work.identity->bnet_id;
  const bool our_name_elsewhere =
      shown.name_slug == work.address.name_slug && shown.realm.id != work.identity->realm_id;
  if (!our_id && !our_name_elsewhere)
    return std::nullopt;
  return guild_place{
      {work.address.region, shown.realm.slug, shown.name_slug},
      {work.address.region, shown.realm.id, shown.id}};
}

bool is_our_id(const guild_work& work, const guild_place& place) {
  return work.identity && place.identity.bnet_id == work.identity->bnet_id;
}

bool any_shows_ours(
    const guild_work& work, const std::vector<witness_word>& words, time_point since) {
  return std::ranges::any_of(words, [&](const auto& word) {
    return word.written > since && word.place && is_our_id(work, *word.place);
  });
}

std::size_t heard(const std::vector<witness_word>& words) {
  return static_cast<std::size_t>(
      std::ranges::count_if(words, [](const auto& word) { return !word.unclear; }));
}

} // namespace

witness_word hear_witness(
    const guild_work& work, std::optional<failure_class> failed, std::string_view body,
    std::string_view last_modified, const reading& as) {
  if (failed) // who is hidden or gone says nothing, and never will
    return {.unclear = !is_refusal(*failed), .refused = is_refusal(*failed)};
  const auto profile = parse_profile(body, as);
  if (!profile || profile->guild_unclear)
    return {.unclear = true};
  const auto written = parse_last_modified(last_modified);
  const auto seen = written ? written : profile->last_login_at;
  return {.place = place_of(work, *profile), .written = seen};
}

std::vector<guild_place> places_to_look(
    const guild_work& work, const std::vector<witness_word>& words, bool nobody_answers) {
  std::map<guild_place, std::size_t> shown;
  for (const auto& word : words)
    if (word.place && word.place->address != work.address)
      ++shown[*word.place];
  const auto wanted = std::min(enough_words, heard(words));
  std::vector<guild_place> places;
  for (const auto& [place, count] : shown)
    if (place.identity == work.identity)
      places.insert(places.begin(), place);
    else if (count >= wanted && (nobody_answers || is_our_id(work, place)))
      places.push_back(place);
  return places;
}

bool is_everybody_refused(const std::vector<witness_word>& words) {
  return words.size() >= enough_words && std::ranges::all_of(words, &witness_word::refused);
}

bool is_handed_over(
    const guild_work& work, const guild_identity& stranger,
    const std::vector<witness_word>& words, time_point now) {
  const auto last = last_good_answer(work);
  const auto fresh = static_cast<std::size_t>(
      std::ranges::count_if(words, [&](const auto& word) { return word.written > last; }));
  const auto wanted = std::min(enough_words, words.size());
  const bool waited = work.not_found_since && now - *work.not_found_since >= first_decision;
  if (waited && wanted > 0 && fresh >= wanted && !any_shows_ours(work, words, last))
    return true;
  return work.disputed && work.disputed->by == stranger
      && now - work.disputed->since >= without_evidence
      && !any_shows_ours(work, words, work.disputed->since);
}

time_point next_dispute_look(const guild_work& work, time_point now, double random) {
  const auto decidable = work.not_found_since.value_or(now) + first_decision;
  return (now < decidable ? decidable : now + std::chrono::hours{24})
       + jittered(std::chrono::minutes{10}, random);
}

} // namespace guildhall::domain
