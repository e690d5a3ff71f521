#include "store/import/characters.hpp"

#include "core/text.hpp"
#include "store/import/rows.hpp"
#include "store/import/rules.hpp"
#include "store/postgres/session.hpp"

namespace guildhall::store {

namespace {

using optional_text = std::optional<std::string>;

/// Realms as the guilds' own documents and their rosters name them.
std::string realms_sql(const old_database& old) {
  if (!old.has("guilds", {"region"}))
    return {};
  std::string sql;
  const auto add = [&](const std::string& slug, const std::string& id,
                       const std::string& from) {
    sql +=
        (sql.empty() ? "" : " union ") + ("select g.region::text, " + slug) + ", " + id + from;
  };
  for (const std::string column : {"guild_data_json", "guild_data"})
    if (old.is_json("guilds", column))
      add("g." + column + " #>> '{realm,slug}'", "g." + column + " #>> '{realm,id}'",
          " from guilds g");
  if (old.is_json("guilds", "roster_json"))
    add("m #>> '{character,realm,slug}'", "m #>> '{character,realm,id}'",
        " from guilds g, jsonb_array_elements(case jsonb_typeof(g.roster_json -> 'members') "
        "when 'array' then g.roster_json -> 'members' else '[]' end) m");
  return sql;
}

/// What an old row tells of a character.
struct described {
  optional_text referred; ///< the id in the row that speaks of it
  optional_text id;       ///< null if there is no such character
  optional_text name;
  optional_text realm;
  optional_text region;
  optional_text bnet_id;
  optional_text profile_realm_id;
  optional_text profile_realm;
};

std::string spell(const domain::character_address& address) {
  return std::string(domain::to_string(address.region)) + '/' + address.realm + '/'
       + address.name_key;
}

} // namespace

result<void> old_characters::learn_realms(old_database& old) {
  const auto sql = realms_sql(old);
  if (sql.empty())
    return {};
  return old.each_batch(sql, [&](const pqxx::result& rows) -> result<void> {
    for (const auto& row : rows) {
      optional_text region;
      optional_text slug;
      optional_text id;
      fields(row) >> region >> slug >> id;
      const auto where = old_values::region(region.value_or(""));
      const auto realm = old_values::realm_slug(slug.value_or(""));
      const auto number = old_values::bnet_id(id.value_or(""));
      if (!where || !realm || !number)
        continue;
      const auto [known, added] =
          realms_.try_emplace({*where, *realm}, guildhall::realm_id{*number});
      if (!added && known->second && known->second->value != *number)
        known->second.reset();
    }
    return {};
  });
}

std::string old_characters::columns(
    const old_database& old, const std::string& id, std::string_view guild) {
  const old_database::names documents{"profile_json", "character_data"};
  const auto of = [&](old_database::names names) {
    return ", " + old.text("characters", "c", names);
  };
  const auto in_document = [&](std::string_view path) {
    return old.json("characters", "c", documents, path);
  };
  return id + of({"id"}) + of({"name"}) + of({"realm"}) + ", coalesce("
       + old.text("characters", "c", {"region"}) + ", " + old.text("guilds", guild, {"region"})
       + "), coalesce(" + in_document("{id}") + ", "
       + old.text("characters", "c", {"bnet_character_id"}) + "), " + in_document("{realm,id}")
       + ", " + in_document("{realm,slug}");
}

found<character_id> old_characters::find(session& db, fields& row) const {
  described old;
  row >> old.referred >> old.id >> old.name >> old.realm >> old.region >> old.bnet_id
      >> old.profile_realm_id >> old.profile_realm;
  if (!old.referred)
    return left("it names no character");
  const auto which = "its character " + *old.referred + ' ';
  if (!old.id)
    return left(which + "is not in the old database");
  const auto where = old_values::region(old.region.value_or(""));
  if (!where)
    return left(which + "has no region that Battle.net serves");
  auto realm = old_values::realm_slug(old.profile_realm.value_or(""));
  if (!realm)
    realm = old_values::realm_slug(old.realm.value_or(""));
  const auto name = old_values::trimmed(old.name.value_or(""));
  const domain::character_address address{*where, realm.value_or(""), text::name_key(name)};
  if (address.realm.empty() || address.name_key.empty())
    return left(which + "has no realm or no name");

  const auto bnet = old_values::bnet_id(old.bnet_id.value_or(""));
  std::optional<guildhall::realm_id> in_realm;
  if (const auto id = old_values::bnet_id(old.profile_realm_id.value_or("")))
    in_realm = guildhall::realm_id{*id};
  else
    in_realm = realm_of(db, *where, address.realm);

  std::optional<import_rows::character> who;
  if (bnet && in_realm)
    who = import_rows::character_of(db, {*where, *in_realm, bnet_character_id{*bnet}});
  if (!who) {
    who = import_rows::character_at(db, address);
    if (who && bnet && who->bnet_id.value != *bnet)
      return left(which + "is gone: " + spell(address) + " is somebody else today");
  }
  if (who && who->erased)
    return left(which + "was erased here");
  if (who)
    return who->id;
  if (bnet && in_realm)
    return import_rows::add_character(
        db, {*where, *in_realm, bnet_character_id{*bnet}}, address.realm, name,
        address.name_key);
  return waits(which + '(' + spell(address) + ") is not known here yet");
}

std::optional<guildhall::realm_id>
old_characters::realm_of(session& db, domain::region where, const std::string& realm) const {
  if (const auto known = realms_.find({where, realm}); known != realms_.end() && known->second)
    return known->second;
  return import_rows::realm_of(db, where, realm);
}

} // namespace guildhall::store
