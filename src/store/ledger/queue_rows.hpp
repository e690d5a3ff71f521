#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/address.hpp"
#include "domain/sync.hpp"
#include "store/postgres/values.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// Which rows `sync_queue` has, and when they are due.
namespace guildhall::store {

class session;

/// What a look leaves in its row: changes, exposure, seen_as_of, per_hour, weight, priced_at;
/// nulls leave what is there.
inline constexpr std::size_t look_params = 6;
std::array<param, look_params> params_of(const std::optional<domain::look_record>& look);
/// The same of what it found of a hint: hinted_at, hint_tries.
inline constexpr std::size_t hint_params = 2;
std::array<param, hint_params> params_of(const std::optional<domain::hint_answer>& hint);

/// The end of a statement whose `freed` has characters' `guild_id` and `due_at`: the rows of
/// their guilds are due no later than they are, but never before their own `not_before`. A row
/// for whose guild another one stands is left alone.
inline constexpr std::string_view pull_guilds{R"(
  update sync_queue q set due_at = greatest(f.due_at, q.not_before)
  from (select guild_id, min(due_at) as due_at from freed where guild_id is not null group by 1) f
    join tracked_guilds t on t.guild_id = f.guild_id and t.state <> 'renamed'
  where q.tracked_guild_id = t.id and q.lease_token is null
    and q.due_at > greatest(f.due_at, q.not_before))"};

/// A list of regions for `= any`; null for all of them.
param regions_of(const std::vector<domain::region>& regions);

/// Locks the rows of these characters, or of a guild or tracked address, by id: before anything
/// else, as the holder of a lease does.
void hold_queue(session& db, const std::vector<std::int64_t>& characters);
void hold_queue(
    session& db, std::optional<guild_id> guild,
    const std::optional<domain::guild_address>& address = {});
/// Gives every open member of the guild its row, under this guild: new ones are due at once,
/// those whose name cannot be asked for are not due until they have another. Answers how many
/// changed.
std::size_t queue_members(session& db, guild_id guild);
/// The characters that left: players' own go on without a guild, the others are not kept fresh.
void unqueue_members(session& db, const std::vector<std::int64_t>& characters);
/// Whom a person asked for once, and nobody keeps fresh; after they were looked at.
void drop_strays(session& db, const std::vector<std::int64_t>& characters);
/// Due at once, whoever has it, and so are their guilds: a name changed, or an address was
/// taken over.
void make_due(session& db, const std::vector<std::int64_t>& characters);
/// The rows of a guild are due no later than the earliest of its characters, but not before
/// their own time says; `person`: whatever that says, and they go first.
void pull_guild_forward(session& db, guild_id guild, bool person);

} // namespace guildhall::store
