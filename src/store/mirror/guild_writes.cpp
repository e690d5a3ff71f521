#include "domain/sync_port.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/documents.hpp"
#include "store/ledger/fence.hpp"
#include "store/ledger/hints.hpp"
#include "store/ledger/known_guilds.hpp"
#include "store/mirror/addresses.hpp"
#include "store/mirror/guild_link.hpp"
#include "store/mirror/guild_members.hpp"
#include "store/mirror/guild_row.hpp"
#include "store/mirror/member_rows.hpp"
#include "store/mirror/transfers.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <algorithm>
#include <array>

namespace guildhall::store {

namespace {

constexpr statement dispute{
    "tracked_disputed", R"(
  update tracked_guilds set state = 'disputed',
    not_found_since = coalesce(not_found_since, app_now()),
    disputed_since = case when (disputed_realm_id, disputed_bnet_id) = ($2::bigint, $3::bigint)
                          then disputed_since else app_now() end,
    disputed_realm_id = $2, disputed_bnet_id = $3, last_error = $4, last_error_at = app_now()
  where id = $1)",
    20};
constexpr std::array all{dispute};
const listed_statements registered{all};

/// How long a document that cannot be stored waits before it is asked for again.
constexpr std::chrono::minutes refused_retry{10};
/// When a suspect roster is looked at again: a second opinion counts from 10 min on.
constexpr std::chrono::minutes second_look{11};

const domain::document_failure*
failure_of(const domain::guild_outcome& outcome, domain::document what) {
  const auto it = std::ranges::find(outcome.failed, what, &domain::document_failure::document);
  return it == outcome.failed.end() ? nullptr : &*it;
}

/// One guild step on its way into the tables.
class guild_step {
public:
  guild_step(session& db, const domain::guild_outcome& outcome)
      : db_(db),
        outcome_(outcome),
        work_(outcome.work),
        now_(now_of(db)) {}

  domain::guild_applied apply() {
    hold_guilds();
    if (!find_guild()) {
      note_state();
      return applied_;
    }
    applied_.guild = guild_.id;
    tags_.add(guild_.id);
    note_unchanged();
    if (outcome_.roster && outcome_.roster_document)
      judge_and_apply();
    for (const auto& why : outcome_.failed)
      fail_document(why);
    note_activity();
    note_state();
    if (applied_.changed)
      tags_.send(db_);
    applied_.transfers = pending_transfers(db_, guild_.id);
    return applied_;
  }

private:
  bool is_foreign() const {
    const auto& view = outcome_.guild_document;
    return view && domain::is_foreign(work_.identity, view->id, view->realm);
  }

  /// All of them at once, before anything is read that another step may be changing.
  void hold_guilds() {
    auto guild = work_.guild;
    auto address = work_.address;
    if (const auto& view = outcome_.guild_document; view && !is_foreign()) {
      if (!guild)
        guild = guild_of_identity(db_, {address.region, view->realm.id, view->id});
      address = address_of(*view, address);
    }
    const auto& roster = outcome_.roster_document;
    hold_guilds_of_roster(
        db_, guild, address,
        roster ? std::span{roster->members} : std::span<const domain::roster_member>{});
  }

  /// The guild's row: written from its document, or the one that is known.
  bool find_guild() {
    if (outcome_.guild && outcome_.guild_document && !is_foreign()) {
      if (write_document())
        return true;
    } else if (is_foreign()) {
      late_ = {
          domain::document::guild, domain::failure_class::not_found,
          "another guild answers at this address", outcome_.next_due};
    }
    if (!work_.guild)
      return false;
    const auto known = lock_guild(db_, *work_.guild);
    if (!known)
      return false;
    guild_ = *known;
    if (late_)
      fail_document(*late_);
    return true;
  }

  bool write_document() {
    guild_written written;
    const bool stored = db_.accepted([&] {
      written = write_guild(db_, work_.address, *outcome_.guild_document);
      if (!store_guild_document(db_, written.guild.id, outcome_.guild->body))
        throw unstorable_text{};
    });
    if (!stored) {
      late_ = refused(domain::document::guild);
      return false;
    }
    guild_ = written.guild;
    if (written.moved)
      tags_.add_addresses();
    record_arrived(db_, guild_.id, {{.what = *outcome_.guild}});
    applied_.changed |= written.changed || is_another(*outcome_.guild, work_.guild_document);
    return true;
  }

  /// Freshness tells how much of a document cannot be read.
  static bool is_otherwise_readable(
      const domain::fetched_document& doc, const domain::document_record& before) {
    return static_cast<std::int64_t>(doc.left_out.parts) != before.left_out;
  }

  static bool
  is_another(const domain::fetched_document& doc, const domain::document_record& before) {
    return doc.stored_version() != before.stored_version()
        || before.state != domain::document_state::ok || is_otherwise_readable(doc, before);
  }

  domain::document_failure refused(domain::document what) {
    applied_.retry_at = outcome_.made_at + refused_retry;
    return {
        what, domain::failure_class::malformed, "the database refuses it as JSON",
        *applied_.retry_at};
  }

  void fail_document(const domain::document_failure& why) {
    applied_.changed |=
        record_failure(db_, guild_.id, why, wait_until(why.retry_at, outcome_.made_at));
  }

  void note_unchanged() {
    for (const auto what : outcome_.unchanged) {
      applied_.changed |= record_unchanged(db_, guild_.id, what);
      if (what == domain::document::roster)
        remember_suspicion(db_, guild_.id, std::nullopt);
    }
  }

