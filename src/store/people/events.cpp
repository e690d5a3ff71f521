#include "store/people/events.hpp"

#include "store/ledger/audit.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/ledger/fence.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/reads/page_sizes.hpp"
#include "store/run.hpp"

#include <array>
#include <utility>

namespace guildhall::store {

namespace {

using domain::author;
using domain::event_change;
using domain::event_row;
using domain::written;

constexpr std::string_view head{
    R"(e.id, e.guild_id, e.title, e.description, e.event_type, e.start_time, e.end_time,
    e.created_by, e.max_participants, )"};
constexpr std::string_view details{"e.event_details"};
constexpr std::string_view tail{R"(, e.discord_message_id, e.discord_thread_id,
    e.row_version, e.created_at, e.updated_at)"};
constexpr std::string_view columns{join<head, details, tail>};
// The audit log keeps what people say, not the 16 KB that programs may keep beside it.
constexpr std::string_view and_json{", to_jsonb(e) - 'event_details'"};
constexpr std::string_view select{"select "};
constexpr std::string_view returning{" returning "};

// A calendar of 2,000 events with 16 KB each is nothing to send at once.
constexpr std::string_view no_details{"null"};
constexpr std::string_view details_if{"case when $3::boolean then e.event_details end"};
constexpr std::string_view of_guild{" from events e where e.guild_id = $1"};
constexpr std::string_view of_page{" and e.id = any($2::bigint[])"};
constexpr std::string_view by_start{" order by e.start_time, e.id"};
constexpr statement list{
    "events", join<select, head, no_details, tail, of_guild, by_start>, 3'000};
constexpr statement page{
    "event_page", join<select, head, details_if, tail, of_guild, of_page, by_start>, 3'000};
constexpr std::string_view next_event{R"(
        select e.* from events e where e.guild_id = $1 and e.id > walk.id
        order by e.id limit 1) next
      cross join lateral (select 512 + octet_length(to_json(next.title)::text)
        + octet_length(to_json(next.description)::text)
        + coalesce(octet_length(case when $5::boolean then next.event_details end::text), 0))"};
constexpr statement page_sizes{
    "event_page_sizes", join<page_walk, next_event, page_walk_end>, 6'000};
constexpr std::string_view of_id{" from events e where e.id = $1"};
constexpr statement one{"event", join<select, columns, of_id>, 12};
constexpr std::string_view locked{" from events e where e.id = $1 for no key update"};
constexpr statement lock{"lock_event", join<select, columns, and_json, locked>, 14};

constexpr std::string_view inserted{R"(
  insert into events as e (guild_id, title, event_type, start_time, end_time, description,
    max_participants, event_details, created_by)
  select $1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9
  where (select count(*) from events where guild_id = $1) < $10)"};
constexpr statement insert{"add_event", join<inserted, returning, columns, and_json>, 3'000};
constexpr std::string_view changed{R"(
  update events e set title = $2, event_type = $3, start_time = $4, end_time = $5,
    description = $6, max_participants = $7, event_details = $8::jsonb,
    row_version = row_version + 1, updated_at = app_now()
  where e.id = $1)"};
constexpr statement change{"change_event", join<changed, returning, columns, and_json>, 60};
constexpr statement drop{"remove_event", "delete from events where id = $1", 1'000};
constexpr statement guild_of{"guild_of_event", "select guild_id from events where id = $1", 6};
constexpr statement authored{
    "events_of_author", R"(
  select count(*) filter (where end_time > now.t),
    count(*) filter (where created_at > now.t - interval '1 day'), count(*)
  from events, (select app_now() as t) now where created_by = $1 and guild_id = $2)",
    1'200};
constexpr std::array all{list,   page,   page_sizes, one,      lock,
                         insert, change, drop,       guild_of, authored};
const listed_statements registered{all};

fields& read_event(fields& in, event_row& out) {
  std::optional<int> places;
  in >> out.id >> out.guild_id >> out.title >> out.description >> out.event_type
      >> out.start_time >> out.end_time >> out.created_by >> places >> out.event_details
      >> out.discord_message_id >> out.discord_thread_id >> out.row_version >> out.created_at
      >> out.updated_at;
  out.max_participants = places.value_or(domain::default_max_participants);
  return in;
}

std::vector<event_row> read_events(const pqxx::result& rows) {
  std::vector<event_row> out;
  out.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) {
    fields in(row);
    read_event(in, out.emplace_back());
  }
  return out;
}

std::string subject(event_id id) {
  return "event " + std::to_string(id.value);
}

failure refused() {
  failure why{ec::validation, "Validation error: the event cannot be stored as it is"};
  why.fields.emplace("event", "A text or number in it cannot be stored");
  return why;
}

void merge(event_row& row, const event_change& what) {
  const auto take = [](auto& kept, const auto& given) {
    if (given)
      kept = *given;
  };
  take(row.title, what.title);
  take(row.event_type, what.event_type);
  take(row.start_time, what.start_time);
  take(row.end_time, what.end_time);
  take(row.description, what.description);
  take(row.max_participants, what.max_participants);
  take(row.event_details, what.event_details);
}

/// Only one of them may be given: the other one is the stored one.
result<void> check_times(const event_row& row) {
  if (row.end_time >= row.start_time)
    return {};
  failure why{
      ec::validation, "Validation error: End time must be after start time at \"end_time\""};
  why.fields.emplace("end_time", "End time must be after start time");
  return fail(std::move(why));
}

written<event_row> announced(session& db, event_row row) {
  change_tags tags;
  tags.add_events(row.guild_id);
  tags.add(row.id);
  tags.send(db);
  return {std::move(row), tags.list()};
}

domain::authored_events events_by(session& db, user_id author, guild_id guild) {
  domain::authored_events out;
  fields(db.exec(authored, {author, guild})[0]) >> out.ahead >> out.of_a_day >> out.all;
  return out;
}

result<void> unless_too_many(std::optional<std::string> why) {
  if (why)
    return fail(ec::limit_reached, std::move(*why));
  return {};
}

/// One that was over is to lie ahead again: whoever made it has to have room for it. The guild
/// is held.
result<void> check_moved(session& db, const event_row& before, const event_row& after) {
  const auto now = now_of(db);
  if (!before.created_by || before.end_time > now || after.end_time <= now)
    return {};
  return unless_too_many(
      domain::why_none_ahead(events_by(db, *before.created_by, before.guild_id)));
}

/// Whose events are counted writes alone in that guild; an event stays in it.
void hold_guild_of(session& db, event_id id) {
  const auto rows = db.exec(guild_of, {id});
  if (rows.empty())
    return;
  guild_id guild;
  fields(rows[0]) >> guild;
  (void)hold_guild(db, guild);
}

enum class wish : std::uint8_t { to_change, to_remove };

/// The event, locked, if this author may do that and has seen its last version.
result<held_event> hold_to(wish what, session& db, const author& by, event_id id) {
  if (auto held = hold_author(db, by.who.id); !held)
    return fail(held.error());
  if (what == wish::to_change)
    hold_guild_of(db, id);
  auto event = lock_event(db, id);
  if (!event || !by.may_see(event->row.guild_id))
    return fail(no_such_event());
  if (what == wish::to_change && !domain::may_edit(by.who, event->row))
    return fail(ec::forbidden, "Forbidden: You do not have permission to update this event");
  if (what == wish::to_remove && !domain::may_remove(by.who, event->row))
    return fail(ec::forbidden, "Forbidden: You do not have permission to delete this event");
  if (by.seen_version && *by.seen_version != event->row.row_version)
    return fail(ec::precondition_failed);
  return std::move(*event);
}

} // namespace

failure no_such_event() {
  return {ec::not_found, std::string{domain::no_such_event}};
}

std::optional<held_event> lock_event(session& db, event_id id) {
  const auto rows = db.exec(lock, {id});
  if (rows.empty())
    return std::nullopt;
  held_event out;
  const auto first = rows[0];
  fields in(first);
  read_event(in, out.row) >> out.json;
  return out;
}

template <>
result<std::vector<event_row>> run(session& db, const domain::events_of& asked) {
  return read_events(db.exec(list, {asked.guild}));
}

template <>
result<domain::page_of<event_row>> run(session& db, const domain::event_page_of& asked) {
  const auto& [guild, from, how] = asked;
  const auto whole = how == domain::detail::full;
  const auto found =
      read_sizes(db.exec(page_sizes, {guild, from.after, from.bytes, from.rows, whole}));
  const auto cut = domain::cut_page(found, from);
  return domain::page_of<event_row>{
      read_events(db.exec(page, {guild, cut.ids, whole})), cut.next};
}

template <>
result<event_row> run(session& db, const domain::event_by_id& asked) {
  const auto rows = db.exec(one, {asked.id});
  if (rows.empty())
    return fail(no_such_event());
  event_row out;
  const auto first = rows[0];
  fields in(first);
  read_event(in, out);
  return out;
}

template <>
result<written<event_row>> run(session& db, const domain::add_event& asked) {
  const auto& [by, guild, what] = asked;
  return db.transaction([&]() -> result<written<event_row>> {
    if (auto held = hold_author(db, by.who.id); !held)
      return fail(held.error());
    if (auto held = hold_guild(db, guild); !held)
      return fail(held.error());
    event_row row;
    merge(row, what);
    if (auto right = check_times(row); !right)
      return fail(right.error());
    if (auto room = unless_too_many(domain::why_no_more(events_by(db, by.who.id, guild)));
        !room)
      return fail(room.error());
    pqxx::result rows;
    const auto stored = db.accepted([&] {
      rows = db.exec(
          insert,
          {guild, row.title, row.event_type, row.start_time, row.end_time, row.description,
           row.max_participants, row.event_details, by.who.id, domain::max_events_per_guild});
    });
    if (!stored)
      return fail(refused());
    if (rows.empty())
      return fail(
          ec::limit_reached, "A guild may have " + std::to_string(domain::max_events_per_guild)
                                 + " events; delete old ones first");
    std::string json;
    const auto first = rows[0];
    fields in(first);
    read_event(in, row) >> json;
    audit(
        db, {.who = by.who.id,
             .guild = guild,
             .action = "event.create",
             .subject = subject(row.id),
             .after = json});
    return announced(db, std::move(row));
  });
}

template <>
result<written<event_row>> run(session& db, const domain::change_event& asked) {
  const auto& [by, id, what] = asked;
  return db.transaction([&]() -> result<written<event_row>> {
    const auto before = hold_to(wish::to_change, db, by, id);
    if (!before)
      return fail(before.error());
    auto row = before->row;
    merge(row, what);
    if (auto right = check_times(row); !right)
      return fail(right.error());
    if (auto room = check_moved(db, before->row, row); !room)
      return fail(room.error());
    pqxx::result rows;
    const auto stored = db.accepted([&] {
      rows = db.exec(
          change, {id, row.title, row.event_type, row.start_time, row.end_time, row.description,
                   row.max_participants, row.event_details});
    });
    if (!stored)
      return fail(refused());
    std::string json;
    const auto first = rows[0];
    fields in(first);
    read_event(in, row) >> json;
    audit(
        db, {.who = by.who.id,
             .guild = row.guild_id,
             .action = "event.update",
             .subject = subject(id),
             .before = before->json,
             .after = json});
    return announced(db, std::move(row));
  });
}

template <>
result<written<event_row>> run(session& db, const domain::remove_event& asked) {
  const auto& [by, id] = asked;
  return db.transaction([&]() -> result<written<event_row>> {
    auto before = hold_to(wish::to_remove, db, by, id);
    if (!before)
      return fail(before.error());
    db.exec(drop, {id});
    audit(
        db, {.who = by.who.id,
             .guild = before->row.guild_id,
             .action = "event.delete",
             .subject = subject(id),
             .before = before->json});
    return announced(db, std::move(before->row));
  });
}

} // namespace guildhall::store
