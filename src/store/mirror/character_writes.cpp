#include "core/text.hpp"
#include "domain/game.hpp"
#include "domain/last_modified.hpp"
#include "domain/sync_port.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/document_columns.hpp"
#include "store/ledger/documents.hpp"
#include "store/ledger/fence.hpp"
#include "store/ledger/hints.hpp"
#include "store/ledger/jobs.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/mirror/addresses.hpp"
#include "store/mirror/erase.hpp"
#include "store/mirror/guild_link.hpp"
#include "store/mirror/guild_members.hpp"
#include "store/mirror/tracking.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace guildhall::store {

namespace {

constexpr statement lock{
    "lock_character", R"(
  select c.name, c.realm, c.name_key, c.guild_id, c.candidate_id, m.guild_id, m.rank,
    c.forgotten_at is not null, c.mythic_season,
    (select r.name from realm_names r where r.region = c.region and r.realm_id = c.realm_id)
  from characters c left join guild_members m on m.character_id = c.id and m.left_at is null
  where c.id = $1 for no key update of c)",
    20};
// $3: it is verified. $4: its class, if the profile tells; its membership follows.
constexpr std::string_view store_documents{R"(
  with reclassed as (
    update guild_members set character_class = $4, updated_at = app_now()
    where character_id = $1 and left_at is null and character_class <> $4
  )
  update characters set projection = $2::integer,
    verified_at = case when $3::boolean then app_now() else verified_at end,
    is_available = is_available or $3::boolean)"};
constexpr std::string_view arrived_columns =
    generated<[] { return document_assignments(5, written_columns::all); }>;
constexpr std::string_view stored_now{R"(,
    last_synced_at = app_now(), updated_at = app_now(), erased_at = null
  where id = $1)"};
constexpr statement documents{
    "store_character_documents", join<store_documents, arrived_columns, stored_now>, 120};
constexpr statement verify{
    "verify_character", R"(
  update characters set verified_at = app_now(), is_available = true where id = $1)",
    40};
constexpr statement unavailable{
    "character_unavailable", R"(
  update characters set is_available = false, updated_at = app_now()
  where id = $1 and is_available)",
    20};
constexpr statement move{
    "move_character", R"(
  update characters set name = $2, name_key = $3, realm = $4, updated_at = app_now() where id = $1)",
    30};
constexpr statement rename_member{
    "rename_member", R"(
  update guild_members set character_name = $2, updated_at = app_now()
  where character_id = $1 and character_name is distinct from $2)",
    40};
// A rating without a list of seasons is one of the season that is on.
constexpr statement rated_now{
    "rated_now", R"(
  update characters c set mythic_season = (
    select max(s.mythic_season) from characters s where s.region = c.region)
  where c.id = $1)",
    20};
// One far beyond all others is a mistake: it would make theirs the ratings of an older one.
constexpr statement doubt_season{
    "doubt_season", R"(
  update characters c set mythic_season = null
  where c.id = $1 and c.mythic_season > 20 + (
    select max(s.mythic_season) from characters s where s.region = c.region and s.id <> $1))",
    20};
constexpr statement log_rename{
    "log_rename", R"(
  insert into guild_events (kind, seen_after, seen_at, region, guild_id, guild_realm_id,
    bnet_guild_id, character_id, realm_id, bnet_character_id, old_name, new_name)
  select 'renamed', $4::timestamptz, app_now(), c.region, g.id, g.realm_id, g.bnet_guild_id, c.id,
    c.realm_id, c.bnet_character_id, $2, $3
  from characters c left join guild_members m on m.character_id = c.id and m.left_at is null
    left join guilds g on g.id = m.guild_id
  where c.id = $1)",
    30};
// The roster of a guild that does not list the character is the newer word, or is none yet.
constexpr statement guild_of_profile{
    "guild_of_profile", R"(
  update characters c set guild_id = g.id, candidate_id = null, updated_at = app_now()
  from (
    select (
      select g.id from guilds g
        left join document_states d on d.guild_id = g.id and d.document = 'roster'
      where g.id = $2::bigint and not coalesce(d.modified_at > $3::timestamptz, false)) as id
  ) g
  where c.id = $1 and (c.guild_id is distinct from g.id or c.candidate_id is not null))",
    40};
