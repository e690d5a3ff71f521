#include "core/text.hpp"
#include "domain/game.hpp"
#include "domain/last_modified.hpp"
#include "domain/payload.hpp"
#include "domain/projection.hpp"
#include "domain/realm_index.hpp"
#include "tests/support/battlenet_documents.hpp"
#include "tests/support/documents.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace guildhall::domain {
namespace {

using test::battlenet_documents;
using test::parse_equipment;
using test::parse_mythic;
using test::parse_professions;

READ_BATTLENET_DOCUMENTS(battlenet_documents);

TEST_P(battlenet_documents, hold_a_roster_of_two_realms_and_accented_names) {
  const auto roster = parse_roster(body("rbattlenet/wow_guild_roster.json"));
  ASSERT_TRUE(roster) << roster.error().message;
  EXPECT_EQ(roster->guild_id, bnet_guild_id{source().guild.id});
  EXPECT_EQ(roster->guild_name, source().guild.name);
  ASSERT_EQ(std::ssize(roster->members), source().members);
  std::map<std::string, int> realms;
  int accented = 0;
  int masters = 0;
  int too_low = 0;
  for (const auto& member : roster->members) {
    ++realms[member.realm.slug];
    accented += std::ranges::any_of(member.name, [](char c) { return c < 0; }) ? 1 : 0;
    masters += member.rank == 0 ? 1 : 0;
    too_low += member.level < 10 ? 1 : 0;
    EXPECT_NE(class_name(member.class_id), "Unknown");
    EXPECT_TRUE(is_askable_name(member.name)) << member.name;
    EXPECT_FALSE(text::name_key(member.name).empty());
  }
  EXPECT_EQ(realms.size(), 2u);
  EXPECT_EQ(accented, source().accented);
  EXPECT_EQ(masters, 1);
  EXPECT_EQ(too_low, source().too_low);
}

TEST_P(battlenet_documents, hold_a_guild_that_counts_its_roster) {
  const auto guild = parse_guild(body("rbattlenet/wow_guild.json"));
  ASSERT_TRUE(guild) << guild.error().message;
  EXPECT_EQ(guild->id, bnet_guild_id{source().guild.id});
  EXPECT_EQ(guild->name, source().guild.name);
  EXPECT_EQ(guild->member_count, source().members);
  EXPECT_EQ(guild->faction, "ALLIANCE");
  EXPECT_EQ(guild->realm.id, realm_id{source().guild.realm_id});
  EXPECT_EQ(guild->realm.slug, source().guild.realm);
  EXPECT_EQ(guild->realm.name, source().guild.realm_name);
}

TEST_P(battlenet_documents, hold_a_profile) {
  const auto profile = parse_profile(body("rbattlenet/wow_character.json"));
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->id, bnet_character_id{source().character.id});
  EXPECT_EQ(profile->name, source().character.name);
  EXPECT_EQ(profile->active_spec_id, 70);
  EXPECT_EQ(profile->class_id, 2);
  EXPECT_EQ(profile->faction, "ALLIANCE");
  ASSERT_TRUE(profile->guild);
  EXPECT_EQ(profile->guild->name_slug, source().guild.slug);
  // The login is the moment of the last save, which is what Last-Modified says.
  EXPECT_EQ(profile->last_login_at, parse_last_modified(source().saved));
  EXPECT_TRUE(profile->average_item_level);
  EXPECT_TRUE(profile->equipped_item_level);
}

TEST_P(battlenet_documents, hold_a_cyrillic_profile_whose_link_carries_the_name_key) {
  const auto text_of_it = body("rbattlenet/wow_character_cyrillic.json");
  const auto profile = parse_profile(text_of_it);
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->name, source().cyrillic.name);
  const auto path = "/profile/wow/character/" + profile->realm.slug + "/"
                  + text::percent_encode(text::name_key(profile->name)) + "?";
  EXPECT_NE(text_of_it.find(path), std::string::npos) << path;
  EXPECT_EQ(profile->active_spec_id, 268);
  ASSERT_TRUE(profile->guild);
  EXPECT_EQ(profile->guild->name_slug, guild_name_slug(profile->guild->name));
}

TEST_P(battlenet_documents, project_to_columns) {
  character_columns columns;
  project_profile(*parse_profile(body("rbattlenet/wow_character_cyrillic.json")), columns);
  project_mythic(
      *parse_mythic(body("rbattlenet/wow_character_keystones_no_best_runs.json")), columns);
  project_professions(
      *parse_professions(body("rbattlenet/wow_character_professions.json")), columns);
  EXPECT_EQ(columns.class_name, "Monk");
  EXPECT_EQ(columns.spec_name, "Brewmaster");
  EXPECT_EQ(columns.role, role::tank);
  EXPECT_EQ(columns.mythic_rating, std::nullopt);
  EXPECT_TRUE(columns.professions);
}

