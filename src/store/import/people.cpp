#include "domain/control.hpp"
#include "store/import/rows.hpp"
#include "store/import/rules.hpp"
#include "store/import/steps.hpp"
#include "store/mirror/guild_link.hpp"
#include "store/postgres/session.hpp"
#include "store/run.hpp"

#include <utility>

// Users, guilds and ranks.
namespace guildhall::store {

namespace {

constexpr std::size_t longest_rank_name = 50;
constexpr std::int64_t last_rank = 9;

std::string quoted(const std::optional<std::string>& text) {
  return text ? '"' + *text + '"' : "null";
}

/// An old guild: where it is, and who it is where a stored document tells.
struct described_guild {
  std::int64_t key{0};
  std::string name;
  std::string realm_name;
  domain::guild_address address;
  std::optional<domain::guild_identity> who;
  bool excluded{false};
  bool realm_was_no_slug{false};
};

found<described_guild> describe(const pqxx::row& row) {
  std::optional<std::string> id, name, realm, region, excluded, bnet, document_id,
      document_name, realm_id, document_realm, realm_name;
  fields(row).skip() >> id >> name >> realm >> region >> excluded >> bnet >> document_id
      >> document_name >> realm_id >> document_realm >> realm_name;
  described_guild out;
  const auto key = old_values::row_id(id.value_or(""));
  if (!key)
    return left("its id is not a number");
  const auto where = old_values::region(region.value_or(""));
  if (!where)
    return left("its region " + quoted(region) + " is not one of us, eu, kr, tw");
  const auto slug = old_values::realm_slug(document_realm.value_or(realm.value_or("")));
  if (!slug)
    return left("no realm can be made of " + quoted(realm));
  // Without a locale names are objects; then the column has to do.
  const bool localised = document_name && document_name->starts_with('{');
  const auto& called = document_name && !localised ? document_name : name;
  const auto name_slug = old_values::guild_slug(called.value_or(""));
  if (!name_slug)
    return left("no guild name can be made of " + quoted(called));
  out.key = *key;
  out.name = old_values::trimmed(*called);
  out.realm_name = realm_name && !realm_name->starts_with('{') ? *realm_name : std::string{};
  out.address = {*where, *slug, *name_slug};
  out.excluded = excluded == "true";
  out.realm_was_no_slug = !document_realm && domain::canonical_slug(realm.value_or("")) != slug;
  const auto in_realm = old_values::bnet_id(realm_id.value_or(""));
  const auto number = old_values::bnet_id(document_id.value_or(bnet.value_or("")));
  if (in_realm && number)
    out.who = {*where, guildhall::realm_id{*in_realm}, bnet_guild_id{*number}};
  return out;
}

/// The guild here that an old one is, added if it is not here and the old row tells who it is;
/// nothing if only the sync can tell.
found<std::optional<guild_id>>
find_or_add(session& db, const described_guild& old, change_tags& tags) {
  if (old.who)
    if (const auto same = guild_of_identity(db, *old.who))
      return same;
  const auto at = import_rows::guild_at(db, old.address);
  if (at && !old.who)
    return *at;
  const auto tracked = import_rows::tracked_at(db, old.address);
  if (tracked && tracked->guild && !old.who)
    return tracked->guild;
  if (at || (tracked && tracked->guild))
    return left("another guild has its address today");
  if (!old.who)
    return std::nullopt;
  const auto id =
      import_rows::add_guild(db, *old.who, old.address, old.realm_name, old.name, old.excluded);
  link_waiting(db, *old.who, id);
  tags.add(id);
  tags.add_addresses();
  return id;
}

} // namespace

std::string import_steps::users_sql(const old_database& old) {
  const old_database::names ids{"battle_net_id", "bnet_id"};
  const auto account = old.text("users", "u", ids);
  if (account == null_text)
    return {};
  const auto of = [&](std::string_view name) { return ", " + old.text("users", "u", {name}); };
  return "select 'user ' || u.id, u.id::text, " + account + of("battletag") + of("region")
       + of("role") + " from users u order by u.id";
}

verdict import_steps::take_user(session& db, const pqxx::row& row) {
  std::optional<std::string> id, account, battletag, region, role;
  fields(row).skip() >> id >> account >> battletag >> region >> role;
  const auto key = old_values::row_id(id.value_or(""));
  const auto who = old_values::bnet_id(account.value_or(""));
  if (!key)
    return {fate::left, "its id is not a number"};
  if (!who)
    return {fate::left, "its Battle.net id " + quoted(account) + " is not one"};
  const import_rows::old_key old{"user", *key};
  if (const auto before = import_rows::find(db, old)) {
    const auto owner =
        before->became ? import_rows::account_of(db, user_id{*before->became}) : std::nullopt;
    if (owner && owner->value != *who)
      stopped_ = failure{
          ec::conflict, "user " + *id
                            + " is somebody else than in the import before: this is "
                              "another old database, and only one can move in"};
    if (!owner)
      return {fate::left, "was forgotten here"};
    return {fate::here};
  }
  const auto wanted = old_values::user_role(role.value_or(""));
  if (const auto known = import_rows::user_of(db, bnet_account_id{*who})) {
    import_rows::remember(db, old, known->id.value);
    if (known->role == wanted)
      return {fate::here};
    return {fate::here, "and stays " + known->role + ", not " + std::string(wanted)};
  }
  const auto where = old_values::region(region.value_or(""));
  constexpr std::size_t longest_battletag = 128; // as of a login
  const bool is_no_tag = battletag && battletag->size() > longest_battletag;
  if (is_no_tag || (battletag && old_values::trimmed(*battletag).empty()))
    battletag.reset();
  const auto added = import_rows::add_user(db, bnet_account_id{*who}, battletag, where, wanted);
  import_rows::remember(db, old, added.value);
  if (wanted == "admin")
    return {fate::taken, quoted(battletag) + " is an admin here now, as before"};
  if (is_no_tag)
    return {fate::taken, "but without its battletag, which is longer than any"};
  if (region && !where)
    return {fate::taken, "but without its region " + quoted(region)};
  return {fate::taken};
}

std::string import_steps::guilds_sql(const old_database& old) {
  if (!old.has("guilds", {"name", "realm", "region"}))
    return {};
  const auto of = [&](std::string_view name) { return ", " + old.text("guilds", "g", {name}); };
  const auto in_documents = [&](const std::string& path) {
    return ", coalesce("
         + old.json("guilds", "g", {"guild_data_json", "guild_data"}, "{" + path + "}") + ", "
         + old.json("guilds", "g", {"roster_json"}, "{guild," + path + "}") + ")";
  };
  return "select 'guild ' || g.id, g.id::text" + of("name") + of("realm") + of("region")
       + of("exclude_from_sync") + of("bnet_guild_id") + in_documents("id")
       + in_documents("name") + in_documents("realm,id") + in_documents("realm,slug")
       + in_documents("realm,name") + " from guilds g order by g.id";
}

verdict import_steps::take_guild(session& db, const pqxx::row& row) {
  const auto old = describe(row);
  if (!old)
    return old.error();
  const import_rows::old_key key{"guild", old->key};
  const bool before = import_rows::find(db, key).has_value();
  const auto guild = find_or_add(db, *old, tags_);
  if (!guild)
    return guild.error();
  const bool forgotten = *guild && import_rows::is_forgotten(db, **guild);
  guilds_[old->key] = {*guild, forgotten};
  if (forgotten)
    return {fate::left, "was forgotten here"};
  if (before)
    return {fate::here};
  const bool is_tracked = import_rows::tracked_at(db, old->address).has_value();
  if (!old->excluded && !is_tracked) {
    const auto job = run(db, domain::track{old->address, "import", synced_});
    if (!job && job.error().code != ec::validation) {
      stopped_ = job.error();
      return {};
    }
    if (!job) // a region may be configured later; a realm that there is not stays so
      return {
          job.error().fields.contains("region") ? fate::waits : fate::left,
          job.error().message};
  }
  import_rows::remember(db, key, std::nullopt);
  if (old->excluded)
    return {fate::taken, "but is not tracked: it was excluded from sync"};
  if (is_tracked)
    return {fate::here};
  if (old->realm_was_no_slug)
    return {fate::taken, "with the realm " + old->address.realm};
  return {fate::taken};
}

std::string import_steps::ranks_sql(const old_database& old) {
  for (const std::string table : {"guild_ranks", "ranks"})
    if (old.has(table, {"guild_id", "rank_id", "rank_name"}))
      return "select 'rank ' || coalesce(r.rank_id::text, '?') || ' of guild ' || "
             "coalesce(r.guild_id::text, '?'), r.guild_id::text, r.rank_id::text, "
             "r.rank_name::text, "
           + old.text(table, "r", {"is_custom"}) + " from " + table + " r order by r.id";
  return {};
}

verdict import_steps::take_rank(session& db, const pqxx::row& row) {
  std::optional<std::string> old_guild, number, name, custom;
  fields(row).skip() >> old_guild >> number >> name >> custom;
  const auto rank = old_values::row_id(number.value_or(""));
  if (!rank || *rank < 0 || *rank > last_rank)
    return {fate::left, "a rank is a number from 0 to 9"};
  const auto called = old_values::trimmed(name.value_or(""));
  if (called.empty())
    return {fate::left, "it has no name"};
  if (custom != "true" && old_values::is_default_rank_name(*rank, called))
    return {fate::here};
  const auto guild = guild_of(old_guild);
  if (!guild)
    return guild.error();
  const import_rows::old_key key{"rank", *old_values::row_id(*old_guild), *rank};
  if (import_rows::find(db, key))
    return {fate::here};
  const auto fitting = old_values::shortened(called, longest_rank_name);
  const bool named = import_rows::name_rank(db, *guild, *rank, fitting);
  import_rows::remember(db, key, std::nullopt);
  if (!named)
    return {fate::here, "with the name that it got here"};
  tags_.add(*guild);
  if (fitting != called)
    return {fate::taken, "but its name was too long and ends early"};
  return {fate::taken};
}

} // namespace guildhall::store
