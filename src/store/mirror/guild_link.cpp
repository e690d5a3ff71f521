#include "store/mirror/guild_link.hpp"

#include "store/mirror/addresses.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement by_identity{
    "guild_of_identity", R"(
  select id from guilds where region = $1 and realm_id = $2 and bnet_guild_id = $3)",
    6};
constexpr statement remember{
    "remember_candidate", R"(
  with candidate as (
    insert into guild_candidates as c (region, realm_id, bnet_guild_id, realm, realm_name, name,
      name_slug)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (region, realm_id, bnet_guild_id) do update set realm = excluded.realm,
      realm_name = excluded.realm_name, name = excluded.name, name_slug = excluded.name_slug,
      last_seen_at = app_now()
    returning id
  )
  update characters set candidate_id = candidate.id, guild_id = null, updated_at = app_now()
  from candidate
  where characters.id = $8
    and (characters.candidate_id is distinct from candidate.id or characters.guild_id is not null))",
    60};
constexpr statement see{
    "see_candidate", R"(
  insert into guild_candidates (region, realm_id, bnet_guild_id, realm, realm_name, name, name_slug)
  select $1, $2, $3, $4, $5, $6, $7 where not exists (
    select from guilds where region = $1 and realm_id = $2 and bnet_guild_id = $3)
  on conflict (region, realm_id, bnet_guild_id) do update set last_seen_at = app_now())",
    60};
// Whom a roster lists stays where it lists them.
constexpr statement link{
    "link_waiting", R"(
  with candidate as (
    select id from guild_candidates where region = $1 and realm_id = $2 and bnet_guild_id = $3
  ), linked as (
    update characters c set guild_id = $4, candidate_id = null, updated_at = app_now()
    from candidate
    where c.candidate_id = candidate.id and not exists (
      select from guild_members m where m.character_id = c.id and m.left_at is null)
  )
  delete from guild_candidates c using candidate where c.id = candidate.id)",
    2'000};
constexpr statement at_address{
    "candidate_at", R"(
  select realm_id, bnet_guild_id, realm_name, name from guild_candidates
  where region = $1 and realm = $2 and name_slug = $3 order by last_seen_at desc limit 1)",
    10};
constexpr statement adopt{
    "adopt_candidate", R"(
  insert into guilds (region, realm_id, bnet_guild_id, realm, realm_name, name, name_key)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (region, realm_id, bnet_guild_id) do update set updated_at = app_now()
  returning id)",
    40};
constexpr statement expire{
    "expire_candidates", R"(
  delete from guild_candidates where id = any(array(
    select c.id from guild_candidates c
    where c.last_seen_at < app_now() - $2::interval
      and not exists (select from characters w where w.candidate_id = c.id)
    order by c.last_seen_at limit $1)))",
    600};
constexpr std::array all{by_identity, remember, see, link, at_address, adopt, expire};
const listed_statements registered{all};

} // namespace

std::optional<guild_id> guild_of_identity(session& db, const domain::guild_identity& who) {
  const auto rows = db.exec(by_identity, {who.region, who.realm_id, who.bnet_id});
  if (rows.empty())
    return std::nullopt;
  guild_id id;
  fields(rows[0]) >> id;
  return id;
}

void wait_for_guild(
    session& db, domain::region where, const domain::guild_ref& guild, character_id who) {
  db.exec(
      remember, {where, guild.realm.id, guild.id, guild.realm.slug, guild.realm.name,
                 guild.name, guild.name_slug, who});
}

void add_candidate(
    session& db, const domain::guild_address& address, const domain::guild_view& seen) {
  db.exec(
      see, {address.region, seen.realm.id, seen.id, address.realm, seen.realm.name, seen.name,
            address.name_slug});
}

void link_waiting(session& db, const domain::guild_identity& who, guild_id guild) {
  db.exec(link, {who.region, who.realm_id, who.bnet_id, guild});
}

std::optional<guild_id> adopt_candidate(session& db, const domain::guild_address& address) {
  const auto found = db.exec(at_address, {address.region, address.realm, address.name_slug});
  if (found.empty())
    return std::nullopt;
  domain::guild_identity who{.region = address.region, .realm_id = {}, .bnet_id = {}};
  std::string realm_name;
  std::string name;
  fields(found[0]) >> who.realm_id >> who.bnet_id >> realm_name >> name;
  take_over_guild_address(db, address, who);
  const auto made = db.exec(
      adopt, {address.region, who.realm_id, who.bnet_id, address.realm, realm_name, name,
              address.name_slug});
  guild_id id;
  fields(made[0]) >> id;
  link_waiting(db, who, id);
  return id;
}

std::int64_t expire_candidates(session& db, int limit, std::chrono::seconds after) {
  return static_cast<std::int64_t>(db.exec(expire, {limit, after}).affected_rows());
}

} // namespace guildhall::store
