#include "store/mirror/retention.hpp"

#include "domain/sync_port.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/mirror/erase.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

/// Battle.net user tokens are kept for the onboarding, at most this long.
constexpr std::chrono::hours token_life{24};

// A roster that was confirmed in time proves the names it lists; it proves no document.
constexpr statement overdue{
    "overdue_characters", R"(
  select c.id, m.guild_id, coalesce(d.checked_at > app_now() - $2::interval, false)
  from (
    select id from characters
    where erased_at is null and verified_at < app_now() - $2::interval
    order by verified_at limit $1 for no key update skip locked) c
    left join guild_members m on m.character_id = c.id and m.left_at is null
    left join document_states d on d.guild_id = m.guild_id and d.document = 'roster'
      and d.state in ('ok', 'failed'))",
    4'000};
// Erased but for the name that a roster listed, and no roster proves it any more.
constexpr statement listed_no_more{
    "listed_no_more", R"(
  select c.id from characters c
    left join guild_members m on m.character_id = c.id and m.left_at is null
    left join document_states d on d.guild_id = m.guild_id and d.document = 'roster'
  where c.erased_at is not null and c.name is not null
    and not coalesce(d.checked_at > app_now() - $2::interval, false)
  order by c.id limit $1)",
    8'000};
constexpr statement old_guilds{
    "unverified_guilds", R"(
  select g.id from guilds g
    left join document_states d on d.guild_id = g.id and d.document = 'roster'
  where (g.roster_json is not null or g.guild_data_json is not null)
    and coalesce(d.checked_at, g.created_at) < app_now() - $2::interval
  order by g.id limit $1)",
    2'000};
constexpr statement closed_rows{
    "old_member_data", R"(
  update guild_members set member_data_json = null
  where id = any(array(
    select m.id from guild_members m
    where m.left_at < app_now() - $2::interval and m.member_data_json is not null
    order by m.left_at limit $1)))",
    8'000};
constexpr statement tokens{
    "expire_tokens", R"(
  update users set sealed_tokens = null, tokens_stored_at = null, onboarding_due_at = null
  where id = any(array(
    select id from users where tokens_stored_at < app_now() - $2::interval
    order by tokens_stored_at limit $1)))",
    200};
constexpr statement logins{
    "expire_logins", R"(
  delete from login_attempts where state_hash = any(array(
    select state_hash from login_attempts where expires_at < app_now() limit $1)))",
    200};
constexpr statement candidates{
    "expire_candidates", R"(
  delete from guild_candidates where id = any(array(
    select c.id from guild_candidates c
    where c.last_seen_at < app_now() - $2::interval
      and not exists (select from characters w where w.candidate_id = c.id)
    order by c.last_seen_at limit $1)))",
    600};
constexpr statement jobs{
    "expire_jobs", R"(
  delete from jobs where id = any(array(
    select id from jobs where finished_at < app_now() - $2::interval order by finished_at limit $1)))",
    1'000};
constexpr statement named{
    "character_exists", R"(
  select guild_id from characters where id = $1 for no key update)",
    10};
constexpr statement guild_there{"guild_exists", "select from guilds where id = $1", 6};
constexpr statement untrack_guild{
    "untrack_guild", R"(
  delete from tracked_guilds where guild_id = $1)",
    60};
constexpr statement everybody{
    "members_ever", R"(
  select character_id from guild_members where guild_id = $1 order by character_id)",
    8'000};
constexpr statement forget_name{
    "forget_guild_name", R"(
  update guilds set name = '', name_key = null, realm_name = '', leader_id = null, faction = '',
    member_count = 0, suspect_last_modified = null, suspect_first_seen = null,
    suspect_members = null, updated_at = app_now()
  where id = $1)",
    20};
constexpr statement close_all{
    "close_all_members", R"(
  update guild_members set left_at = app_now(), updated_at = app_now()
  where guild_id = $1 and left_at is null)",
    20'000};
constexpr statement no_guild{
    "clear_guild_of_all", R"(
  update characters set guild_id = null where guild_id = $1)",
    20'000};
constexpr statement guild_names{
    "erase_guild_event_names", R"(
  update guild_events set old_name = null, new_name = null
  where guild_id = $1 and (old_name is not null or new_name is not null))",
    20'000};
constexpr statement own_characters{
    "characters_of_user", R"(
  select c.id, m.guild_id from characters c
    left join guild_members m on m.character_id = c.id and m.left_at is null
  where c.user_id = $1 order by c.id)",
    1'200};
constexpr statement own_sign_ups{
    "forget_sign_ups", R"(
  delete from event_subscriptions where user_id = $1 returning event_id)",
    2'000};
constexpr statement drop_user{"forget_user", "delete from users where id = $1", 600};
constexpr statement own_audit{
    "forget_audit", R"(
  update audit_log set before = null, after = null, subject = '' where user_id = $1)",
    2'000};
// What others changed of their events holds their words as well.
constexpr statement audit_of_events{
    "forget_audit_of_events", R"(
  update audit_log set before = null, after = null
  where before ->> 'created_by' = $1::bigint::text)",
    2'000};
constexpr statement own_events{
    "forget_own_events", R"(
  update events set description = '', title = 'removed', event_details = null
  where created_by = $1 returning id, guild_id)",
    2'000};
constexpr statement release_own{
    "unqueue_own", R"(
  delete from sync_queue q using characters c
  where c.user_id = $1 and q.character_id = c.id and q.guild_id is null)",
    2'000};
constexpr statement own_licences{
    "forget_licences", R"(
  update characters set licence_id = null, unlisted_at = null, unseen_at = null
  where user_id = $1)",
    1'200};
