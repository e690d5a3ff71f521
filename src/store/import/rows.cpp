#include "store/import/rows.hpp"

#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement imported{
    "imported_row", R"(
  select new_id from imported_rows where kind = $1 and old_id = $2 and old_part = $3)",
    6};
constexpr statement remember_import{
    "remember_import", R"(
  insert into imported_rows (kind, old_id, old_part, new_id) values ($1, $2, $3, $4)
  on conflict do nothing)",
    12};
constexpr statement user_of_account{
    "import_user_of_account", R"(
  select id, role from users where bnet_account_id = $1)",
    6};
constexpr statement account_of_user{
    "import_account_of_user", R"(
  select bnet_account_id from users where id = $1)",
    6};
constexpr statement import_user{
    "import_user", R"(
  insert into users (bnet_account_id, battletag, region, role) values ($1, $2, $3, $4)
  returning id)",
    30};
constexpr statement tracked_there{
    "import_tracked_at", R"(
  select guild_id from tracked_guilds where region = $1 and realm = $2 and name_slug = $3)",
    6};
constexpr statement guild_there{
    "import_guild_at", R"(
  select id from guilds where region = $1 and realm = $2 and name_key = $3)",
    6};
constexpr statement forgotten{
    "import_guild_forgotten", "select name = '' from guilds where id = $1", 6};
constexpr statement import_guild{
    "import_guild", R"(
  insert into guilds (region, realm_id, bnet_guild_id, realm, realm_name, name, name_key,
    exclude_from_sync)
  values ($1, $2, $3, $4, $5, $6, $7, $8) returning id)",
    40};
// In the order of the indexes, so that they are used however large a realm is.
constexpr statement realm_there{
    "import_realm", R"(
  select coalesce(
    (select realm_id from guilds where region = $1 and realm = $2 and name_key is not null
      order by name_key limit 1),
    (select realm_id from characters where region = $1 and realm = $2 and name_key is not null
      order by name_key limit 1)))",
    12};
constexpr statement character_identity{
    "import_character_of", R"(
  select id, bnet_character_id, name is null from characters
  where region = $1 and realm_id = $2 and bnet_character_id = $3)",
    6};
constexpr statement character_address{
    "import_character_at", R"(
  select id, bnet_character_id, false from characters
  where region = $1 and realm = $2 and name_key = $3)",
    6};
constexpr statement import_character{
    "import_character", R"(
  insert into characters (region, realm_id, bnet_character_id, realm, name, name_key)
  values ($1, $2, $3, $4, $5, $6) returning id)",
    60};
// What a person named here stays.
constexpr statement import_rank{
    "import_rank", R"(
  insert into ranks as r (guild_id, rank_id, rank_name, is_custom) values ($1, $2, $3, true)
  on conflict (guild_id, rank_id) do update set rank_name = excluded.rank_name, is_custom = true,
    row_version = r.row_version + 1, updated_at = app_now()
  where not r.is_custom)",
    30};
constexpr statement import_roster{
    "import_roster", R"(
  insert into rosters (guild_id, name, created_at, updated_at)
  values ($1, $2, coalesce($3::timestamptz, app_now()),
    coalesce($4::timestamptz, $3::timestamptz, app_now()))
  returning id)",
    30};
constexpr statement roster_there{
    "import_has_roster", "select from rosters where id = $1 for key share", 8};
constexpr statement import_roster_member{
    "import_roster_member", R"(
  insert into roster_members (roster_id, character_id, role, created_at)
  values ($1, $2, $3, coalesce($4::timestamptz, app_now())) on conflict do nothing)",
    40};
constexpr statement import_event{
    "import_event", R"(
  insert into events (guild_id, title, description, event_type, start_time, end_time, created_by,
    max_participants, event_details, discord_message_id, discord_thread_id, created_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, coalesce($12::timestamptz, app_now()))
  returning id)",
    40};
constexpr statement event_there{
    "import_has_event", "select from events where id = $1 for key share", 8};
constexpr statement import_sign_up{
    "import_sign_up", R"(
  insert into event_subscriptions (event_id, user_id, character_id, status, created_at)
  values ($1, $2, $3, $4, coalesce($5::timestamptz, app_now()))
  on conflict (event_id, user_id) do nothing)",
    60};
constexpr std::array all{imported,
                         remember_import,
                         user_of_account,
                         account_of_user,
                         import_user,
                         tracked_there,
                         guild_there,
                         forgotten,
                         import_guild,
                         realm_there,
                         character_identity,
                         character_address,
                         import_character,
                         import_rank,
                         import_roster,
                         roster_there,
                         import_roster_member,
                         import_event,
                         event_there,
                         import_sign_up};
const listed_statements registered{all};

std::int64_t id_in(const pqxx::result& rows) {
  std::int64_t id = 0;
  fields(rows[0]) >> id;
  return id;
}

