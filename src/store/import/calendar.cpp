#include "domain/json_reader.hpp"
#include "store/import/rows.hpp"
#include "store/import/rules.hpp"
#include "store/import/steps.hpp"
#include "store/postgres/session.hpp"

#include <limits>
#include <utility>

// Rosters, events and sign-ups.
namespace guildhall::store {

namespace {

constexpr std::size_t longest_roster_name = 50;
constexpr std::size_t longest_description = 1'000;
constexpr int longest_details = 16 * 1024; // bytes

std::optional<time_point> moment(const std::optional<std::string>& text) {
  return text ? old_values::moment(*text) : std::nullopt;
}

/// "but this; that": what is different from the old row.
class changes {
public:
  void add(const std::string& what) {
    text_ += (text_.empty() ? "but " : "; ") + what;
  }
  std::string text() const {
    return text_;
  }

private:
  std::string text_;
};

/// What an old row says of an event itself.
struct old_event {
  std::optional<std::string> title, description, type, start, end, places, details,
      discord_message, discord_thread;
};

time_point end_of(const old_event& old, time_point starts, changes& note) {
  const auto ends = moment(old.end);
  if (ends && *ends >= starts)
    return *ends;
  note.add(
      ends ? "it ended before it began and ends when it begins now"
           : "nobody knows when it ends: it ends when it begins");
  return starts;
}

std::optional<std::int64_t> places_of(const old_event& old, changes& note) {
  if (!old.places)
    return std::nullopt;
  const auto number = old_values::row_id(*old.places);
  if (number && *number > 0 && *number <= std::numeric_limits<std::int32_t>::max())
    return number;
  note.add("without its limit of " + *old.places + " participants");
  return std::nullopt;
}

std::optional<std::string> details_of(const old_event& old, changes& note) {
  if (!old.details)
    return std::nullopt;
  if (domain::json_reader json(*old.details); !json.failed())
    return old.details;
  note.add("without its details, which are too large or no JSON object");
  return std::nullopt;
}

/// All but whose it is.
import_rows::event event_of(const old_event& old, time_point starts, changes& note) {
  const auto type = old_values::event_type(old.type.value_or(""));
  if (old.type && !type)
    note.add("its type \"" + *old.type + "\" is Special now");
  import_rows::event out;
  out.type = type.value_or("Special");
  out.title = old_values::event_title(old.title.value_or(""), out.type);
  if (out.title != old_values::trimmed(old.title.value_or("")))
    note.add("it is called \"" + out.title + "\" now");
  out.description = old_values::shortened(old.description.value_or(""), longest_description);
  if (out.description != old.description.value_or(""))
    note.add("its description was too long and ends early");
  out.start = starts;
  out.end = end_of(old, starts, note);
  out.max_participants = places_of(old, note);
  out.details = details_of(old, note);
  out.discord_message = old.discord_message;
  out.discord_thread = old.discord_thread;
  return out;
}

} // namespace

found<guild_id> import_steps::guild_of(const optional_text& old_id) const {
  if (!old_id)
    return left("it belongs to no guild");
  const auto key = old_values::row_id(*old_id);
  const auto known = key ? guilds_.find(*key) : guilds_.end();
  if (known == guilds_.end())
    return left("its guild " + *old_id + " was not taken");
  if (known->second.forgotten)
    return left("its guild " + *old_id + " was forgotten here");
  if (!known->second.guild)
    return waits("its guild " + *old_id + " was not fetched yet");
  return *known->second.guild;
}

found<std::int64_t> import_steps::parent(
    session& db, std::string_view kind, const optional_text& old_id,
    const optional_text& old_guild) const {
  const auto name = "its " + std::string(kind) + ' ' + old_id.value_or("");
  const auto key = old_values::row_id(old_id.value_or(""));
  if (!key)
    return left("it belongs to no " + std::string(kind));
  const auto before = import_rows::find(db, {kind, *key});
  if (!before || !before->became) {
    const auto guild = guild_of(old_guild);
    return !guild && guild.error().what == fate::waits ? waits(name + " waits for its guild")
                                                       : left(name + " was not taken");
  }
  const bool there = kind == "roster" ? import_rows::has_roster(db, *before->became)
                                      : import_rows::has_event(db, *before->became);
  if (!there)
    return left(name + " was deleted here");
  return *before->became;
}

found<user_id> import_steps::user_of(session& db, const optional_text& old_id) const {
  if (!old_id)
    return left("it belongs to no user");
  const auto key = old_values::row_id(*old_id);
  const auto before = key ? import_rows::find(db, {"user", *key}) : std::nullopt;
  if (!before || !before->became)
    return left("its user " + *old_id + " was not taken");
  const user_id id{*before->became};
  if (!import_rows::account_of(db, id))
    return left("its user " + *old_id + " was forgotten here");
  return id;
}

void import_steps::announce(session& db) {
  std::exchange(tags_, {}).send(db);
}

std::string import_steps::rosters_sql(const old_database& old) {
  if (!old.has("rosters", {"guild_id"}))
    return {};
  const auto of = [&](std::string_view name) {
    return ", " + old.text("rosters", "r", {name});
  };
  return "select 'roster ' || r.id, r.id::text" + of("guild_id") + of("name") + of("created_at")
       + of("updated_at") + " from rosters r order by r.id";
}

verdict import_steps::take_roster(session& db, const pqxx::row& row) {
  std::optional<std::string> id, old_guild, name, created, updated;
  fields(row).skip() >> id >> old_guild >> name >> created >> updated;
  const auto key = old_values::row_id(id.value_or(""));
  if (!key)
    return {fate::left, "its id is not a number"};
  const import_rows::old_key old{"roster", *key};
  if (import_rows::find(db, old))
    return {fate::here};
  const auto guild = guild_of(old_guild);
  if (!guild)
    return guild.error();
  changes note;
  auto called = old_values::trimmed(name.value_or(""));
  if (called.empty()) {
    called = "Roster " + *id;
    note.add("it had no name and is called \"" + called + '"');
  }
  const auto fitting = old_values::shortened(called, longest_roster_name);
  if (fitting != called)
    note.add("its name was too long and ends early");
  const auto added =
      import_rows::add_roster(db, *guild, fitting, moment(created), moment(updated));
  import_rows::remember(db, old, added);
  tags_.add_rosters(*guild);
  return {fate::taken, note.text()};
}

std::string import_steps::roster_members_sql(const old_database& old) {
  if (!old.has("roster_members", {"roster_id", "character_id"}) || !old.has("rosters"))
    return {};
  const auto of = [&](std::string_view name) {
    return ", " + old.text("roster_members", "m", {name});
  };
  const auto guild = old.text("rosters", "r", {"guild_id"});
  return "select 'character ' || coalesce(m.character_id::text, '?') || ' in roster ' || "
         "coalesce(m.roster_id::text, '?')"
       + of("roster_id") + ", " + guild + of("role") + of("created_at") + of("character_id")
       + ", " + old_characters::columns(old, "m.character_id::text", "g")
       + " from roster_members m" + old.join("rosters", "r", "m.roster_id::text")
       + old.join("guilds", "g", guild) + old.join("characters", "c", "m.character_id::text")
       + " order by m.roster_id, m.character_id";
}

verdict import_steps::take_roster_member(session& db, const pqxx::row& row) {
  std::optional<std::string> old_roster, old_guild, role, created, old_character;
  fields in(row);
  in.skip() >> old_roster >> old_guild >> role >> created >> old_character;
  const import_rows::old_key key{
      "roster_member", old_values::row_id(old_roster.value_or("")).value_or(0),
      old_values::row_id(old_character.value_or("")).value_or(0)};
  if (import_rows::find(db, key))
    return {fate::here};
  const auto roster = parent(db, "roster", old_roster, old_guild);
  if (!roster)
    return roster.error();
  const auto who = characters_.find(db, in);
  if (!who)
    return who.error();
  changes note;
  const auto known_role = role ? old_values::roster_role(*role) : std::nullopt;
  if (role && !known_role && !old_values::trimmed(*role).empty())
    note.add("without its role \"" + *role + '"');
  const bool added =
      import_rows::add_roster_member(db, *roster, *who, known_role, moment(created));
  import_rows::remember(db, key, std::nullopt);
  if (!added)
    return {fate::here};
  if (const auto guild = guild_of(old_guild))
    tags_.add_rosters(*guild);
  return {fate::taken, note.text()};
}

std::string import_steps::events_sql(const old_database& old) {
  const auto start = old.text("events", "e", {"start_time", "event_time"});
  if (start == null_text || !old.has("events", {"guild_id"}))
    return {};
  const auto of = [&](std::string_view name) { return ", " + old.text("events", "e", {name}); };
  const auto details = old.text("events", "e", {"event_details"});
  const auto limit = std::to_string(longest_details);
  return "select 'event ' || e.id, e.id::text" + of("guild_id") + ", "
       + old.text("events", "e", {"title", "name"}) + of("description") + of("event_type")
       + ", " + start + of("end_time") + of("created_by") + of("max_participants")
       + ", case when octet_length(" + details + ") > " + limit + " then '' else " + details
       + " end" + of("discord_message_id") + of("discord_thread_id") + of("created_at")
       + " from events e order by e.id";
}

verdict import_steps::take_event(session& db, const pqxx::row& row) {
  std::optional<std::string> id, old_guild, author, created;
  old_event told;
  fields(row).skip() >> id >> old_guild >> told.title >> told.description >> told.type
      >> told.start >> told.end >> author >> told.places >> told.details >> told.discord_message
      >> told.discord_thread >> created;
  const auto key = old_values::row_id(id.value_or(""));
  if (!key)
    return {fate::left, "its id is not a number"};
  const import_rows::old_key old{"event", *key};
  if (import_rows::find(db, old))
    return {fate::here};
  const auto guild = guild_of(old_guild);
  if (!guild)
    return guild.error();
  const auto starts = moment(told.start);
  if (!starts)
    return {fate::left, "it has no time that could be read"};

  changes note;
  auto event = event_of(told, *starts, note);
  event.guild = *guild;
  event.created = moment(created);
  if (author) {
    if (const auto who = user_of(db, author))
      event.created_by = *who;
    else
      note.add("nobody is its author");
  }
  import_rows::remember(db, old, import_rows::add_event(db, event));
  tags_.add_events(*guild);
  return {fate::taken, note.text()};
}

std::string import_steps::sign_ups_sql(const old_database& old) {
  const std::string table{"event_subscriptions"};
  if (!old.has(table, {"event_id", "user_id", "character_id", "status"}) || !old.has("events"))
    return {};
  const auto of = [&](std::string_view name) { return ", " + old.text(table, "s", {name}); };
  const auto guild = old.text("events", "e", {"guild_id"});
  return "select 'sign-up ' || s.id, s.id::text" + of("event_id") + ", " + guild + of("user_id")
       + of("status") + of("created_at") + ", "
       + old_characters::columns(old, "s.character_id::text", "g")
       + " from event_subscriptions s" + old.join("events", "e", "s.event_id::text")
       + old.join("guilds", "g", guild) + old.join("characters", "c", "s.character_id::text")
       + " order by s.id";
}

verdict import_steps::take_sign_up(session& db, const pqxx::row& row) {
  std::optional<std::string> id, old_event, old_guild, old_user, status, created;
  fields in(row);
  in.skip() >> id >> old_event >> old_guild >> old_user >> status >> created;
  const auto key = old_values::row_id(id.value_or(""));
  if (!key)
    return {fate::left, "its id is not a number"};
  const import_rows::old_key old{"sign_up", *key};
  if (import_rows::find(db, old))
    return {fate::here};
  const auto answer = old_values::sign_up_status(status.value_or(""));
  if (!answer)
    return {
        fate::left, "its status is neither Confirmed nor Tentative nor Declined, but "
                        + (status ? '"' + *status + '"' : "null")};
  const auto event = parent(db, "event", old_event, old_guild);
  if (!event)
    return event.error();
  const auto user = user_of(db, old_user);
  if (!user)
    return user.error();
  const auto who = characters_.find(db, in);
  if (!who)
    return who.error();
  const bool added =
      import_rows::add_sign_up(db, *event, *user, *who, *answer, moment(created));
  import_rows::remember(db, old, std::nullopt);
  if (!added)
    return {fate::here, "with what the user answered here"};
  tags_.add(event_id{*event});
  return {fate::taken};
}

} // namespace guildhall::store
