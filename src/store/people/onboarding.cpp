#include "domain/onboarding.hpp"

#include "core/text.hpp"
#include "domain/own.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/fence.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/mirror/addresses.hpp"
#include "store/mirror/erase.hpp"
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
#include <set>
#include <utility>

namespace guildhall::store {

namespace {

constexpr statement hold{
    "hold_user", "select last_login_at from users where id = $1 for no key update", 10};
// $4: the login that this list comes from. Who was forgotten before it may be named again;
// 'asked' stays nobody's until then.
constexpr statement known{
    "known_of_account", R"(
  select c.id, c.region, c.realm_id, c.bnet_character_id, c.name is null,
    c.forgotten_at is not null, coalesce(c.forgotten_at < $4::timestamptz, false),
    c.forgotten_at is not null and c.forgotten_address is null
  from unnest($2::bigint[], $3::bigint[]) as w(realm_id, bnet_id)
    join characters c on c.region = $1 and c.realm_id = w.realm_id
      and c.bnet_character_id = w.bnet_id
  order by c.id)",
    8'000};
constexpr statement own_of_region{
    "own_characters_of_region", R"(
  select id, licence_id, unlisted_at, unseen_at from characters
  where user_id = $1 and region = $2 order by id)",
    2'000};
// Who is listed is missed no more. 0: the list does not say the licence.
constexpr statement note_listed{
    "note_listed", R"(
  update characters c set unlisted_at = null, unseen_at = null,
    licence_id = coalesce(nullif(w.licence, 0), c.licence_id)
  from unnest($1::bigint[], $2::bigint[]) as w(id, licence)
  where c.id = w.id and (c.unlisted_at is not null or c.unseen_at is not null
    or c.licence_id is distinct from coalesce(nullif(w.licence, 0), c.licence_id)))",
    30'000};
constexpr statement note_unlisted{
    "note_unlisted", R"(
  update characters set unlisted_at = app_now()
  where id = any($1::bigint[]) and unlisted_at is null)",
    30'000};
constexpr statement note_unseen{
    "note_unseen", R"(
  update characters set unseen_at = app_now()
  where id = any($1::bigint[]) and unseen_at is null)",
    30'000};
constexpr statement link{
    "link_characters", R"(
  update characters set user_id = $1, updated_at = app_now()
  where id = any($2::bigint[]) and user_id is distinct from $1
  returning id)",
    30'000};
constexpr statement unlink{
    "unlink_characters", R"(
  update characters set user_id = null, licence_id = null, unlisted_at = null, unseen_at = null,
    updated_at = app_now()
  where id = any($2::bigint[]) and user_id = $1 returning id)",
    30'000};
// Of whom is one of the listed under another id now: a guild's scan found that, and the list
// says whose it is.
constexpr statement follow_sign_ups{
    "follow_sign_ups", R"(
  update event_subscriptions s set character_id = j.id, updated_at = app_now()
  from guild_events e join characters j on j.region = e.region and j.realm_id = e.other_realm_id
    and j.bnet_character_id = e.other_bnet_character_id
  where s.user_id = $1 and e.character_id = s.character_id and e.kind = 'transferred'
    and j.id = any($2::bigint[]) and j.id <> s.character_id
  returning s.event_id)",
    2'000};
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
// While the token lives: without it the next login brings the second list.
constexpr statement list_again{
    "list_again", R"(
  update users set onboarding_due_at = app_now() + $2::interval
  where id = $1 and tokens_stored_at is not null)",
    40};
constexpr std::array all{hold,        known, own_of_region, note_listed, note_unlisted,
                         note_unseen, link,  unlink,        guilds_of,   hold_guilds,
                         unqueue,     queue, forget_token,  list_again,  follow_sign_ups};
const listed_statements registered{all};

using ids = std::vector<std::int64_t>;

/// One account's lists on their way into the tables.
class account_change {
public:
  account_change(
      session& db, const domain::account_lists& what, std::optional<time_point> login)
      : db_{db},
        what_{what},
        login_{login} {}

  domain::onboarded apply() {
    hold();
    for (const auto& list : what_.lists)
      take(list);
    ids touched = listed_;
    for (const auto* some : {&unlisted_, &missed_, &unseen_})
      touched.insert(touched.end(), some->begin(), some->end());
    add_owners(db_, touched, tags_);
    const auto linked = ids_of(db_.exec(link, {what_.user, listed_}));
    for (const auto event : ids_of(db_.exec(follow_sign_ups, {what_.user, listed_})))
      tags_.add(event_id{event});
    const auto unlinked = ids_of(db_.exec(unlink, {what_.user, unlisted_}));
    db_.exec(note_listed, {listed_, licences_});
    db_.exec(note_unlisted, {missed_});
    db_.exec(note_unseen, {unseen_});
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
        static_cast<std::int64_t>(linked.size()), static_cast<std::int64_t>(unlinked.size()),
        static_cast<std::int64_t>(missed_.size() + unseen_.size())};
  }

  /// A list proves that something is gone, and a second one has to.
  bool needs_second_list() const {
    return !missed_.empty();
  }

private:
  static domain::character_identity
  identity_of(domain::region where, const domain::account_character& one) {
    return {where, one.realm.id, one.id};
  }