constexpr std::string_view finished{R"(
  with freed as (
    update sync_queue q set lease_token = null, leased_until = null, lost_leases = 0,
      attempts = coalesce(failures_in_a_row(q.attempts_class, q.attempts, $3), 0),
      attempts_class = $3, priority = 2,
      due_at = now.t + case when q.again then interval '0' else $2::interval end,
      forced = q.again, again = false,
      changes = coalesce($4::real, q.changes), exposure = coalesce($5::real, q.exposure),
      seen_as_of = coalesce($6::timestamptz, q.seen_as_of),
      per_hour = coalesce($7::real, q.per_hour), weight = coalesce($8::real, q.weight),
      priced_at = coalesce($9::real, q.priced_at),
      hint_tries = case when q.hinted_at = $10::timestamptz then coalesce($11::smallint, 0)
        else q.hint_tries end,
      hinted_at = case when q.hinted_at = $10::timestamptz and $11::smallint is null then null
        else q.hinted_at end
    from (select app_now() as t) now where q.id = $1
    returning q.guild_id, q.due_at
  ))"};
constexpr statement finish{"finish_character", join<finished, pull_guilds>, 60};
// Nobody asks for whom nobody may name.
constexpr statement drop_entry{"drop_entry", "delete from sync_queue where id = $1", 20};
constexpr std::array all{lock,       documents,        verify,    unavailable,
                         move,       rename_member,    rated_now, doubt_season,
                         log_rename, guild_of_profile, finish,    drop_entry};
const listed_statements registered{all};

/// How long a document that cannot be stored waits before it is asked for again.
constexpr std::chrono::minutes refused_retry{10};

struct stored_character {
  std::optional<std::string> name;
  std::string realm;
  std::optional<std::string> name_key;
  std::optional<guild_id> guild;
  std::optional<std::int64_t> candidate;
  std::optional<guild_id> open_membership;
  int rank{0};
  bool forgotten{false};
  std::optional<std::int64_t> season; ///< of its rating
  std::optional<std::string> realm_name;
};

using arrivals = std::vector<const domain::fetched_document*>;

const domain::fetched_document* find(const arrivals& list, domain::document what) {
  const auto it = std::ranges::find(list, what, &domain::fetched_document::document);
  return it == list.end() ? nullptr : *it;
}

/// What becomes of all of it when PostgreSQL refuses a document.
enum class refusal {
  undoes_all,    ///< nothing is written
  costs_that_one ///< the others are: takes a savepoint
};

/// One character's outcome on its way into the tables.
class character_step {
public:
  character_step(session& db, const domain::character_outcome& outcome, refusal of_one)
      : db_(db),
        outcome_(outcome),
        id_(outcome.work.character),
        of_one_(of_one) {}

  result<void> apply(bool announce) {
    const bool gone = outcome_.gone || is_foreign();
    if (gone) // the guilds first
      hold_to_erase(db_, {id_.value});
    const auto rows = db_.exec(lock, {id_});
    if (rows.empty())
      return fail(ec::not_found);
    fields(rows[0]) >> stored_.name >> stored_.realm >> stored_.name_key >> stored_.guild
        >> stored_.candidate >> stored_.open_membership >> stored_.rank >> stored_.forgotten
        >> stored_.season >> stored_.realm_name;
    if (stored_.forgotten)
      db_.exec(drop_entry, {outcome_.work.lease.entry});
    else if (gone)
      erase();
    else
      write();
    if (!stored_.forgotten)
      release();
    if (changed_)
      notify(announce);
    return {};
  }

private:
  /// An answer with a foreign id never overwrites a row.
  bool is_foreign() const {
    const auto& profile = outcome_.profile;
    return profile
        && (profile->id != outcome_.work.identity.bnet_id
            || profile->realm.id != outcome_.work.identity.realm_id);
  }

  void erase() {
    finish_character_jobs(db_, {id_.value}); // one that asked for it has its answer
    erase_characters(db_, {id_.value}, erasing::gone, tags_);
    changed_ = true;
  }

