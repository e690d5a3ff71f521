#pragma once

#include <string_view>

/// The database of the back end that guildhall replaces, in both of its shapes, filled with
/// rows as they should be and with rows as they happen to be.
namespace guildhall::test {

/// As its migrations make it: `bnet_id`, `guild_ranks`, rosters, Battle.net's documents; events
/// have a name and one time, and nobody can sign up (`subscriptions` are push addresses).
extern const std::string_view old_migrated_tables;
extern const std::string_view old_migrated_rows;

/// As its schema.sql makes it: `battle_net_id`, events with title, start and end, sign-ups; no
/// regions of users and characters, no Battle.net ids but the users'.
extern const std::string_view old_schema_tables;
extern const std::string_view old_schema_rows;

/// What a deployed one may hold: the migrated tables, with the events and sign-ups that its
/// code reads, without a single constraint, filled with odd rows.
extern const std::string_view old_odd_tables;
extern const std::string_view old_odd_rows;

} // namespace guildhall::test