// The tag stays taken: whoever has it next does not become an admin.
constexpr statement own_admin_tags{
    "forget_admin_tags", R"(
  update admin_tags set bnet_account_id = null
  where bnet_account_id = (select bnet_account_id from users where id = $1))",
    20};
constexpr std::array all{
    own_licences, own_admin_tags,  overdue,       listed_no_more, old_guilds,
    closed_rows,  tokens,          logins,        candidates,     jobs,
    named,        guild_there,     untrack_guild, everybody,      forget_name,
    close_all,    no_guild,        guild_names,   own_characters, drop_user,
    own_audit,    audit_of_events, own_events,    own_sign_ups,   release_own};
const listed_statements registered{all};

std::vector<std::int64_t> ids_of(const pqxx::result& rows) {
  std::vector<std::int64_t> out;
  for (const auto& row : rows)
    fields(row) >> out.emplace_back();
  return out;
}

/// Characters nobody vouched for in time: documents, and the names unless a roster lists them.
std::int64_t
erase_overdue(session& db, int limit, std::chrono::seconds erase_after, change_tags& tags) {
  std::vector<std::int64_t> listed;
  std::vector<std::int64_t> unlisted;
  for (const auto& row : db.exec(overdue, {limit, erase_after})) {
    character_id id;
    std::optional<guild_id> guild;
    bool proven = false;
    fields(row) >> id >> guild >> proven;
    (proven ? listed : unlisted).push_back(id.value);
    tags.add(id);
    if (guild)
      tags.add(*guild);
  }
  if (!listed.empty())
    erase_documents(db, listed);
  const auto more = ids_of(db.exec(listed_no_more, {limit, erase_after}));
  for (const auto id : more)
    tags.add(character_id{id});
  unlisted.insert(unlisted.end(), more.begin(), more.end());
  if (!unlisted.empty())
    erase_characters(db, unlisted);
  return static_cast<std::int64_t>(listed.size() + unlisted.size());
}

std::int64_t
erase_old_guilds(session& db, int limit, std::chrono::seconds erase_after, change_tags& tags) {
  const auto old = ids_of(db.exec(old_guilds, {limit, erase_after}));
  for (const auto id : old) {
    erase_guild_documents(db, guild_id{id});
    tags.add(guild_id{id});
  }
  return static_cast<std::int64_t>(old.size());
}

failure unknown(std::string_view what, std::int64_t id) {
  return {ec::not_found, std::string(what) + " with ID " + std::to_string(id) + " not found"};
}

} // namespace

template <>
result<domain::sweep_report> run(session& db, const domain::sweep& what) {
  const auto limit = what.limit;
  const auto erase_after = what.erase_after;
  return db.transaction([&]() -> result<domain::sweep_report> {
    domain::sweep_report report;
    change_tags tags;
    report.characters = erase_overdue(db, limit, erase_after, tags);
    report.characters += db.exec(closed_rows, {limit, erase_after}).affected_rows();
    report.guilds = erase_old_guilds(db, limit, erase_after, tags);
    report.users =
        db.exec(tokens, {limit, std::chrono::duration_cast<std::chrono::seconds>(token_life)})
            .affected_rows();
    db.exec(logins, {limit});
    db.exec(candidates, {limit, erase_after});
    db.exec(jobs, {limit, erase_after});
    tags.send(db);
    return report;
  });
}

result<void> forget_character(session& db, character_id id) {
  return db.transaction([&]() -> result<void> {
    const auto rows = db.exec(named, {id});
    if (rows.empty())
      return fail(unknown("Character", id.value));
    std::optional<guild_id> guild;
    fields(rows[0]) >> guild;
    erase_characters(db, {id.value});
    change_tags tags;
    tags.add(id);
    if (guild)
      tags.add(*guild);
    tags.send(db);
    return {};
  });
}

result<void> forget_guild(session& db, guild_id id) {
  return db.transaction([&]() -> result<void> {
    if (db.exec(guild_there, {id}).empty())
      return fail(unknown("Guild", id.value));
    change_tags tags;
    add_users_of(db, id, tags);
    db.exec(untrack_guild, {id});
    const auto members = ids_of(db.exec(everybody, {id}));
    erase_characters(db, members);
    db.exec(close_all, {id});
    db.exec(no_guild, {id});
    erase_guild_documents(db, id);
    db.exec(guild_names, {id});
    db.exec(forget_name, {id});
    for (const auto member : members)
      tags.add(character_id{member});
    tags.add_addresses();
    tags.add(id);
    tags.send(db);
    return {};
  });
}

result<void> forget_user(session& db, user_id id) {
  return db.transaction([&]() -> result<void> {
    change_tags tags;
    db.exec(own_audit, {id});
    db.exec(audit_of_events, {id});
    for (const auto& row : db.exec(own_events, {id})) {
      event_id event;
      guild_id guild;
      fields(row) >> event >> guild;
      tags.add(event);
      tags.add_events(guild);
    }
    for (const auto event : ids_of(db.exec(own_sign_ups, {id})))
      tags.add(event_id{event});
    db.exec(release_own, {id});
    for (const auto& row : db.exec(own_characters, {id})) {
      character_id character;
      std::optional<guild_id> guild;
      fields(row) >> character >> guild;
      tags.add(character);
      if (guild) // who leads it, and who belongs to whom
        tags.add(*guild);
    }
    db.exec(own_licences, {id});
    db.exec(own_admin_tags, {id});
    if (db.exec(drop_user, {id}).affected_rows() == 0)
      return fail(unknown("User", id.value));
    tags.add(id);
    tags.send(db);
    return {};
  });
}

} // namespace guildhall::store