  struct known_character {
    character_id id;
    bool nameless{false};
    bool forgotten{false}; ///< and still so
    bool nobodys{false};   ///< somebody asked that it be forgotten
  };
  using known_characters = std::map<domain::character_identity, known_character>;

  known_characters look_up(const domain::account_list& list, ids& again) {
    array realm_ids;
    array bnet_ids;
    for (const auto& one : list.characters) {
      realm_ids.add(one.realm.id);
      bnet_ids.add(one.id);
    }
    known_characters out;
    for (const auto& row : db_.exec(known, {list.region, realm_ids, bnet_ids, login_})) {
      domain::character_identity who;
      known_character one;
      bool has_come_back = false;
      fields(row) >> one.id >> who.region >> who.realm_id >> who.bnet_id >> one.nameless
          >> one.forgotten >> has_come_back >> one.nobodys;
      if (has_come_back) {
        again.push_back(one.id.value);
        one.forgotten = one.nobodys = false;
      }
      out.emplace(who, one);
    }
    return out;
  }

  /// The queue's rows, guilds, characters, before anything is written: the order in which
  /// everybody locks.
  void hold() {
    ids touched;
    ids ignored;
    for (const auto& list : what_.lists) {
      for (const auto& [who, one] : look_up(list, ignored))
        touched.push_back(one.id.value);
      const auto own = ids_of(db_.exec(own_of_region, {what_.user, list.region}));
      touched.insert(touched.end(), own.begin(), own.end());
    }
    hold_queue(db_, touched);
    db_.exec(hold_guilds, {touched});
    lock_characters(db_, touched);
  }

  void take(const domain::account_list& list) {
    ids again;
    const auto known_here = look_up(list, again);
    end_forgetting(db_, again);
    character_ids present;
    std::set<domain::character_identity> named; // or not to be named
    for (const auto& [who, one] : known_here) {
      if (!one.nobodys)
        present.emplace(who, one.id);
      if (!one.nameless || one.forgotten)
        named.insert(who);
    }
    for (const auto& [who, id] : make_unknown(list, named))
      present.emplace(who, id);
    ids here;
    for (const auto& one : list.characters)
      if (const auto found = present.find(identity_of(list.region, one));
          found != present.end()) {
        here.push_back(found->second.value);
        licences_.push_back(one.licence.value_or(0));
      }
    listed_.insert(listed_.end(), here.begin(), here.end());
    note_absent(list, here);
    for (const auto& one : list.characters)
      if (const auto found = present.find(identity_of(list.region, one));
          found != present.end() && domain::is_askable_name(one.name))
        askable_.push_back(found->second.value);
  }

  /// What is linked and not on the list is unlinked once that is confirmed.
  void note_absent(const domain::account_list& list, const ids& here) {
    const auto now = now_of(db_);
    for (const auto& row : db_.exec(own_of_region, {what_.user, list.region})) {
      std::int64_t id = 0;
      std::optional<std::int64_t> licence;
      domain::absent_since before;
      fields(row) >> id >> licence >> before.proven >> before.likely;
      if (std::ranges::find(here, id) != here.end())
        continue;
      const auto what = domain::absence_of(list, licence);
      if (what != domain::absence::proven && !list.whole)
        continue; // it may be among what could not be read
      if (domain::is_confirmed(what, before, now))
        unlisted_.push_back(id);
      else if (what == domain::absence::proven)
        missed_.push_back(id);
      else
        unseen_.push_back(id);
    }
  }

  /// Rows for those that no row stands for yet, and names for those whose names were erased.
  /// One without a name cannot be asked for: it waits for a list in which it has one.
  character_ids make_unknown(
      const domain::account_list& list, const std::set<domain::character_identity>& named) {
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
  std::optional<time_point> login_; ///< that the lists come from
  ids listed_;
  ids licences_; ///< of the listed ones
  ids unlisted_; ///< to be unlinked
  ids missed_;   ///< a list proves their absence, for the first time
  ids unseen_;   ///< it only makes it likely
  ids askable_;  ///< of the listed ones
  change_tags tags_;
};

} // namespace

template <>
result<domain::onboarded> run(session& db, const domain::onboard& what) {
  const auto& account = what.account;
  bool second_list = false;
  const auto outcome = db.transaction([&]() -> result<domain::onboarded> {
    const auto user = db.exec(hold, {account.user});
    if (user.empty())
      return fail(ec::not_found, "User not found");
    std::optional<time_point> login;
    fields(user[0]) >> login;
    account_change change(db, account, login);
    auto done = change.apply();
    second_list = change.needs_second_list();
    return done;
  });
  if (!outcome)
    return outcome;
  // A guild is locked before its characters: not in the transaction that has locked them. The
  // token goes last: until then whoever finds this unfinished does it again.
  track_discovered(db, account.user, what.policy);
  if (second_list)
    db.exec(list_again, {account.user, std::chrono::seconds{domain::second_list_after}});
  else if (account.finished)
    db.exec(forget_token, {account.user});
  return outcome;
}

} // namespace guildhall::store
