#include "domain/sign_ups.hpp"

#include "domain/game.hpp"
#include "store/ledger/audit.hpp"
#include "store/ledger/change_tags.hpp"
#include "store/people/events.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"
#include "store/reads/character_sql.hpp"
#include "store/run.hpp"

#include <array>
#include <utility>

namespace guildhall::store {

namespace {

using domain::author;
using domain::sign_up_change;
using domain::sign_up_row;
using domain::written;

constexpr std::string_view head{
    R"(select e.guild_id, s.id, s.event_id, s.user_id, s.character_id, s.status, s.note,
    s.created_at, coalesce(u.battletag, 'a former user'), coalesce(c.name, 'Unknown'),
    coalesce(c.class_id, 0), )"};
constexpr std::string_view comma{", "};
constexpr std::string_view realm{", coalesce(c.realm, ''), "};
constexpr std::string_view from{R"(
  from events e left join (
      event_subscriptions s join users u on u.id = s.user_id
        join characters c on c.id = s.character_id
        left join realm_names rn on rn.region = c.region and rn.realm_id = c.realm_id)
    on s.event_id = e.id)"};
constexpr std::string_view columns{
    join<head, told_class, comma, known_role, realm, realm_name, from>};
constexpr std::string_view of_event{" where e.id = $1 order by s.status, c.role, s.id"};
constexpr statement list{"sign_ups", join<columns, of_event>, 12'000};
constexpr std::string_view of_user{" and s.user_id = $2 where e.id = $1"};
constexpr statement one{"sign_up", join<columns, of_user>, 60};

constexpr statement own_place{
    "own_sign_up", R"(
  select s.character_id, s.status = 'Confirmed', to_jsonb(s) from event_subscriptions s
  where s.event_id = $1 and s.user_id = $2 for update)",
    12};
constexpr statement own_character{
    "own_character", R"(
  select from characters c where c.id = $1 and c.user_id = $2 for key share)",
    20};
constexpr statement taken{
    "taken_places", R"(
  select count(*) filter (where status = 'Confirmed' and user_id <> $2), count(*)
  from event_subscriptions where event_id = $1)",
    600};
constexpr statement insert{
    "add_sign_up", R"(
  insert into event_subscriptions as s (event_id, user_id, character_id, status, note)
  values ($1, $2, $3, $4, $5) returning to_jsonb(s))",
    60};
constexpr statement change{
    "change_sign_up", R"(
  update event_subscriptions s set character_id = $3, status = $4, note = $5,
    updated_at = app_now()
  where s.event_id = $1 and s.user_id = $2 returning to_jsonb(s))",
    60};
constexpr statement drop{
    "remove_sign_up", R"(
  delete from event_subscriptions s where s.event_id = $1 and s.user_id = $2
  returning to_jsonb(s))",
    20};
constexpr std::array all{list, one, own_place, own_character, taken, insert, change, drop};
const listed_statements registered{all};

/// False for an event that nobody has signed up for.
bool read_sign_up(const pqxx::row& row, std::optional<guild_id>& guild, sign_up_row& out) {
  fields in(row);
  std::optional<std::int64_t> id;
  in >> guild >> id;
  if (!id)
    return false;
  int class_id = 0;
  std::string told_class_name;
  out.id = *id;
  in >> out.event_id >> out.user_id >> out.character_id >> out.status >> out.note
      >> out.created_at >> out.battletag >> out.character_name >> class_id >> told_class_name
      >> out.character_role >> out.realm >> out.realm_name;
  out.character_class = domain::class_name(class_id, told_class_name);
  return true;
}

std::string subject(event_id id) {
  return "event " + std::to_string(id.value);
}

failure already_there() {
  return {ec::validation, "Already subscribed to this event"};
}

failure not_there() {
  return {ec::not_found, "Subscription not found"};
}

std::optional<std::string> json_of(const pqxx::result& rows) {
  if (rows.empty())
    return std::nullopt;
  std::string json;
  fields(rows[0]) >> json;
  return json;
}

using domain::listed_place;

struct place {
  listed_place listed;
  std::string json;
};

std::optional<place> place_of(session& db, event_id event, user_id who) {
  const auto rows = db.exec(own_place, {event, who});
  if (rows.empty())
    return std::nullopt;
  place out;
  fields(rows[0]) >> out.listed.character >> out.listed.confirmed >> out.json;
  return out;
}

