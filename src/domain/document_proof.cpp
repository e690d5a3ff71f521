#include "domain/document_proof.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace guildhall::domain {

namespace {

/// What one source says: it agrees, it disagrees, or it does not say.
enum class word : std::uint8_t { none, yes, no };

word word_of(bool agrees) {
  return agrees ? word::yes : word::no;
}

struct self_link {
  word kind{word::none};
  word owner{word::none};
};

std::string key_of(std::string_view segment) {
  return text::name_key(text::percent_decode(segment).value_or(""));
}

std::string_view without_end(std::string_view path) {
  path = path.substr(0, path.find_first_of("?#"));
  if (path.ends_with("/index"))
    path.remove_suffix(std::string_view{"/index"}.size());
  while (path.ends_with('/'))
    path.remove_suffix(1);
  return path;
}

bool is_address(std::string_view realm, std::string_view name, const reading& as) {
  return key_of(realm) == text::name_key(as.realm) && key_of(name) == text::name_key(as.name);
}

self_link read_link(std::string_view href, const document_claim& claim, const reading& as) {
  const auto path = without_end(href);
  if (!claim.base.ends_with('/'))
    return {.kind = word_of(path.ends_with(claim.base))};
  const auto at = path.find(claim.base);
  if (at == std::string_view::npos)
    return {.kind = word::no};
  auto rest = path.substr(at + claim.base.size());
  const auto realm = rest.substr(0, rest.find('/'));
  rest.remove_prefix(std::min(realm.size() + 1, rest.size()));
  const auto name = rest.substr(0, rest.find('/'));
  rest.remove_prefix(name.size());
  return {
      .kind = word_of(!name.empty() && rest == claim.below),
      .owner = word_of(is_address(realm, name, as))};
}

self_link link_in(json_reader& in, const document_claim& claim, const reading& as) {
  std::string href;
  in.optional_object("_links", [&] {
    in.optional_object("self", [&] { href = in.short_text("href", longest_link); });
  });
  return href.empty() ? self_link{} : read_link(href, claim, as);
}

/// Whom the document says it is about.
struct subject {
  std::optional<std::int64_t> id;
  std::optional<std::int64_t> realm_id;
  std::string realm;
  std::string name;
};

subject read_subject(json_reader& in) {
  subject who;
  who.id = in.optional_integer("id", 1);
  who.name = in.short_text("name", longest_name);
  in.optional_object("realm", [&] {
    who.realm_id = in.optional_integer("id", 1);
    who.realm = in.short_text("slug", longest_label);
  });
  return who;
}

subject subject_in(json_reader& in, proof_id where) {
  subject who;
  switch (where) {
  case proof_id::own:
    who = read_subject(in);
    break;
  case proof_id::character:
    in.optional_object("character", [&] { who = read_subject(in); });
    break;
  case proof_id::guild:
    in.optional_object("guild", [&] { who = read_subject(in); });
    break;
  case proof_id::nobody:
    break;
  }
  return who;
}

word id_says(const subject& who, const reading& as) {
  if (!who.id)
    return word::none;
  return word_of(*who.id == as.id && (!who.realm_id || *who.realm_id == as.realm_id));
}

/// Whether name and realm in the document are the address that was asked.
word address_says(const subject& who, const document_claim& claim, const reading& as) {
  if (who.realm.empty() || who.name.empty())
    return word::none;
  const auto name = claim.base == guild_path ? guild_name_slug(who.name) : who.name;
  return word_of(is_address(who.realm, name, as));
}

bool belongs(
    const subject& who, const self_link& link, const document_claim& claim, const reading& as) {
  switch (id_says(who, as)) {
  case word::yes:
    return true;
  case word::none:
    return link.owner == word::yes;
  case word::no:
    break;
  }
  if (claim.proof.id == proof_id::character)
    return false;
  const auto said = link.owner != word::none ? link.owner : address_says(who, claim, as);
  return said == word::yes;
}

} // namespace

reading reading_of(
    time_point now, const guild_address& asked, const std::optional<guild_identity>& who) {
  return {
      .now = now,
      .realm = asked.realm,
      .name = asked.name_slug,
      .realm_id = who ? who->realm_id.value : 0,
      .id = who ? who->bnet_id.value : 0};
}

reading reading_at(time_point now, const character_address& asked) {
  constexpr std::int64_t nobodys = -1;
  return {
      .now = now, .realm = asked.realm, .name = asked.name_key, .realm_id = 0, .id = nobodys};
}

reading
reading_of(time_point now, const character_address& asked, const character_identity& who) {
  return {
      .now = now,
      .realm = asked.realm,
      .name = asked.name_key,
      .realm_id = who.realm_id.value,
      .id = who.bnet_id.value};
}

void prove(json_reader& in, const document_claim& claim, const reading& as) {
  if (in.failed())
    return;
  const auto link = link_in(in, claim, as);
  const auto who = subject_in(in, claim.proof.id);
  const auto refuse = [&](std::string_view key, std::string_view why) {
    in.reject(key, std::string{why}.append(" (").append(claim.name).append(")"));
  };
  if (link.kind == word::no)
    return refuse("_links.self", "another document's");
  const bool marked = std::ranges::any_of(
      claim.proof.marks, [&](auto mark) { return !mark.empty() && in.has(mark); });
  const bool named = claim.proof.id == proof_id::nobody || who.id;
  if (link.kind == word::none && (!marked || !named))
    return refuse("document", "nothing shows that it is this document");
  if (as.id != 0 && !belongs(who, link, claim, as))
    refuse("document", "somebody else's");
  in.forget_left_out(); // what matters is read once more
}

bool may_be_document(std::string_view body) {
  constexpr std::size_t longest_error = 2'048;
  const auto begin = body.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos)
    return true; // an empty one is refused where it is read
  const bool is_error = body.size() <= longest_error && body.contains("\"code\"")
                     && !body.contains("\"_links\"") && !body.contains("\"id\"");
  return body[begin] == '{' && !is_error;
}

} // namespace guildhall::domain
