#include "store/ledger/documents.hpp"

#include "core/text.hpp"
#include "domain/last_modified.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

// A guild's and a character's document have partial unique indexes of their own, so each
// statement names its owner through one parameter of the two.
constexpr statement arrived{
    "documents_arrived", R"(
  with now as (select app_now() as t), new as (
    select * from unnest($3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[],
      $8::bigint[], $9::text[], $10::bigint[], $11::text[])
      n(document, last_modified, modified_at, schema_revision, synced_for, period_id, version,
        left_out, error_detail)
  ), again as (
    update document_states d set state = 'ok', fetched_at = t, checked_at = t,
      changed_at = case when coalesce(nullif(d.version, ''), d.last_modified) = n.version
          and n.version <> '' then d.changed_at else t end,
      last_modified = n.last_modified, modified_at = n.modified_at,
      schema_revision = n.schema_revision, synced_for = n.synced_for,
      period_id = coalesce(n.period_id, d.period_id), version = n.version,
      left_out = n.left_out, error_class = null, error_detail = n.error_detail, failures = 0,
      failed_at = null, retry_at = null
    from now, new n
    where (d.guild_id = $1::bigint or d.character_id = $2::bigint) and d.document = n.document
    returning d.document
  )
  insert into document_states (guild_id, character_id, document, state, fetched_at,
    checked_at, changed_at, last_modified, modified_at, schema_revision, synced_for, period_id,
    version, left_out, error_detail)
  select $1::bigint, $2::bigint, n.document, 'ok', t, t, t, n.last_modified, n.modified_at,
    n.schema_revision, n.synced_for, n.period_id, n.version, n.left_out, n.error_detail
  from now, new n where n.document not in (select document from again))",
    60};
constexpr statement unchanged{
    "document_unchanged", R"(
  with before as (
    select id, state, error_class from document_states
    where (guild_id = $1::bigint or character_id = $2::bigint) and document = $3 for update
  )
  update document_states d set checked_at = app_now(), state = 'ok', error_class = null,
    error_detail = '', failures = 0, failed_at = null, retry_at = null
  from before b where d.id = b.id
  returning b.state <> 'ok' or b.error_class is not null)",
    30};
// $7: it may pass. A verdict stands until Battle.net shows the document again.
constexpr statement failed{
    "document_failed", R"(
  with before as (
    select id, state from document_states
    where (guild_id = $1::bigint or character_id = $2::bigint) and document = $3 for update
  ), known as (
    update document_states d set
      state = case when not $7::boolean then $4
                   when d.state in ('not_found', 'forbidden') then d.state else 'failed' end,
      error_class = $4, error_detail = $5, failed_at = app_now(),
      retry_at = app_now() + $6::interval,
      failures = failures_in_a_row(d.error_class, d.failures, $4)
    from before b where d.id = b.id
    returning b.state <> d.state as another_state
  ), first as (
    insert into document_states (guild_id, character_id, document, state, error_class,
      error_detail, failures, failed_at, retry_at)
    select $1::bigint, $2::bigint, $3, case when $7::boolean then 'failed' else $4 end, $4, $5, 1,
      app_now(), app_now() + $6::interval
    where not exists (select from before)
    returning true as another_state
  )
  select another_state from known union all select another_state from first)",
    40};
constexpr statement suspect{
    "document_suspect", R"(
  with before as (
    select id, state from document_states where guild_id = $1 and document = 'roster' for update
  ), known as (
    update document_states d set state = 'suspect', checked_at = app_now(), error_class = null,
      error_detail = $2, failures = 0, failed_at = null, retry_at = null
    from before b where d.id = b.id
    returning b.state <> d.state as another_state
  ), first as (
    insert into document_states (guild_id, document, state, checked_at, error_detail)
    select $1::bigint, 'roster', 'suspect', app_now(), $2 where not exists (select from before)
    returning true as another_state
  )
  select another_state from known union all select another_state from first)",
    30};
// After it was noted as failed.
constexpr statement disputed{
    "document_disputed", R"(
  update document_states set state = 'disputed'
  where guild_id = $1 and document = 'guild' and state <> 'disputed')",
    20};