TEST_P(battlenet_documents, hold_an_mplus_profile_without_runs) {
  const auto mythic =
      parse_mythic(body("rbattlenet/wow_character_keystones_no_best_runs.json"));
  ASSERT_TRUE(mythic) << mythic.error().message;
  EXPECT_EQ(mythic->period_id, source().period);
  EXPECT_EQ(mythic->rating, std::nullopt);
}

TEST_P(battlenet_documents, hold_professions_with_and_without_tiers) {
  const auto view = parse_professions(body("rbattlenet/wow_character_professions.json"));
  ASSERT_TRUE(view) << view.error().message;
  const auto archaeology =
      std::ranges::find(view->professions, "Archaeology", &profession::name);
  ASSERT_NE(archaeology, view->professions.end());
  EXPECT_GT(archaeology->max_skill_points, 0);
  const auto alchemy = std::ranges::find(view->professions, "Alchemy", &profession::name);
  ASSERT_NE(alchemy, view->professions.end());
  EXPECT_EQ(alchemy->id, 171);
  EXPECT_GT(alchemy->max_skill_points, 0);
}

TEST_P(battlenet_documents, hold_equipment) {
  for (const auto* file :
       {"rbattlenet/wow_character_equipment.json",
        "argentpony/CharacterEquipmentSummaryResponse.json"}) {
    const auto equipment = parse_equipment(body(file));
    ASSERT_TRUE(equipment) << file << ": " << equipment.error().message;
    EXPECT_GT(equipment->items, 0u) << file;
  }
}

TEST_P(battlenet_documents, hold_a_status) {
  const auto status = parse_status(body("rbattlenet/wow_character_status.json"));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->id, bnet_character_id{source().character.id});
  EXPECT_TRUE(status->is_valid);
  EXPECT_TRUE(parse_status(body("argentpony/CharacterProfileStatusResponse.json")));
}

TEST_P(battlenet_documents, hold_the_current_period) {
  EXPECT_EQ(
      parse_current_period(body("rbattlenet/wow_mythic_keystone_period_all.json")),
      source().period);
}

TEST_P(battlenet_documents, hold_realms_whose_latin_slugs_are_canonical) {
  const auto realms = parse_realm_index(body("rbattlenet/wow_realm_all.json"));
  ASSERT_TRUE(realms) << realms.error().message;
  EXPECT_EQ(realms->realms.size(), source().realms);
  for (const auto& realm : realms->realms)
    EXPECT_EQ(canonical_slug(realm.slug), realm.slug);
  EXPECT_TRUE(parse_realm_index(body("argentpony/RealmIndexResponse.json")));
}

TEST_P(battlenet_documents, hold_shortened_documents_that_still_read) {
  EXPECT_TRUE(parse_guild(body("argentpony/GuildResponse.json")));
  EXPECT_TRUE(parse_profile(body("argentpony/CharacterProfileSummaryResponse.json")));
  EXPECT_TRUE(
      parse_mythic(body("argentpony/CharacterMythicKeystoneProfileIndexResponse.json")));
  EXPECT_TRUE(parse_professions(body("argentpony/CharacterProfessionsSummaryResponse.json")));
}

TEST_P(battlenet_documents, hold_dead_characters_that_are_members_but_not_asked_for) {
  const auto roster = parse_roster(body("argentpony/GuildRosterResponse.json"));
  ASSERT_TRUE(roster) << roster.error().message;
  const auto dead = std::ranges::find(roster->members, source().dead, &roster_member::name);
  ASSERT_NE(dead, roster->members.end());
  EXPECT_EQ(dead->id, bnet_character_id{source().dead_id});
  EXPECT_FALSE(is_askable_name(dead->name));
}

TEST_P(battlenet_documents, hold_a_cut_off_one_that_names_where) {
  const auto cut = body("argentpony/JournalEncounterResponseTruncated.json");
  const auto parsed = parse_profile(cut);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ec::malformed);
  const auto offset = "broken JSON at byte " + std::to_string(cut.size());
  EXPECT_NE(parsed.error().message.find(offset), std::string::npos) << parsed.error().message;
}

TEST_P(battlenet_documents, hold_error_bodies_that_are_no_documents) {
  for (const auto* file :
       {"argentpony/AccountInactive403ForbiddenResponse.json",
        "argentpony/Item404ErrorResponse.json", "rbattlenet/wow_character_empty.json"}) {
    const auto profile = parse_profile(body(file));
    ASSERT_FALSE(profile) << file;
    EXPECT_EQ(
        profile.error().message, "document: nothing shows that it is this document (profile)");
    EXPECT_FALSE(parse_guild(body(file)));
    EXPECT_FALSE(parse_roster(body(file)));
    EXPECT_FALSE(parse_status(body(file)));
  }
}

