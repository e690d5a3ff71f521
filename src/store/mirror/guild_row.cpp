#include "store/mirror/guild_row.hpp"

#include "core/text.hpp"
#include "store/mirror/addresses.hpp"
#include "store/mirror/guild_link.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement lock{
    "lock_guild", R"(
  select id, region, realm_id, bnet_guild_id, name, name_key, member_count
  from guilds where id = $1 for no key update)",
    10};
constexpr statement insert_guild{
    "insert_guild", R"(
  insert into guilds (region, realm_id, bnet_guild_id, realm, realm_name, name, name_key, faction,
    member_count)
  values ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9::bigint, 0))
  on conflict (region, realm_id, bnet_guild_id) do nothing
  returning id)",
    40};
// The count of a document counts until a roster was applied: then the open memberships do.
constexpr statement update_guild{
    "update_guild", R"(
  update guilds g set realm = $2, realm_name = coalesce(nullif($3, ''), realm_name),
    name = coalesce(nullif($4, ''), name), name_key = $5,
    faction = coalesce(nullif($6, ''), faction),
    member_count = case when g.last_roster_sync is null then coalesce($7::bigint, g.member_count)
                        else g.member_count end,
    updated_at = app_now()
  where id = $1 and (realm, realm_name, name, faction) is distinct from ($2,
      coalesce(nullif($3, ''), realm_name), coalesce(nullif($4, ''), name),
      coalesce(nullif($6, ''), faction))
     or id = $1 and name_key is distinct from $5
     or id = $1 and last_roster_sync is null and member_count is distinct from $7::bigint)",
    30};
constexpr statement log_rename{
    "log_guild_rename", R"(
  insert into guild_events (kind, seen_after, seen_at, region, guild_id, guild_realm_id,
    bnet_guild_id, old_name, new_name)
  select 'guild_renamed', d.checked_at, app_now(), g.region, g.id, g.realm_id, g.bnet_guild_id, $2,
    $3
  from guilds g left join document_states d on d.guild_id = g.id and d.document = 'guild'
  where g.id = $1)",
    30};
constexpr statement guild_document{
    "store_guild_document", R"(
  update guilds set guild_data_json = $2::jsonb, last_synced_at = app_now(),
    updated_at = app_now()
  where id = $1)",
    60};
constexpr statement roster_document{
    "store_roster_document", R"(
  update guilds set roster_json = $2::jsonb, last_synced_at = app_now(),
    last_roster_sync = app_now(), updated_at = app_now()
  where id = $1)",
    1'500};
constexpr statement count_of_document{
    "document_count", R"(
  select case when jsonb_typeof(g.said) = 'number' then
    case when g.said::numeric between 0 and 9007199254740991 then g.said::numeric::bigint end end
  from (select guild_data_json -> 'member_count' as said from guilds where id = $1) g)",
    20};
constexpr statement found{
    "tracked_found", R"(
  update tracked_guilds set guild_id = $2, state = 'active', not_found_since = null,
    disputed_realm_id = null, disputed_bnet_id = null, disputed_since = null,
    last_synced_at = case when $3::boolean then app_now() else last_synced_at end,
    last_error = case when $3::boolean then '' else last_error end,
    last_error_at = case when $3::boolean then null else last_error_at end
  where id = $1)",
    30};
constexpr statement not_found{
    "tracked_not_found", R"(
  update tracked_guilds set
    state = case when not_found_since < app_now() - interval '14 days' then 'gone'
                 when state = 'gone' then 'gone' else 'not_found' end,
    not_found_since = coalesce(not_found_since, app_now()), disputed_realm_id = null,
    disputed_bnet_id = null, disputed_since = null, last_error = $2,
    last_error_at = app_now()
  where id = $1)",
    30};
constexpr statement failed{
    "tracked_failed", R"(
  update tracked_guilds set last_error = $2, last_error_at = app_now() where id = $1)",
    30};