constexpr statement unconditional{
    "document_unconditional", R"(
  update document_states set last_modified = ''
  where (guild_id = $1::bigint or character_id = $2::bigint) and document = $3)",
    20};
constexpr std::string_view select{"select"};
constexpr std::string_view whose{
    " from document_states d where d.guild_id = $1::bigint or d.character_id = $2::bigint"};
constexpr statement of_owner{"documents_of", join<select, document_state_columns, whose>, 20};
constexpr std::array all{arrived,  unchanged,     failed,  suspect,
                         disputed, unconditional, of_owner};
const listed_statements registered{all};

param guild_of(const document_owner& owner) {
  const auto* id = std::get_if<guild_id>(&owner);
  return id ? param(*id) : param(std::nullopt);
}

param character_of(const document_owner& owner) {
  const auto* id = std::get_if<character_id>(&owner);
  return id ? param(*id) : param(std::nullopt);
}

bool may_pass(const domain::document_failure& why) {
  return why.error_class != domain::failure_class::malformed && !why.is_verdict();
}

bool said_yes(const pqxx::result& rows) {
  bool yes = false;
  if (!rows.empty())
    fields(rows[0]) >> yes;
  return yes;
}

} // namespace

bool read_document(fields& in, domain::document_record& out) {
  std::optional<std::string> name;
  std::string state;
  std::optional<std::string> error_class;
  in >> name >> state >> out.fetched_at >> out.checked_at >> out.changed_at >> out.last_modified
      >> out.synced_for >> out.period_id >> error_class >> out.failures >> out.retry_at
      >> out.version >> out.left_out;
  const auto document = domain::parse_document(name.value_or(""));
  if (!document)
    return false;
  out.document = *document;
  out.state = domain::parse_document_state(state).value_or(domain::document_state::missing);
  out.error_class = error_class ? domain::parse_failure_class(*error_class) : std::nullopt;
  return true;
}

std::vector<domain::document_record> documents_of(session& db, document_owner owner) {
  std::vector<domain::document_record> out;
  for (const auto& row : db.exec(of_owner, {guild_of(owner), character_of(owner)})) {
    fields in(row);
    domain::document_record record;
    if (read_document(in, record))
      out.push_back(std::move(record));
  }
  return out;
}

void record_arrived(
    session& db, document_owner owner, const std::vector<arrived_document>& arrivals) {
  if (arrivals.empty())
    return;
  array documents;
  array last_modified;
  array modified_at;
  array revisions;
  array synced_for;
  array periods;
  array versions;
  array left_out;
  array details;
  for (const auto& arrival : arrivals) {
    const auto& what = arrival.what;
    documents.add(domain::to_string(what.document));
    last_modified.add(what.last_modified);
    modified_at.add(domain::parse_last_modified(what.last_modified));
    revisions.add(what.schema_revision);
    synced_for.add(arrival.synced_for);
    periods.add(arrival.period_id);
    versions.add(what.stored_version());
    left_out.add(static_cast<std::int64_t>(what.left_out.parts));
    details.add(text::printable(what.left_out.first));
  }
  db.exec(
      arrived, {guild_of(owner), character_of(owner), documents, last_modified, modified_at,
                revisions, synced_for, periods, versions, left_out, details});
}

bool record_unchanged(session& db, document_owner owner, domain::document what) {
  return said_yes(
      db.exec(unchanged, {guild_of(owner), character_of(owner), domain::to_string(what)}));
}

bool record_failure(
    session& db, document_owner owner, const domain::document_failure& why,
    std::chrono::milliseconds wait) {
  return said_yes(db.exec(
      failed,
      {guild_of(owner), character_of(owner), domain::to_string(why.document),
       domain::to_string(why.error_class), text::printable(why.detail), wait, may_pass(why)}));
}

bool record_suspect(session& db, guild_id guild, const std::string& detail) {
  return said_yes(db.exec(suspect, {guild, text::printable(detail)}));
}

bool record_disputed(session& db, guild_id guild) {
  return db.exec(disputed, {guild}).affected_rows() > 0;
}

void forget_last_modified(session& db, document_owner owner, domain::document what) {
  db.exec(unconditional, {guild_of(owner), character_of(owner), domain::to_string(what)});
}

} // namespace guildhall::store
