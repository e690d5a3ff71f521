#include "domain/realm_index.hpp"

#include "core/nearest.hpp"
#include "core/text.hpp"
#include "domain/address.hpp"
#include "domain/document_proof.hpp"

#include <boost/json/object.hpp>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <set>
#include <utility>

namespace guildhall::domain {

namespace {

constexpr std::size_t max_realms = 10'000;
constexpr std::size_t offered = 3;
constexpr std::size_t longest_realm = 128; // bytes; the longest there is has 40

/// Letters that no decomposition takes apart.
void append_plain(std::string& out, UChar32 letter) {
  switch (letter) {
  case 0xdf:
    out += "ss";
    return;
  case 0xe6:
    out += "ae";
    return;
  case 0xf8:
    out += 'o';
    return;
  case 0x153:
    out += "oe";
    return;
  case 0x142:
    out += 'l';
    return;
  default:
    icu::UnicodeString{letter}.toUTF8String(out);
  }
}

/// The slugs whose realm is spelt most like it; none where nothing comes near.
std::vector<std::string> nearest(const std::vector<realm>& realms, const std::string& key) {
  const auto length = text::length(key);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const auto& one : realms) {
    auto best = text::letters_apart(key, realm_key(one.slug));
    for (const auto& name : one.names)
      best = std::min(best, text::letters_apart(key, realm_key(name)));
    if (text::may_be_meant(best, length))
      found.emplace_back(best, one.slug);
  }
  std::ranges::sort(found);
  std::vector<std::string> out;
  for (const auto& [far, slug] : found)
    if (out.size() < offered)
      out.push_back(slug);
  return out;
}

/// Every language of a name; it may be one text alone.
std::vector<std::string> names_in(const json_reader& in) {
  auto names = in.every_text("name");
  std::erase_if(names, [](const auto& name) {
    return name.empty() || text::length(name) > longest_realm;
  });
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

} // namespace

result<realm_list> parse_realm_index(std::string_view body) {
  json_reader in{body};
  prove(in, realm_index_claim, {});
  realm_list list;
  std::set<std::string> seen;
  in.optional_each("realms", [&] {
    realm one{.id = realm_id{in.integer("id", 1)}, .slug = {}, .names = {}};
    one.slug = canonical_slug(in.text("slug")).value_or("");
    if (one.slug.empty())
      in.reject("slug", "not a slug");
    one.names = names_in(in);
    if (!in.failed() && list.realms.size() < max_realms && seen.insert(one.slug).second)
      list.realms.push_back(std::move(one));
  });
  if (list.realms.empty())
    in.reject("realms", "none that can be read");
  list.whole = in.left_out().parts == 0;
  return in.finish(std::move(list));
}

std::string realm_key(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfkd = icu::Normalizer2::getNFKDInstance(status);
  if (U_FAILURE(status))
    return {};
  const auto lower = text::name_key(name);
  const auto apart =
      nfkd->normalize(icu::UnicodeString::fromUTF8(icu::StringPiece{lower}), status);
  std::string out;
  for (std::int32_t at = 0; U_SUCCESS(status) && at < apart.length();
       at = apart.moveIndex32(at, 1)) {
    const auto point = apart.char32At(at);
    if (u_isalnum(point))
      append_plain(out, point);
  }
  return out;
}

result<std::string> find_realm(const std::vector<realm>& realms, std::string_view wanted) {
  const auto refused = [](std::string sentence) {
    failure why{ec::validation, sentence};
    why.fields.emplace("realm", std::move(sentence));
    return fail(std::move(why));
  };
  if (wanted.size() > longest_realm)
    return refused(
        "There is no realm with a name of " + std::to_string(wanted.size()) + " bytes");
  auto slug = text::name_key(wanted);
  if (std::ranges::find(realms, slug, &realm::slug) != realms.end())
    return slug;
  const auto key = realm_key(wanted);
  std::vector<std::string> meant;
  for (const auto& one : realms)
    if (!key.empty()
        && (realm_key(one.slug) == key || std::ranges::any_of(one.names, [&](const auto& name) {
              return realm_key(name) == key;
            })))
      meant.push_back(one.slug);
  if (meant.size() == 1)
    return meant.front();
  const auto shown = '"' + text::printable(wanted) + '"';
  if (!meant.empty())
    return refused(shown + " may be one of " + text::joined(meant));
  auto sentence = "There is no realm " + shown + " in this region";
  if (const auto near = nearest(realms, key); !near.empty())
    sentence += "; the nearest are " + text::joined(near);
  return refused(std::move(sentence));
}

} // namespace guildhall::domain