constexpr statement suspicion{
    "remember_suspicion", R"(
  update guilds set suspect_last_modified = $2, suspect_first_seen = $3, suspect_members = $4
  where id = $1
    and (suspect_last_modified, suspect_first_seen) is distinct from ($2::text, $3::timestamptz))",
    20};
constexpr statement highest{
    "remember_highest_level", R"(
  update guilds set highest_level = $2 where id = $1 and highest_level is distinct from $2)",
    20};
constexpr std::array all{highest,    lock,           insert_guild,    update_guild,
                         log_rename, guild_document, roster_document, count_of_document,
                         found,      not_found,      failed,          suspicion};
const listed_statements registered{all};

} // namespace

std::optional<stored_guild> lock_guild(session& db, guild_id id) {
  const auto rows = db.exec(lock, {id});
  if (rows.empty())
    return std::nullopt;
  stored_guild out;
  fields(rows[0]) >> out.id >> out.identity.region >> out.identity.realm_id
      >> out.identity.bnet_id >> out.name >> out.name_key >> out.member_count;
  return out;
}

domain::guild_address
address_of(const domain::guild_view& view, const domain::guild_address& asked) {
  auto now = asked;
  if (auto slug = domain::guild_name_slug(view.name); !slug.empty())
    now.name_slug = std::move(slug);
  if (!view.realm.slug.empty())
    now.realm = view.realm.slug;
  return now;
}

guild_written
write_guild(session& db, const domain::guild_address& address, const domain::guild_view& view) {
  const domain::guild_identity who{address.region, view.realm.id, view.id};
  const auto now = address_of(view, address);
  guild_written out;
  remember_realm(db, who.region, who.realm_id, view.realm.name);
  auto existing = guild_of_identity(db, who);
  const bool taken_over = take_over_guild_address(db, now, who);
  if (!existing) {
    const auto made = db.exec(
        insert_guild, {who.region, who.realm_id, who.bnet_id, now.realm, view.realm.name,
                       view.name, now.name_slug, view.faction, view.member_count});
    out.created = !made.empty();
    existing = guild_of_identity(db, who);
    if (out.created)
      link_waiting(db, who, *existing);
  }
  out.guild = *lock_guild(db, *existing);
  out.moved = taken_over || (!out.created && out.guild.name_key != now.name_slug);
  if (out.created) {
    out.changed = true;
    return out;
  }
  if (!view.name.empty() && out.guild.name != view.name)
    db.exec(log_rename, {out.guild.id, out.guild.name, view.name});
  out.changed = db.exec(
                      update_guild, {out.guild.id, now.realm, view.realm.name, view.name,
                                     now.name_slug, view.faction, view.member_count})
                        .affected_rows()
                  > 0
             || taken_over;
  return out;
}

bool store_guild_document(session& db, guild_id id, const std::string& body) {
  return db.accepted([&] { db.exec(guild_document, {id, body}); });
}

bool store_roster_document(session& db, guild_id id, const std::string& body) {
  return db.accepted([&] { db.exec(roster_document, {id, body}); });
}

std::optional<std::int64_t> document_count(session& db, guild_id id) {
  std::optional<std::int64_t> count;
  const auto rows = db.exec(count_of_document, {id});
  if (!rows.empty())
    fields(rows[0]) >> count;
  return count;
}

void tracked_found(session& db, tracked_guild_id tracked, guild_id guild, bool complete) {
  db.exec(found, {tracked, guild, complete});
}

void tracked_not_found(session& db, tracked_guild_id tracked, const std::string& sentence) {
  db.exec(not_found, {tracked, sentence});
}

void tracked_failed(session& db, tracked_guild_id tracked, const std::string& detail) {
  db.exec(failed, {tracked, text::printable(detail)});
}

void remember_suspicion(
    session& db, guild_id id, const std::optional<domain::suspicion>& what) {
  if (what)
    db.exec(suspicion, {id, what->last_modified, what->first_seen, what->members});
  else
    db.exec(suspicion, {id, std::nullopt, std::nullopt, std::nullopt});
}

void remember_highest_level(session& db, guild_id guild, int level) {
  db.exec(highest, {guild, level});
}

} // namespace guildhall::store
