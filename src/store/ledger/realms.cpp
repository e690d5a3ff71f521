#include "store/ledger/realms.hpp"

#include "core/log.hpp"
#include "core/text.hpp"
#include "domain/sync_port.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>
#include <cctype>

namespace guildhall::store {

namespace {

constexpr statement known{
    "realms_of_region", R"(
  select r.realm_id, r.slug, n.name from realms r
    left join lateral jsonb_array_elements_text(r.names) n(name) on true
  where r.region = $1 order by r.slug)",
    400};
constexpr statement count{"count_realms", "select count(*) from realms where region = $1", 400};
constexpr statement drop_others{
    "drop_realms", R"(
  delete from realms where region = $1 and slug <> all($2::text[]))",
    4'000};
constexpr statement write{
    "write_realms", R"(
  insert into realms as r (region, slug, realm_id, names)
  select $1, slug, id, names from unnest($2::text[], $3::bigint[], $4::jsonb[]) as w(slug, id, names)
  on conflict (region, slug) do update set realm_id = excluded.realm_id,
    names = case when excluded.names = '[]' then r.names else excluded.names end,
    seen_at = app_now()
  where (r.realm_id, r.names) is distinct from (excluded.realm_id, excluded.names))",
    9'000};
constexpr std::array all{known, count, drop_others, write};
const listed_statements registered{all};

std::vector<domain::realm> realms_of(session& db, domain::region where) {
  std::vector<domain::realm> out;
  for (const auto& row : db.exec(known, {where})) {
    domain::realm one;
    std::optional<std::string> name;
    fields(row) >> one.id >> one.slug >> name;
    if (out.empty() || out.back().slug != one.slug)
      out.push_back(std::move(one));
    if (name)
      out.back().names.push_back(std::move(*name));
  }
  return out;
}

/// Slugs cannot be derived from names, but most look like them.
std::string likely_slug(const std::string& name) {
  auto slug = domain::guild_name_slug(name);
  std::erase_if(slug, [](unsigned char c) { return std::ispunct(c) != 0 && c != '-'; });
  const auto fits = domain::canonical_slug(slug);
  return fits ? "perhaps " + *fits : "such as argent-dawn";
}

/// A JSON array of texts.
std::string json_of(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names)
    out += (out.empty() ? "[" : ",") + json_quoted(name);
  return out.empty() ? "[]" : out + ']';
}

} // namespace

result<std::string>
realm_named(session& db, domain::region where, const std::string& slug_or_name) {
  const auto realms = realms_of(db, where);
  if (!realms.empty()) {
    auto found = domain::find_realm(realms, slug_or_name);
    if (!found)
      found.error().message.append(" (realms of ").append(domain::to_string(where)).append(")");
    return found;
  }
  if (auto slug = domain::canonical_slug(slug_or_name))
    return *slug;
  failure why{
      ec::validation, "The names of the realms of " + std::string{domain::to_string(where)}
                          + " are not known here before guildhall serve has asked for them; "
                            "until then a realm is a slug, "
                          + likely_slug(slug_or_name) + ", not \""
                          + text::printable(slug_or_name) + '"'};
  why.fields.emplace("realm", "Realm slug must be lowercase with hyphens only");
  return fail(std::move(why));
}

template <>
result<void> run(session& db, const domain::set_realms& what) {
  array slugs;
  array ids;
  array names;
  for (const auto& one : what.realms) {
    slugs.add(one.slug);
    ids.add(one.id);
    names.add(json_of(one.names));
  }
  return db.transaction([&]() -> result<void> {
    std::size_t before = 0;
    fields(db.exec(count, {what.region})[0]) >> before;
    if (what.realms.empty() || 2 * what.realms.size() < before)
      return {}; // half a list is no list
    if (what.whole)
      db.exec(drop_others, {what.region, slugs});
    db.exec(write, {what.region, slugs, ids, names});
    return {};
  });
}

} // namespace guildhall::store