std::optional<listed_place> listed_in(const std::optional<place>& known) {
  return known ? std::optional{known->listed} : std::nullopt;
}

/// What an author meets who is not in the event's guild, nor listed.
failure not_theirs(const author& by, guild_id guild) {
  return by.may_see(guild) ? failure{ec::forbidden, "You are not a member of this guild"}
                           : no_such_event();
}

/// The event, locked.
result<held_event> hold_event(session& db, const author& by, event_id id) {
  if (auto held = hold_author(db, by.who.id); !held)
    return fail(held.error());
  auto event = lock_event(db, id);
  if (!event)
    return fail(no_such_event());
  return std::move(*event);
}

/// The character is theirs, and there is a place for them.
result<void> check(
    session& db, const author& by, const domain::event_row& event, const sign_up_change& what,
    const std::optional<listed_place>& before) {
  if (must_be_own(before, what) && db.exec(own_character, {what.character, by.who.id}).empty())
    return fail(
        ec::forbidden,
        "Character " + std::to_string(what.character.value) + " is not one of your characters");
  int confirmed = 0;
  int total = 0;
  fields(db.exec(taken, {event.id, by.who.id})[0]) >> confirmed >> total;
  if (!before && total >= domain::max_sign_ups_per_event)
    return fail(
        ec::limit_reached,
        "An event may have " + std::to_string(domain::max_sign_ups_per_event) + " sign-ups");
  if (needs_place(before, what) && confirmed >= event.max_participants)
    return fail(
        ec::conflict, "The event is full: all " + std::to_string(event.max_participants)
                          + " places are taken");
  return {};
}

written<event_id> announced(session& db, const domain::event_row& event) {
  change_tags tags;
  tags.add(event.id);
  tags.send(db);
  return {event.id, tags.list()};
}

result<written<sign_up_row>>
write(session& db, const author& by, event_id id, const sign_up_change& what, bool is_new) {
  return db.transaction([&]() -> result<written<sign_up_row>> {
    const auto event = hold_event(db, by, id);
    if (!event)
      return fail(event.error());
    const auto known = place_of(db, id, by.who.id);
    if (!by.belongs_to(event->row.guild_id) && !(known && steps_back(what)))
      return fail(not_theirs(by, event->row.guild_id));
    if (known.has_value() == is_new)
      return fail(is_new ? already_there() : not_there());
    if (auto right = check(db, by, event->row, what, listed_in(known)); !right)
      return fail(right.error());
    const auto before = known ? std::optional{known->json} : std::nullopt;
    const auto after = json_of(db.exec(
        is_new ? insert : change, {id, by.who.id, what.character, what.status, what.note}));
    audit(
        db, {.who = by.who.id,
             .guild = event->row.guild_id,
             .action = is_new ? "event.subscribe" : "event.change_subscription",
             .subject = subject(id),
             .before = before,
             .after = after});
    written<sign_up_row> out;
    std::optional<guild_id> guild;
    read_sign_up(db.exec(one, {id, by.who.id})[0], guild, out.value);
    out.tags = announced(db, event->row).tags;
    return out;
  });
}

} // namespace

template <>
result<domain::event_sign_ups> run(session& db, const domain::sign_ups_of& asked) {
  domain::event_sign_ups out;
  for (const auto& row : db.exec(list, {asked.event})) {
    sign_up_row line;
    if (read_sign_up(row, out.guild_id, line))
      out.list.push_back(std::move(line));
  }
  return out;
}

template <>
result<written<sign_up_row>> run(session& db, const domain::sign_up& asked) {
  return write(db, asked.by, asked.event, asked.what, true);
}

template <>
result<written<sign_up_row>> run(session& db, const domain::change_sign_up& asked) {
  return write(db, asked.by, asked.event, asked.what, false);
}

template <>
result<written<event_id>> run(session& db, const domain::withdraw& asked) {
  const auto& [by, id] = asked;
  return db.transaction([&]() -> result<written<event_id>> {
    const auto event = hold_event(db, by, id);
    if (!event)
      return fail(event.error());
    const auto before = json_of(db.exec(drop, {id, by.who.id}));
    if (!before)
      return fail(by.may_see(event->row.guild_id) ? not_there() : no_such_event());
    audit(
        db, {.who = by.who.id,
             .guild = event->row.guild_id,
             .action = "event.unsubscribe",
             .subject = subject(id),
             .before = before});
    return announced(db, event->row);
  });
}

} // namespace guildhall::store
