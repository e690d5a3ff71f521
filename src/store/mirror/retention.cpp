#include "store/mirror/retention.hpp"

#include "core/log.hpp"
#include "domain/sync_port.hpp"
#include "store/ledger/audit.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/jobs.hpp"
#include "store/ledger/kept_answers.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/mirror/erase.hpp"
#include "store/mirror/guild_counts.hpp"
#include "store/mirror/guild_link.hpp"
#include "store/mirror/member_rows.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <pqxx/except>

#include <array>
#include <exception>
#include <utility>

namespace guildhall::store {

namespace {

/// Battle.net user tokens are kept for the onboarding, at most this long.
constexpr std::chrono::hours token_life{24};

// Found without locks; asked again once they are held: somebody may have vouched for them.
constexpr statement overdue{
    "overdue_characters", R"(
  select id from characters
  where erased_at is null and verified_at < app_now() - $2::interval
  order by verified_at limit $1)",
    1'500};
// A roster that was confirmed in time proves the names it lists; it proves no document.
constexpr statement overdue_still{
    "overdue_still", R"(
  select c.id, m.guild_id, coalesce(d.checked_at > app_now() - $2::interval, false)
  from characters c
    left join guild_members m on m.character_id = c.id and m.left_at is null
    left join document_states d on d.guild_id = m.guild_id and d.document = 'roster'
      and d.state in ('ok', 'failed')
  where c.id = any($1::bigint[]) and c.erased_at is null
    and c.verified_at < app_now() - $2::interval)",
    8'000};
// Erased but for the name that a roster listed, and no roster proves it any more.
constexpr std::string_view listed_no_more{R"(
  select c.id from characters c
    left join guild_members m on m.character_id = c.id and m.left_at is null
    left join document_states d on d.guild_id = m.guild_id and d.document = 'roster'
  where c.erased_at is not null and c.name is not null
    and not coalesce(d.checked_at > app_now() - $2::interval, false))"};
constexpr std::string_view some{" order by c.id limit $1"};
constexpr std::string_view of_these{" and c.id = any($1::bigint[])"};
constexpr statement listed_only{"listed_no_more", join<listed_no_more, some>, 8'000};
constexpr statement listed_still{"listed_no_more_still", join<listed_no_more, of_these>, 8'000};
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
// What a login tells is proof of the battletag, as an answer is of a character. Users that no
// account at Battle.net stands for have a negative one.
constexpr statement battletags{
    "unconfirmed_battletags", R"(
  select id, battletag from users
  where battletag is not null and bnet_account_id > 0
    and coalesce(last_login_at, created_at) < app_now() - $2::interval
  order by coalesce(last_login_at, created_at) limit $1 for no key update)",
    5'000};
constexpr statement blank{
    "blank_battletags", R"(
  update users set battletag = null, updated_at = app_now() where id = any($1::bigint[]))",
    5'000};
constexpr statement signed_up{
    "events_of_users", R"(
  select distinct event_id from event_subscriptions where user_id = any($1::bigint[]))",
    4'000};
// And whom it was before a transfer: it is the same player's.
constexpr statement selves{
    "selves_of_character", R"(
  with recursive self as (
    select id, region, realm_id, bnet_character_id from characters where id = $1
    union
    select f.id, f.region, f.realm_id, f.bnet_character_id
    from self s join guild_events e on e.region = s.region and e.other_realm_id = s.realm_id
        and e.other_bnet_character_id = s.bnet_character_id and e.kind = 'transferred'
      join characters f on f.id = e.character_id
  )
  select id from self order by id)",
    60};
constexpr statement guild_there{"guild_exists", "select from guilds where id = $1", 6};
constexpr statement untrack_guild{
    "untrack_guild", R"(
  delete from tracked_guilds where guild_id = $1)",
    60};
// The address of a guild is its name.
constexpr statement guild_jobs{
    "forget_guild_jobs", R"(
  update jobs set target = 'guild ' || $1::bigint, message = ''
  where id = any(array(
    select id from jobs where guild_id = $1
    union
    select j.id from tracked_guilds t join jobs j on j.tracked_guild_id = t.id
    where t.guild_id = $1)))",
    30'000};
constexpr statement everybody{
    "members_ever", R"(
  select character_id from guild_members where guild_id = $1
  union select id from characters where guild_id = $1 order by 1)",
    8'000};
// Whom nobody else lists, and who is nobody's.
constexpr statement only_here{
    "members_only_here", R"(
  select c.id from characters c
  where c.id = any($2::bigint[]) and c.user_id is null and not exists (
    select from guild_members m
    where m.character_id = c.id and m.left_at is null and m.guild_id <> $1)
  order by c.id)",
    8'000};
constexpr statement member_traces{
    "erase_members_of_guild", R"(
  update guild_members set character_name = null, member_data_json = null, updated_at = app_now()
  where guild_id = $1 and (character_name is not null or member_data_json is not null))",
    20'000};
constexpr statement profile_traces{
    "erase_guild_in_profiles", R"(
  update characters c set profile_json = c.profile_json - 'guild', updated_at = app_now()
  from guilds g
  where g.id = $1 and c.id = any($2::bigint[])
    and c.profile_json #>> '{guild,id}' = g.bnet_guild_id::text)",
    20'000};
constexpr statement guild_transfers{
    "forget_guild_transfers", "delete from pending_transfers where guild_id = $1", 200};
// Of the others, whoever has them now keeps them fresh.
constexpr statement hand_over{
    "hand_over_queue", R"(
  with others as (
    select q.id, c.user_id, (
      select m.guild_id from guild_members m join tracked_guilds t on t.guild_id = m.guild_id
      where m.character_id = q.character_id and m.left_at is null limit 1) as guild_id
    from sync_queue q join characters c on c.id = q.character_id
    where q.character_id = any($2::bigint[]) and q.guild_id = $1
  ), gone as (
    delete from sync_queue q using others o
    where q.id = o.id and o.guild_id is null and o.user_id is null
  )
  update sync_queue q set guild_id = o.guild_id from others o
  where q.id = o.id and (o.guild_id is not null or o.user_id is not null))",
    20'000};
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
constexpr std::array all{
    overdue,     overdue_still, listed_only,   listed_still,   old_guilds,
    closed_rows, tokens,        logins,        battletags,     blank,
    signed_up,   selves,        guild_there,   untrack_guild,  guild_jobs,
    everybody,   only_here,     member_traces, profile_traces, guild_transfers,
    hand_over,   forget_name,   close_all,     no_guild,       guild_names};
const listed_statements registered{all};

std::int64_t rows(session& db, const statement& how, std::initializer_list<param> params) {
  return static_cast<std::int64_t>(db.exec(how, params).affected_rows());
}

/// Characters nobody vouched for in time: documents, and the names unless a roster lists them.
void sweep_characters(
    session& db, const domain::sweep& what, domain::sweep_report& report, change_tags& tags) {
  auto found = ids_of(db.exec(overdue, {what.limit, what.erase_after}));
  const auto more = ids_of(db.exec(listed_only, {what.limit, what.erase_after}));
  found.insert(found.end(), more.begin(), more.end());
  if (found.empty())
    return;
  hold_to_erase(db, found);
  std::vector<std::int64_t> listed;
  std::vector<std::int64_t> unlisted;
  for (const auto& row : db.exec(overdue_still, {found, what.erase_after})) {
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
  const auto no_more = ids_of(db.exec(listed_still, {found, what.erase_after}));
  unlisted.insert(unlisted.end(), no_more.begin(), no_more.end());
  report.events += erase_characters(db, unlisted, erasing::unverified, tags);
  report.characters += static_cast<std::int64_t>(listed.size() + unlisted.size());
}

/// Sign-ups of those who lose their battletag show a former user.
void blank_battletags(
    session& db, const domain::sweep& what, domain::sweep_report& report, change_tags& tags) {
  std::vector<std::int64_t> users;
  array lapsed;
  for (const auto& row : db.exec(battletags, {what.limit, what.erase_after})) {
    std::string battletag;
    fields(row) >> users.emplace_back() >> battletag;
    lapsed.add(battletag);
    tags.add(user_id{users.back()});
  }
  report.battletags += static_cast<std::int64_t>(users.size());
  if (users.empty())
    return;
  forget_who_asked(db, lapsed);
  db.exec(blank, {users});
  for (const auto id : ids_of(db.exec(signed_up, {users})))
    tags.add(event_id{id});
}

void sweep_guilds(
    session& db, const domain::sweep& what, domain::sweep_report& report, change_tags& tags) {
  const auto old = ids_of(db.exec(old_guilds, {what.limit, what.erase_after}));
  for (const auto id : old) {
    erase_guild_documents(db, guild_id{id});
    tags.add(guild_id{id});
  }
  report.guilds = static_cast<std::int64_t>(old.size());
}

void sweep_the_rest(
    session& db, const domain::sweep& what, domain::sweep_report& report, change_tags& tags) {
  const auto limit = what.limit;
  report.characters = rows(db, closed_rows, {limit, what.erase_after});
  report.users =
      rows(db, tokens, {limit, std::chrono::duration_cast<std::chrono::seconds>(token_life)});
  blank_battletags(db, what, report, tags);
  report.logins = rows(db, logins, {limit});
  report.answers = expire_answers(db, limit);
  report.candidates = expire_candidates(db, limit, what.erase_after);
  report.jobs = expire_jobs(db, limit, what.erase_after);
  if (what.audit_after)
    report.audit = expire_audit(db, limit, *what.audit_after);
}

failure unknown(std::string_view what, std::int64_t id) {
  return {ec::not_found, std::string(what) + " with ID " + std::to_string(id) + " not found"};
}

} // namespace

template <>
result<domain::sweep_report> run(session& db, const domain::sweep& what) {
  domain::sweep_report total;
  std::exception_ptr refused; // one part that fails for good does not keep the others
  struct part {
    std::string_view name;
    void (*erase)(session&, const domain::sweep&, domain::sweep_report&, change_tags&);
  };
  constexpr std::array parts{
      part{"characters", sweep_characters}, part{"guilds", sweep_guilds},
      part{"other rows", sweep_the_rest}};
  // One after the other: characters are locked after their guilds, and then no other guild.
  for (const auto& one : parts) {
    try {
      total += *db.transaction([&]() -> result<domain::sweep_report> {
        domain::sweep_report report;
        change_tags tags;
        one.erase(db, what, report, tags);
        tags.send(db);
        return report;
      });
    } catch (const pqxx::sql_error& error) {
      log::warn("retention: {} are left, SQLSTATE {}", one.name, error.sqlstate());
      refused = std::current_exception();
    } catch (const pqxx::transaction_rollback&) {
      refused = std::current_exception();
    }
  }
  if (refused)
    std::rethrow_exception(refused);
  return total;
}

result<void> forget_character(session& db, character_id id) {
  return db.transaction([&]() -> result<void> {
    const auto all_of_it = ids_of(db.exec(selves, {id}));
    if (all_of_it.empty())
      return fail(unknown("Character", id.value));
    hold_to_erase(db, all_of_it);
    change_tags tags;
    erase_characters(db, all_of_it, erasing::asked, tags);
    tags.send(db);
    return {};
  });
}

result<void> forget_guild(session& db, guild_id id) {
  return db.transaction([&]() -> result<void> {
    if (db.exec(guild_there, {id}).empty())
      return fail(unknown("Guild", id.value));
    change_tags tags;
    hold_queue(db, id); // whoever is at work on it is waited for
    hold_queue(db, ids_of(db.exec(everybody, {id})));
    db.exec(guild_jobs, {id});
    db.exec(untrack_guild, {id});
    hold_to_erase(db, ids_of(db.exec(everybody, {id})), id);
    const auto members = ids_of(db.exec(everybody, {id}));
    add_users_of(db, id, tags);
    erase_characters(db, ids_of(db.exec(only_here, {id, members})), erasing::unverified, tags);
    db.exec(close_all, {id});
    update_ranks(db, id);
    db.exec(member_traces, {id});
    db.exec(guild_transfers, {id});
    db.exec(no_guild, {id});
    db.exec(profile_traces, {id, members});
    db.exec(hand_over, {id, members});
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

} // namespace guildhall::store