  void write() {
    store_documents();
    for (const auto what : outcome_.unchanged)
      changed_ |= record_unchanged(db_, id_, what);
    for (const auto& why : outcome_.failed)
      fail_document(why);
    if (outcome_.verified && !verified_)
      db_.exec(verify, {id_});
  }

  const domain::document_record* record_of(domain::document what) const {
    const auto& records = outcome_.work.documents;
    const auto it = std::ranges::find(records, what, &domain::document_record::document);
    return it == records.end() ? nullptr : &*it;
  }

  /// An unconditional answer with the stored body's version brings nothing new.
  bool is_stored_already(const domain::fetched_document& doc) const {
    const auto* record = record_of(doc.document);
    return doc.document == domain::document::profile && outcome_.work.profile_stored && record
        && record->state == domain::document_state::ok && !doc.stored_version().empty()
        && doc.stored_version() == record->stored_version() && doc.left_out.parts == 0
        && record->left_out == 0;
  }

  void store_documents() {
    arrivals fresh;
    for (const auto& doc : outcome_.arrived)
      if (!is_stored_already(doc))
        fresh.push_back(&doc);
    if (!fresh.empty() && of_one_ == refusal::undoes_all)
      write_documents(fresh);
    else if (!fresh.empty() && !db_.accepted([&] { write_documents(fresh); }))
      fresh = without_refused(fresh);
    changed_ |= !fresh.empty();
    verified_ = outcome_.verified && !fresh.empty(); // with them
    note_arrivals(fresh);
  }

  /// One of them is refused: each is tried alone, the others are stored.
  arrivals without_refused(const arrivals& list) {
    arrivals kept;
    for (const auto* doc : list) {
      if (db_.accepted([&] { write_documents({doc}); }))
        kept.push_back(doc);
      else
        fail_document(
            {doc->document, domain::failure_class::malformed, "the database refuses it as JSON",
             outcome_.made_at + refused_retry});
    }
    return kept;
  }

  void write_documents(const arrivals& list) {
    const bool profile = find(list, domain::document::profile) != nullptr;
    if (profile && outcome_.profile) {
      move_to_address();
      place_in_guild();
      if (stored_.realm_name != outcome_.profile->realm.name)
        remember_realm(
            db_, outcome_.work.identity.region, outcome_.work.identity.realm_id,
            outcome_.profile->realm.name);
    }
    const auto& columns = outcome_.columns;
    std::vector<param> params{
        id_, domain::projection_version, outcome_.verified,
        profile && columns.class_id ? param(columns.class_name) : param(std::nullopt)};
    for (const auto& kind : domain::document_kinds) {
      const auto* arrived = find(list, kind.what);
      add_document_params(
          params, kind, written_columns::all, arrived ? &arrived->body : nullptr, columns);
    }
    db_.exec(documents, params);
    if (find(list, domain::document::mythic) && columns.mythic_rating && !columns.mythic_season)
      db_.exec(rated_now, {id_});
    if (find(list, domain::document::mythic) && columns.mythic_season
        && columns.mythic_season != stored_.season)
      db_.exec(doubt_season, {id_});
  }

  void note_arrivals(const arrivals& fresh) {
    std::vector<arrived_document> noted;
    for (const auto& doc : outcome_.arrived) {
      if (!find(fresh, doc.document) && !is_stored_already(doc))
        continue;
      const auto& kind = domain::kind_of(doc.document);
      const bool entity = kind.place == domain::document_place::entity;
      noted.push_back(
          {.what = doc,
           .synced_for = entity ? std::string{} : outcome_.profile_version,
           .period_id = kind.weekly ? outcome_.period_id : std::nullopt});
    }
    record_arrived(db_, id_, noted);
  }

  void fail_document(const domain::document_failure& why) {
    if (!domain::kind_of(why.document).stored)
      return;
    changed_ |= record_failure(db_, id_, why, wait_until(why.retry_at, outcome_.made_at));
    if (why.document == domain::document::profile && why.is_verdict())
      db_.exec(unavailable, {id_});
  }

