#include "domain/onboarding.hpp"

#include "core/text.hpp"
#include "domain/own.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/mirror/addresses.hpp"
#include "store/mirror/guild_counts.hpp"
#include "store/mirror/guild_members.hpp"
#include "store/mirror/member_rows.hpp"
#include "store/mirror/tracking.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace guildhall::store {

namespace {

constexpr statement hold{"hold_user", "select from users where id = $1 for no key update", 10};
constexpr statement known{
    "known_of_account", R"(
  select c.id, c.region, c.realm_id, c.bnet_character_id, c.name is null
  from unnest($2::bigint[], $3::bigint[]) as w(realm_id, bnet_id)
    join characters c on c.region = $1 and c.realm_id = w.realm_id
      and c.bnet_character_id = w.bnet_id
  order by c.id)",
    8'000};
constexpr statement own_of_region{
    "own_characters_of_region", R"(
  select id from characters where user_id = $1 and region = $2 order by id)",
    2'000};
constexpr statement link{
    "link_characters", R"(
  update characters set user_id = $1, updated_at = app_now()
  where id = any($2::bigint[]) and user_id is distinct from $1
  returning id)",
    30'000};
constexpr statement unlink{
    "unlink_characters", R"(
  update characters set user_id = null, updated_at = app_now()
  where id = any($2::bigint[]) and user_id = $1 returning id)",
    30'000};
constexpr statement guilds_of{
    "guilds_of_owned", R"(
  select distinct guild_id from guild_members
  where character_id = any($1::bigint[]) and left_at is null order by guild_id)",
    8'000};
constexpr statement hold_guilds{
    "hold_guilds", R"(
  select id from guilds where id in (
    select m.guild_id from guild_members m
    where m.character_id = any($1::bigint[]) and m.left_at is null)
  order by id for no key update)",
    12'000};
// Whom nobody keeps fresh any more.
constexpr statement unqueue{
    "unqueue_unlinked", R"(
  delete from sync_queue where character_id = any($1::bigint[]) and guild_id is null)",
    15'000};
// Those that were looked at a moment ago are left alone: logging in again and again costs
// nothing.
constexpr statement queue{
    "queue_own", R"(
  insert into sync_queue as q (character_id, guild_id, priority, due_at, forced)
  select c.id, (
      select m.guild_id from guild_members m join tracked_guilds t on t.guild_id = m.guild_id
      where m.character_id = c.id and m.left_at is null limit 1),
    0, now.t, true
  from characters c, (select app_now() as t) now
  where c.id = any($1::bigint[]) and c.name is not null and not exists (
    select from document_states d where d.character_id = c.id and d.document = 'profile'
      and greatest(d.checked_at, d.failed_at) > now.t - $2::interval)
  on conflict (character_id) do update set
    again = q.lease_token is not null,
    forced = q.forced or q.lease_token is null,
    priority = case when q.lease_token is null then 0 else q.priority end,
    due_at = case when q.lease_token is null then least(q.due_at, excluded.due_at) else q.due_at end)",
    30'000};
constexpr statement forget_token{
    "forget_token", R"(
  update users set sealed_tokens = null, tokens_stored_at = null, onboarding_due_at = null
  where id = $1 and tokens_stored_at is not null)",
    40};
constexpr std::array all{hold,      known,       own_of_region, link,  unlink,
                         guilds_of, hold_guilds, unqueue,       queue, forget_token};
const listed_statements registered{all};

using ids = std::vector<std::int64_t>;

ids ids_of(const pqxx::result& rows) {
  ids out;
  for (const auto& row : rows)
    fields(row) >> out.emplace_back();
  return out;
}

/// One account's lists on their way into the tables.
class account_change {
public:
  account_change(session& db, const domain::account_lists& what) : db_{db}, what_{what} {}

