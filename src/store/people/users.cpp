#include "store/people/users.hpp"

#include "store/ledger/change_tags.hpp"
#include "store/ledger/jobs.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/mirror/member_rows.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <algorithm>
#include <array>

namespace guildhall::store {

namespace {

constexpr statement by_id{
    "role_by_id", R"(
  update users set role = $2, updated_at = app_now() where id = $1::bigint returning id)",
    30};
constexpr statement by_battletag{
    "role_by_battletag", R"(
  update users set role = $2, updated_at = app_now() where battletag = $1 returning id)",
    30};
// Battle.net's account ids are positive: a negative one can never be somebody's login.
constexpr statement development{
    "development_user", R"(
  with known as (
    select id from users where battletag = $1 order by id limit 1
  ), made as (
    insert into users (bnet_account_id, battletag)
    select least(0, (select min(bnet_account_id) from users)) - 1, $1
    where not exists (select from known)
    returning id
  )
  select id from known union all select id from made)",
    40};
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
// Guilds, then characters: both are written when the user goes.
constexpr statement hold_user{
    "hold_forgotten_user", "select coalesce(battletag, '') from users where id = $1 for update",
    10};
constexpr statement hold_guilds{
    "hold_guilds_of_user", R"(
  select g.id from guilds g where g.leader_id = $1 or g.id in (
    select m.guild_id from characters c
      join guild_members m on m.character_id = c.id and m.left_at is null
    where c.user_id = $1)
  order by g.id for no key update of g)",
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
constexpr std::array all{by_id,        by_battletag,    development, own_characters,
                         own_sign_ups, hold_user,       hold_guilds, drop_user,
                         own_audit,    audit_of_events, own_events,  release_own,
                         own_licences, own_admin_tags};
const listed_statements registered{all};

constexpr std::array<std::string_view, 3> roles{"user", "guild_leader", "admin"};

bool is_number(std::string_view text) {
  constexpr std::size_t digits_of_a_bigint = 18;
  return !text.empty() && text.size() <= digits_of_a_bigint
      && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Battle.net gives a tag to another account once it is free.
failure several(const pqxx::result& users) {
  auto ids = ids_of(users);
  std::ranges::sort(ids);
  std::string listed;
  for (const auto id : ids)
    listed.append(listed.empty() ? "" : ", ").append(std::to_string(id));
  return {ec::conflict, "Several users have this battletag, name one by its id: " + listed};
}

/// The queue's rows, then guilds, then characters.
void hold_characters_of(session& db, user_id id) {
  std::vector<std::int64_t> characters;
  for (const auto& row : db.exec(own_characters, {id}))
    fields(row) >> characters.emplace_back();
  hold_queue(db, characters);
  db.exec(hold_guilds, {id});
  lock_characters(db, characters);
}

} // namespace

result<user_id> set_role(session& db, std::string_view who, std::string_view role) {
  if (std::ranges::find(roles, role) == roles.end())
    return fail(ec::validation, "The role must be user, guild_leader or admin");
  return db.transaction([&]() -> result<user_id> {
    const auto rows = db.exec(is_number(who) ? by_id : by_battletag, {who, role});
    if (rows.empty())
      return fail(
          ec::not_found,
          "There is no user with this id or battletag; people are users here from their first "
          "login on");
    if (rows.size() > 1)
      return fail(several(rows));
    user_id id;
    fields(rows[0]) >> id;
    change_tags tags;
    tags.add(id);
    tags.send(db);
    return id;
  });
}

result<user_id> development_user(session& db, std::string_view battletag) {
  constexpr std::size_t longest = 128; // as of a login
  if (battletag.empty() || battletag.size() > longest)
    return fail(ec::validation, "a battletag has 1 to 128 bytes");
  user_id id;
  fields(db.exec(development, {battletag})[0]) >> id;
  return id;
}

result<void> forget_user(session& db, user_id id) {
  return db.transaction([&]() -> result<void> {
    const auto user = db.exec(hold_user, {id});
    if (user.empty())
      return fail(ec::not_found, "User with ID " + std::to_string(id.value) + " not found");
    hold_characters_of(db, id);
    std::string battletag;
    fields(user[0]) >> battletag;
    if (!battletag.empty()) {
      array own;
      own.add(battletag);
      forget_who_asked(db, own);
    }
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
    db.exec(drop_user, {id});
    tags.add(id);
    tags.send(db);
    return {};
  });
}

} // namespace guildhall::store
