#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace guildhall {

/// A number that names one kind of thing. Two kinds never mix: a `bnet_guild_id` where a
/// `guild_id` is wanted does not compile (the rule that foreign keys hold local primary keys).
template <class Tag>
struct basic_id {
  std::int64_t value{0};

  friend constexpr auto operator<=>(const basic_id&, const basic_id&) = default;
  /// Zero is never handed out, neither by PostgreSQL's identity columns nor by Battle.net.
  constexpr explicit operator bool() const noexcept {
    return value != 0;
  }
};

// Local primary keys.
using guild_id = basic_id<struct guild_id_tag>;
using character_id = basic_id<struct character_id_tag>;
using member_id = basic_id<struct member_id_tag>;
using user_id = basic_id<struct user_id_tag>;
using tracked_guild_id = basic_id<struct tracked_guild_id_tag>;
using job_id = basic_id<struct job_id_tag>;
using roster_id = basic_id<struct roster_id_tag>;
using event_id = basic_id<struct event_id_tag>;

// Battle.net's ids: they live in `bnet_*` columns and in Battle.net's JSON only.
using bnet_guild_id = basic_id<struct bnet_guild_id_tag>;
using bnet_character_id = basic_id<struct bnet_character_id_tag>;
using bnet_account_id = basic_id<struct bnet_account_id_tag>;
using realm_id = basic_id<struct realm_id_tag>;

/// A row of `sync_queue`, and the token that fences whoever holds its lease.
using queue_entry_id = basic_id<struct queue_entry_id_tag>;
using lease_token = basic_id<struct lease_token_tag>;

} // namespace guildhall

template <class Tag>
struct std::hash<guildhall::basic_id<Tag>> {
  std::size_t operator()(const guildhall::basic_id<Tag>& id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