/// Whose each document is, and what it was asked for as.
struct owned_document {
  document what;
  const char* file;
  std::string realm;
  std::string name;
  std::int64_t realm_id;
  std::int64_t id;
};

std::vector<owned_document> owned_documents(const test::document_source& in) {
  const auto of_guild = [&](document what, const char* file) {
    return owned_document{what,       file, in.guild.realm, in.guild.slug, in.guild.realm_id,
                          in.guild.id};
  };
  const auto of = [](const test::character_facts& who, document what, const char* file) {
    return owned_document{what, file, who.realm, who.key, who.realm_id, who.id};
  };
  return {
      of_guild(document::guild, "rbattlenet/wow_guild.json"),
      of_guild(document::roster, "rbattlenet/wow_guild_roster.json"),
      of(in.character, document::profile, "rbattlenet/wow_character.json"),
      of(in.cyrillic, document::profile, "rbattlenet/wow_character_cyrillic.json"),
      of(in.character, document::status, "rbattlenet/wow_character_status.json"),
      of(in.character, document::equipment, "rbattlenet/wow_character_equipment.json"),
      of(in.character, document::mythic, "rbattlenet/wow_character_keystones.json"),
      of(in.cyrillic, document::mythic, "rbattlenet/wow_character_keystones_no_best_runs.json"),
      of(in.character, document::professions, "rbattlenet/wow_character_professions.json"),
      of(in.american, document::professions,
         "argentpony/CharacterProfessionsSummaryResponse.json"),
      of(in.american, document::equipment, "argentpony/CharacterEquipmentSummaryResponse.json"),
      of(in.american, document::profile, "argentpony/CharacterProfileSummaryResponse.json"),
      of(in.runner, document::mythic,
         "argentpony/CharacterMythicKeystoneProfileIndexResponse.json"),
  };
}

std::string why_not(document what, const std::string& body, const reading& as) {
  json_reader in{body};
  prove(in, claim_of(what), as);
  const auto proven = in.finish(0);
  return proven ? "" : proven.error().message;
}

TEST_P(battlenet_documents, prove_what_they_are_and_whose) {
  for (const auto& one : owned_documents(source())) {
    const reading as{
        .realm = one.realm, .name = one.name, .realm_id = one.realm_id, .id = one.id};
    EXPECT_EQ(why_not(one.what, body(one.file), as), "") << one.file;
  }
}

TEST_P(battlenet_documents, are_no_proof_for_anybody_else) {
  for (const auto& one : owned_documents(source())) {
    const reading as{
        .realm = one.realm, .name = "somebody", .realm_id = one.realm_id, .id = one.id + 1};
    EXPECT_NE(why_not(one.what, body(one.file), as), "") << one.file;
  }
}

TEST_P(battlenet_documents, are_no_proof_of_another_document) {
  for (const auto& one : owned_documents(source()))
    for (const auto& kind : document_kinds)
      if (kind.what != one.what) {
        EXPECT_NE(why_not(kind.what, body(one.file), {}), "")
            << one.file << " as " << kind.name;
      }
}

TEST_P(battlenet_documents, are_read_whole) {
  for (const auto& one : owned_documents(source())) {
    const auto read = body(one.file);
    unread left_out;
    if (one.what == document::guild)
      left_out = parse_guild(read).value().left_out;
    else if (one.what == document::roster)
      left_out = parse_roster(read).value().left_out;
    else if (one.what != document::status) {
      character_columns columns;
      left_out = read_document(one.what, read, {}, columns).value();
    }
    EXPECT_EQ(left_out.first, "") << one.file;
  }
  EXPECT_EQ(
      parse_account(body("argentpony/AccountProfileSummaryResponse.json"))
          .value()
          .left_out.first,
      "");
}

TEST_P(battlenet_documents, hold_seasons_and_tiers) {
  EXPECT_EQ(parse_mythic(body("rbattlenet/wow_character_keystones.json"))->season, 3);
  const auto view = parse_professions(body("rbattlenet/wow_character_professions.json"));
  ASSERT_TRUE(view);
  const auto alchemy = std::ranges::find(view->professions, "Alchemy", &profession::name);
  ASSERT_NE(alchemy, view->professions.end());
  EXPECT_GT(alchemy->tiers.size(), 1u);
  ASSERT_TRUE(alchemy->newest);
  EXPECT_FALSE(alchemy->newest->name.empty());
}

TEST_P(battlenet_documents, hold_an_account_with_a_dead_character_of_level_0) {
  const auto account = parse_account(body("argentpony/AccountProfileSummaryResponse.json"));
  ASSERT_TRUE(account) << account.error().message;
  ASSERT_EQ(account->characters.size(), 2u);
  const auto dead = std::ranges::find(account->characters, 0, &account_character::level);
  ASSERT_NE(dead, account->characters.end());
  EXPECT_FALSE(is_askable_name(dead->name));
}

} // namespace
} // namespace guildhall::domain