std::optional<import_rows::character> character_in(const pqxx::result& rows) {
  if (rows.empty())
    return std::nullopt;
  import_rows::character out;
  fields(rows[0]) >> out.id >> out.bnet_id >> out.erased;
  return out;
}

} // namespace

namespace import_rows {

std::optional<taken_before> find(session& db, const old_key& key) {
  const auto rows = db.exec(imported, {key.kind, key.id, key.part});
  if (rows.empty())
    return std::nullopt;
  taken_before out;
  fields(rows[0]) >> out.became;
  return out;
}

void remember(session& db, const old_key& key, std::optional<std::int64_t> became) {
  db.exec(remember_import, {key.kind, key.id, key.part, became});
}

std::optional<user> user_of(session& db, bnet_account_id who) {
  const auto rows = db.exec(user_of_account, {who});
  if (rows.empty())
    return std::nullopt;
  user out;
  fields(rows[0]) >> out.id >> out.role;
  return out;
}

std::optional<bnet_account_id> account_of(session& db, user_id id) {
  const auto rows = db.exec(account_of_user, {id});
  if (rows.empty())
    return std::nullopt;
  return bnet_account_id{id_in(rows)};
}

user_id add_user(
    session& db, bnet_account_id who, const std::optional<std::string>& battletag,
    std::optional<domain::region> where, std::string_view role) {
  return user_id{id_in(db.exec(import_user, {who, battletag, where, role}))};
}

std::optional<tracked> tracked_at(session& db, const domain::guild_address& address) {
  const auto rows = db.exec(tracked_there, {address.region, address.realm, address.name_slug});
  if (rows.empty())
    return std::nullopt;
  tracked out;
  fields(rows[0]) >> out.guild;
  return out;
}

std::optional<guild_id> guild_at(session& db, const domain::guild_address& address) {
  const auto rows = db.exec(guild_there, {address.region, address.realm, address.name_slug});
  if (rows.empty())
    return std::nullopt;
  return guild_id{id_in(rows)};
}

bool is_forgotten(session& db, guild_id id) {
  bool yes = false;
  fields(db.exec(forgotten, {id})[0]) >> yes;
  return yes;
}

guild_id add_guild(
    session& db, const domain::guild_identity& who, const domain::guild_address& address,
    const std::string& realm_name, const std::string& name, bool excluded) {
  return guild_id{id_in(db.exec(
      import_guild, {who.region, who.realm_id, who.bnet_id, address.realm, realm_name, name,
                     address.name_slug, excluded}))};
}

std::optional<realm_id> realm_of(session& db, domain::region where, const std::string& realm) {
  std::optional<realm_id> out;
  fields(db.exec(realm_there, {where, realm})[0]) >> out;
  return out;
}

std::optional<character> character_of(session& db, const domain::character_identity& who) {
  return character_in(db.exec(character_identity, {who.region, who.realm_id, who.bnet_id}));
}

std::optional<character> character_at(session& db, const domain::character_address& address) {
  return character_in(
      db.exec(character_address, {address.region, address.realm, address.name_key}));
}

character_id add_character(
    session& db, const domain::character_identity& who, const std::string& realm,
    const std::string& name, const std::string& name_key) {
  return character_id{id_in(db.exec(
      import_character, {who.region, who.realm_id, who.bnet_id, realm, name, name_key}))};
}

bool name_rank(session& db, guild_id guild, std::int64_t rank, const std::string& name) {
  return db.exec(import_rank, {guild, rank, name}).affected_rows() > 0;
}

std::int64_t add_roster(
    session& db, guild_id guild, const std::string& name, std::optional<time_point> created,
    std::optional<time_point> updated) {
  return id_in(db.exec(import_roster, {guild, name, created, updated}));
}

bool has_roster(session& db, std::int64_t id) {
  return !db.exec(roster_there, {id}).empty();
}

bool add_roster_member(
    session& db, std::int64_t roster, character_id who, std::optional<std::string_view> role,
    std::optional<time_point> created) {
  return db.exec(import_roster_member, {roster, who, role, created}).affected_rows() > 0;
}

std::int64_t add_event(session& db, const event& what) {
  return id_in(db.exec(
      import_event, {what.guild, what.title, what.description, what.type, what.start, what.end,
                     what.created_by, what.max_participants, what.details, what.discord_message,
                     what.discord_thread, what.created}));
}

bool has_event(session& db, std::int64_t id) {
  return !db.exec(event_there, {id}).empty();
}

bool add_sign_up(
    session& db, std::int64_t event, user_id user, character_id who, std::string_view status,
    std::optional<time_point> created) {
  return db.exec(import_sign_up, {event, user, who, status, created}).affected_rows() > 0;
}

} // namespace import_rows
} // namespace guildhall::store