  /// The profile says what the character is called now, and where it lives.
  void move_to_address() {
    const auto& profile = *outcome_.profile;
    const auto key = text::name_key(profile.name);
    if (profile.name.empty() || key.empty())
      return;
    const auto& realm = profile.realm.slug.empty() ? stored_.realm : profile.realm.slug;
    if (stored_.name == profile.name && stored_.realm == realm && stored_.name_key == key)
      return;
    const auto& who = outcome_.work.identity;
    const claimed_address claim{{who.region, realm, key}, who};
    for (const auto other : take_over_addresses(db_, {&claim, 1}, {id_.value}))
      tags_.add(other);
    tags_.add_addresses();
    db_.exec(move, {id_, profile.name, key, realm});
    db_.exec(rename_member, {id_, profile.name});
    const auto* record = record_of(domain::document::profile);
    if (stored_.name && *stored_.name != profile.name)
      db_.exec(
          log_rename,
          {id_, *stored_.name, profile.name, record ? record->checked_at : std::nullopt});
  }

  /// `characters.guild_id` holds a local guild's key: whom a roster lists is in that guild,
  /// whatever the profile says; a guild that is not known here becomes a candidate, and the
  /// character waits for it.
  void place_in_guild() {
    const auto& profile = *outcome_.profile;
    if (stored_.open_membership || profile.guild_unclear)
      return;
    std::optional<guild_id> local;
    if (profile.guild) {
      const auto where = outcome_.work.identity.region;
      local = guild_of_identity(db_, {where, profile.guild->realm.id, profile.guild->id});
      if (!local) {
        wait_for_guild(db_, where, *profile.guild, id_);
        return;
      }
    }
    const auto* profile_document = find_arrived(domain::document::profile);
    db_.exec(
        guild_of_profile,
        {id_, local, domain::parse_last_modified(profile_document->last_modified)});
  }

  const domain::fetched_document* find_arrived(domain::document what) const {
    const auto it =
        std::ranges::find(outcome_.arrived, what, &domain::fetched_document::document);
    return it == outcome_.arrived.end() ? nullptr : &*it;
  }

  void release() {
    const auto why = std::ranges::find(
        outcome_.failed, domain::document::profile, &domain::document_failure::document);
    const auto failed_as = why == outcome_.failed.end()
                             ? std::nullopt
                             : std::optional{domain::to_string(why->error_class)};
    std::vector<param> params{
        outcome_.work.lease.entry, wait_until(outcome_.next_due, outcome_.made_at), failed_as};
    std::ranges::move(params_of(outcome_.look), std::back_inserter(params));
    std::ranges::move(params_of(outcome_.hint), std::back_inserter(params));
    db_.exec(finish, params);
    if (outcome_.work.user && outcome_.look && outcome_.look->changed_at)
      hasten_others(db_, *outcome_.work.user, id_);
    finish_character_jobs(db_, {id_.value});
    if (outcome_.work.forced)
      drop_strays(db_, {id_.value});
  }

  void notify(bool announce) {
    tags_.add(id_);
    // The coordinator tells of its guild at most once a second.
    if (announce && stored_.open_membership)
      tags_.add(*stored_.open_membership);
    tags_.send(db_);
  }

  session& db_;
  const domain::character_outcome& outcome_;
  character_id id_;
  refusal of_one_;
  stored_character stored_;
  change_tags tags_;
  bool changed_{false};
  bool verified_{false}; ///< it is written already
};

} // namespace

template <>
result<void> run(session& db, const domain::apply_character& what) {
  const auto& outcome = what.outcome;
  result<void> applied;
  const auto apply = [&](refusal of_one) {
    applied = db.transaction([&]() -> result<void> {
      if (auto held = fence(db, outcome.work.lease); !held)
        return held;
      return character_step(db, outcome, of_one).apply(what.announce);
    });
  };
  // Hardly ever is one refused: only then all of it is done once more, with savepoints.
  if (!db.accepted([&] { apply(refusal::undoes_all); }))
    apply(refusal::costs_that_one);
  // A guild is locked before its characters: not in the transaction that has locked one.
  if (applied && outcome.work.user && outcome.profile)
    track_discovered(db, *outcome.work.user, what.policy);
  return applied;
}

} // namespace guildhall::store