  domain::onboarded apply() {
    for (const auto& list : what_.lists)
      take(list);
    // Guilds before characters: the order in which everybody locks.
    ids touched = listed_;
    touched.insert(touched.end(), unlisted_.begin(), unlisted_.end());
    db_.exec(hold_guilds, {touched});
    lock_characters(db_, touched);
    add_owners(db_, touched, tags_);
    const auto linked = ids_of(db_.exec(link, {what_.user, listed_}));
    const auto unlinked = ids_of(db_.exec(unlink, {what_.user, unlisted_}));
    ids changed = linked;
    changed.insert(changed.end(), unlinked.begin(), unlinked.end());
    for (const auto id : changed)
      tags_.add(character_id{id});
    for (const auto guild : ids_of(db_.exec(guilds_of, {changed}))) {
      update_leader(db_, guild_id{guild}, tags_);
      tags_.add(guild_id{guild});
    }
    db_.exec(unqueue, {unlinked});
    db_.exec(queue, {askable_, std::chrono::seconds{domain::own_sync_pause}});
    for (const auto guild : ids_of(db_.exec(guilds_of, {askable_})))
      pull_guild_forward(db_, guild_id{guild}, true);
    tags_.add(what_.user);
    tags_.send(db_);
    wake_schedulers(db_);
    return {
        static_cast<std::int64_t>(linked.size()), static_cast<std::int64_t>(unlinked.size())};
  }

private:
  static domain::character_identity
  identity_of(domain::region where, const domain::account_character& one) {
    return {where, one.realm.id, one.id};
  }

  void take(const domain::account_list& list) {
    array realm_ids;
    array bnet_ids;
    for (const auto& one : list.characters) {
      realm_ids.add(one.realm.id);
      bnet_ids.add(one.id);
    }
    character_ids present;
    character_ids named;
    for (const auto& row : db_.exec(known, {list.region, realm_ids, bnet_ids})) {
      character_id id;
      domain::character_identity who;
      bool erased = false;
      fields(row) >> id >> who.region >> who.realm_id >> who.bnet_id >> erased;
      present.emplace(who, id);
      if (!erased)
        named.emplace(who, id);
    }
    for (const auto& [who, id] : make_unknown(list, named))
      present.emplace(who, id);
    ids here;
    for (const auto& [who, id] : present)
      here.push_back(id.value);
    listed_.insert(listed_.end(), here.begin(), here.end());
    for (const auto id : ids_of(db_.exec(own_of_region, {what_.user, list.region})))
      if (std::ranges::find(here, id) == here.end())
        unlisted_.push_back(id);
    for (const auto& one : list.characters)
      if (const auto found = present.find(identity_of(list.region, one));
          found != present.end() && domain::is_askable_name(one.name))
        askable_.push_back(found->second.value);
  }

  /// Rows for those that no row stands for yet, and names for those whose names were erased.
  /// One without a name cannot be asked for: it waits for a list in which it has one.
  character_ids make_unknown(const domain::account_list& list, const character_ids& named) {
    std::map<std::pair<std::string, std::string>, roster_character> made; // one per address
    for (const auto& one : list.characters) {
      const auto who = identity_of(list.region, one);
      auto key = text::name_key(one.name);
      if (named.contains(who) || key.empty())
        continue;
      auto address = std::pair{one.realm.slug, key};
      made.try_emplace(
          std::move(address),
          roster_character{
              who, one.name, std::move(key), one.realm.slug, one.class_id, one.level});
    }
    std::vector<claimed_address> claims;
    std::vector<roster_character> rows;
    for (auto& [address, row] : made) {
      claims.push_back({{list.region, row.realm, row.name_key}, row.who});
      rows.push_back(row);
    }
    if (rows.empty())
      return {};
    for (const auto id : take_over_addresses(db_, claims, {}))
      tags_.add(id);
    tags_.add_addresses();
    return upsert_characters(db_, list.region, rows);
  }

  session& db_;
  const domain::account_lists& what_;
  ids listed_;
  ids unlisted_;
  ids askable_; ///< of the listed ones
  change_tags tags_;
};

} // namespace

template <>
result<domain::onboarded> run(session& db, const domain::onboard& what) {
  const auto& account = what.account;
  return db.transaction([&]() -> result<domain::onboarded> {
    if (db.exec(hold, {account.user}).empty())
      return fail(ec::not_found, "User not found");
    const auto outcome = account_change(db, account).apply();
    track_discovered(db, account.user, what.policy);
    if (account.finished)
      db.exec(forget_token, {account.user});
    return outcome;
  });
}

} // namespace guildhall::store