  /// Nobody reads of it: the guild has not changed.
  void note_activity() {
    const auto& told = outcome_.activity;
    if (told.arrived)
      record_arrived(db_, guild_.id, {{.what = *told.arrived}});
    else if (told.unchanged)
      record_unchanged(db_, guild_.id, domain::document::activity);
    else if (told.failed)
      record_failure(
          db_, guild_.id, *told.failed, wait_until(told.failed->retry_at, outcome_.made_at));
    hint_at_members(db_, guild_.id, outcome_.hints);
  }

  void judge_and_apply() {
    const auto& roster = *outcome_.roster_document;
    domain::roster_context context{
        .expected = guild_.identity,
        .open_members = open_members(db_, guild_.id),
        .member_count =
            outcome_.guild_document ? outcome_.guild_document->member_count : std::nullopt,
        .earlier = work_.earlier_suspicion,
        .last_modified = outcome_.roster->last_modified,
        .now = now_};
    if (!context.member_count)
      context.member_count = unchanged_count();
    switch (domain::judge_roster(roster, context)) {
    case domain::roster_verdict::foreign:
      roster_trouble_ = {
          domain::document::roster, domain::failure_class::not_found, "another guild's roster",
          outcome_.next_due};
      fail_document(*roster_trouble_);
      break;
    case domain::roster_verdict::suspect:
      suspect(roster, context);
      break;
    case domain::roster_verdict::plausible:
      accept(roster);
      break;
    }
  }

  /// A 304 says that the stored guild document, and its count, still hold.
  std::optional<std::int64_t> unchanged_count() const {
    const bool holds = std::ranges::find(outcome_.unchanged, domain::document::guild)
                    != outcome_.unchanged.end();
    return holds ? document_count(db_, guild_.id) : std::nullopt;
  }

  void suspect(const domain::roster_view& roster, const domain::roster_context& context) {
    const auto size = static_cast<std::int64_t>(roster.listed());
    // The first sighting counts, unless this one disagrees with it.
    const auto& earlier = context.earlier;
    const bool same_size = earlier && earlier->members == size;
    if (!same_size)
      remember_suspicion(db_, guild_.id, domain::suspicion{context.last_modified, now_, size});
    applied_.members = static_cast<std::int64_t>(context.open_members);
    applied_.look_again = outcome_.made_at + second_look;
    roster_trouble_ = {
        domain::document::roster, domain::failure_class::malformed,
        "a roster of " + std::to_string(size) + " where " + std::to_string(context.open_members)
            + " were known",
        outcome_.next_due};
    applied_.changed |= record_suspect(db_, guild_.id, roster_trouble_->detail);
  }

  void accept(const domain::roster_view& roster) {
    bool complete = true;
    const auto applied_before = applied_;
    const auto tags_before = tags_;
    const bool stored = db_.accepted([&] {
      if (!store_roster_document(db_, guild_.id, outcome_.roster->body))
        throw unstorable_text{};
      complete = apply_roster(
          db_,
          {guild_, roster, outcome_.roster->last_modified, work_.roster_document.checked_at},
          applied_, tags_);
    });
    if (!stored) {
      applied_ = applied_before;
      tags_ = tags_before;
      roster_trouble_ = refused(domain::document::roster);
      fail_document(*roster_trouble_);
      return;
    }
    record_arrived(db_, guild_.id, {{.what = *outcome_.roster}});
    if (!complete)
      forget_last_modified(db_, guild_.id, domain::document::roster);
    remember_suspicion(db_, guild_.id, std::nullopt);
    const auto& before = work_.roster_document;
    applied_.changed |= applied_.first_scan || before.state != domain::document_state::ok
                     || is_otherwise_readable(*outcome_.roster, before);
  }

  /// What the tracked address is worth after this step (R6: success only on success).
  void note_state() {
    const auto* why = failure_of(outcome_, domain::document::guild);
    if (!why && late_)
      why = &*late_;
    if (outcome_.stranger) {
      note_dispute();
      return;
    }
    if (why && why->error_class == domain::failure_class::not_found && why->is_verdict()) {
      tracked_not_found(db_, work_.tracked, no_such_guild(db_, work_.address));
      return;
    }
    if (applied_.guild && !why)
      tracked_found(
          db_, work_.tracked, applied_.guild, outcome_.failed.empty() && !roster_trouble_);
    if (!why)
      why = failure_of(outcome_, domain::document::roster);
    if (!why && roster_trouble_)
      why = &*roster_trouble_;
    if (why)
      tracked_failed(
          db_, work_.tracked,
          std::string(domain::to_string(why->document)) + ": " + why->detail);
  }

  /// The address is the stranger's; all else stays with our guild until that is settled.
  void note_dispute() {
    const auto& by = *outcome_.stranger;
    const domain::guild_identity who{work_.address.region, by.realm.id, by.id};
    if (take_over_guild_address(db_, work_.address, who))
      tags_.add_addresses();
    if (applied_.guild)
      applied_.changed |= record_disputed(db_, guild_.id);
    db_.exec(
        dispute, {work_.tracked, by.realm.id, by.id, "another guild answers at this address"});
  }

  session& db_;
  const domain::guild_outcome& outcome_;
  const domain::guild_work& work_;
  time_point now_;
  stored_guild guild_;
  std::optional<domain::document_failure> late_; ///< found out here, not by the coordinator
  std::optional<domain::document_failure> roster_trouble_; ///< it arrived but was not applied
  domain::guild_applied applied_;
  change_tags tags_;
};

} // namespace

template <>
result<domain::guild_applied> run(session& db, const domain::apply_guild& what) {
  return db.transaction([&]() -> result<domain::guild_applied> {
    if (auto held = fence(db, what.outcome.work.lease); !held)
      return fail(held.error());
    return guild_step(db, what.outcome).apply();
  });
}

} // namespace guildhall::store
