#include "store/ledger/hints.hpp"

#include "store/ledger/queue_rows.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/postgres/values.hpp"

#include <array>

namespace guildhall::store {

namespace {

// A row that somebody has locked is one that is being looked at: it is not waited for, since
// who holds it may wait for what this transaction holds.
constexpr std::string_view hinted{R"(
  ), older as materialized (
    select n.id, max(n.said) as said from named n
      join document_states d on d.character_id = n.id and d.document = 'profile'
    where d.modified_at < n.said group by n.id
  ), entries as materialized (
    select q.id, o.said from older o join sync_queue q on q.character_id = o.id
    where q.guild_id = $1 and (q.hinted_at is null or q.hinted_at < o.said)
    order by q.id for update of q skip locked
  ), freed as (
    update sync_queue q set hinted_at = e.said, hint_tries = 0,
      due_at = case when q.lease_token is null and q.attempts = 0 and q.due_at < 'infinity'
        then least(q.due_at, now.t) else q.due_at end
    from entries e, now where q.id = e.id
    returning q.guild_id, q.due_at
  ))"};
constexpr std::string_view told{R"(
  with now as materialized (select app_now() as t), told as materialized (
    select g.region, w.* from guilds g, unnest($2::bigint[], $3::bigint[], $4::text[],
      $5::text[], $6::timestamptz[]) as w(realm_id, bnet_id, realm, name_key, said)
    where g.id = $1
  ), named as materialized (
    select c.id, w.said from told w join characters c on c.region = w.region
      and c.realm_id = w.realm_id and c.bnet_character_id = w.bnet_id
    union all
    select c.id, w.said from told w join characters c on c.region = w.region
      and c.realm = w.realm and c.name_key = w.name_key)"};
constexpr statement told_of_members{"hint_at_members", join<told, hinted, pull_guilds>, 8'000};
constexpr std::string_view listed{R"(
  with now as materialized (select app_now() as t), named as materialized (
    select w.id, coalesce($3::timestamptz, now.t) as said from unnest($2::bigint[]) as w(id), now)"};
constexpr statement those_listed{"hint_at", join<listed, hinted, pull_guilds>, 8'000};

// What is left of the waiting time, times the square root of a half.
constexpr std::string_view others{R"(
  with now as materialized (select app_now() as t), others as materialized (
    select q.id from now, characters c join sync_queue q on q.character_id = c.id
    where c.user_id = $1 and c.id <> $2 and q.lease_token is null and q.attempts = 0
      and q.due_at > now.t and q.due_at < 'infinity'
    order by q.id for update of q skip locked
  ), freed as (
    update sync_queue q set due_at = now.t + (q.due_at - now.t) * sqrt(0.5)
    from others o, now where q.id = o.id
    returning q.guild_id, q.due_at
  ))"};
constexpr statement sooner{"hasten_others", join<others, pull_guilds>, 500};
constexpr std::array all{told_of_members, those_listed, sooner};
const listed_statements registered{all};

} // namespace

void hint_at_members(
    session& db, guild_id guild, std::span<const domain::activity_hint> hints) {
  if (hints.empty())
    return;
  array realm_ids, bnet_ids, realms, names, moments;
  for (const auto& one : hints) {
    const bool by_id = one.bnet_id.value != 0;
    realm_ids.add(by_id ? param(one.realm_id) : param(std::nullopt));
    bnet_ids.add(by_id ? param(one.bnet_id) : param(std::nullopt));
    realms.add(by_id ? param(std::nullopt) : param(one.realm));
    names.add(by_id ? param(std::nullopt) : param(one.name_key));
    moments.add(one.said);
  }
  db.exec(told_of_members, {guild, realm_ids, bnet_ids, realms, names, moments});
}

void hint_at(
    session& db, guild_id guild, const std::vector<std::int64_t>& characters,
    std::optional<time_point> said) {
  if (!characters.empty())
    db.exec(those_listed, {guild, characters, said});
}

void hasten_others(session& db, user_id user, character_id changed) {
  db.exec(sooner, {user, changed});
}

} // namespace guildhall::store
