#include "api/auth/jwt.hpp"

#include "api/json_writer.hpp"
#include "core/crypto.hpp"
#include "http/ascii.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

namespace guildhall::api::auth {

namespace {

namespace json = boost::json;

/// Clocks of the machines that sign and check may differ by this much.
constexpr std::chrono::seconds clock_skew{60};

std::string_view name_of(audience aud) noexcept {
  switch (aud) {
  case audience::admin:
    return "admin";
  case audience::refresh:
    return "refresh";
  case audience::api:
    break;
  }
  return "api";
}

std::optional<audience> audience_of(std::string_view name) noexcept {
  for (const auto one : {audience::api, audience::refresh, audience::admin})
    if (name == name_of(one))
      return one;
  return std::nullopt;
}

std::string_view type_of(audience aud) noexcept {
  switch (aud) {
  case audience::admin:
    return "operator";
  case audience::refresh:
    return "refresh";
  case audience::api:
    break;
  }
  return "access";
}

std::string_view bytes_of(const crypto::digest& digest) noexcept {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Counts the members of a text, those of the same name as well.
struct member_counter {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  using error = json::error_code;
  using text = json::string_view;

  std::size_t members{0};

  bool on_key(text, std::size_t, error&) {
    ++members;
    return true;
  }
  // clang-format off
  bool on_document_begin(error&) { return true; }
  bool on_document_end(error&) { return true; }
  bool on_object_begin(error&) { return true; }
  bool on_object_end(std::size_t, error&) { return true; }
  bool on_array_begin(error&) { return true; }
  bool on_array_end(std::size_t, error&) { return true; }
  bool on_key_part(text, std::size_t, error&) { return true; }
  bool on_string_part(text, std::size_t, error&) { return true; }
  bool on_string(text, std::size_t, error&) { return true; }
  bool on_number_part(text, error&) { return true; }
  bool on_int64(std::int64_t, text, error&) { return true; }
  bool on_uint64(std::uint64_t, text, error&) { return true; }
  bool on_double(double, text, error&) { return true; }
  bool on_bool(bool, error&) { return true; }
  bool on_null(error&) { return true; }
  bool on_comment_part(text, error&) { return true; }
  bool on_comment(text, error&) { return true; }
  // clang-format on
};

std::size_t members_of(const json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object)
      count += members_of(member.value());
  } else if (const auto* list = value.if_array()) {
    for (const auto& item : *list)
      count += members_of(item);
  }
  return count;
}

/// Two readers must never see two tokens in one: no member is there twice, however its name is
/// spelt, and however deep.
bool has_twins(
    std::string_view text, const json::value& parsed, const json::parse_options& how) {
  json::basic_parser<member_counter> counting{how};
  json::error_code error;
  counting.write_some(false, text.data(), text.size(), error);
  return error || counting.handler().members != members_of(parsed);
}

std::optional<json::object> object_in(std::string_view base64url) {
  const auto text = crypto::base64url_decode(base64url);
  if (!text)
    return std::nullopt;
  json::error_code error;
  json::parse_options strict;
  strict.max_depth = 4;
  auto value = json::parse(json::string_view{text->data(), text->size()}, error, {}, strict);
  if (error || !value.is_object() || has_twins(*text, value, strict))
    return std::nullopt;
  return std::move(value.get_object());
}

/// What is there has to be a string: another reader could take it for something else.
bool are_texts(const json::object& from, std::initializer_list<std::string_view> names) {
  return std::ranges::all_of(names, [&](std::string_view name) {
    const auto* value = from.if_contains(json::string_view{name.data(), name.size()});
    return !value || value->is_string();
  });
}

/// "" for a claim that is absent or no string.
std::string_view text_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(json::string_view{name.data(), name.size()});
  if (!value || !value->is_string())
    return {};
  return {value->get_string().data(), value->get_string().size()};
}

std::optional<std::int64_t> integer_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(json::string_view{name.data(), name.size()});
  if (!value || !value->is_int64())
    return std::nullopt;
  return value->get_int64();
}

/// NumericDate within what a clock can hold.
std::optional<std::chrono::sys_seconds>
time_of(const json::object& from, std::string_view name) {
  constexpr std::int64_t year_9999 = 253'402'300'799;
  const auto seconds = integer_of(from, name);
  if (!seconds || *seconds < 0 || *seconds > year_9999)
    return std::nullopt;
  return std::chrono::sys_seconds{std::chrono::seconds{*seconds}};
}

/// Exactly as `iso_time` writes it.
std::optional<time_point> moment_of(const json::object& from, std::string_view name) {
  using namespace std::chrono;
  const std::string text{text_of(from, name)};
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
  if (std::sscanf(
          text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%3dZ", &year, &month, &day, &hour, &minute,
          &second, &millisecond)
      != 7)
    return std::nullopt;
  const year_month_day date{
      std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  // The clock counts nanoseconds: it ends in 2262.
  if (!date.ok() || year < 1970 || year > 2200)
    return std::nullopt;
  const time_point moment = sys_days{date} + hours{hour} + minutes{minute} + seconds{second}
                          + milliseconds{millisecond};
  if (iso_time(moment) != text)
    return std::nullopt;
  return moment;
}

std::optional<claims> claims_in(const json::object& payload) {
  claims who;
  const auto aud = audience_of(text_of(payload, "aud"));
  if (!aud)
    return std::nullopt;
  who.aud = *aud;
  if (text_of(payload, "type") != type_of(who.aud))
    return std::nullopt;
  const auto issued_at = time_of(payload, "iat");
  const auto expires_at = time_of(payload, "exp");
  if (!issued_at || !expires_at || payload.contains("nbf"))
    return std::nullopt; // we never sign nbf
  who.issued_at = *issued_at;
  who.expires_at = *expires_at;
  if (!are_texts(payload, {"sub", "battle_net_id", "battletag", "role"}))
    return std::nullopt;
  who.subject = text_of(payload, "sub");
  if (who.aud == audience::admin)
    return who;
  const auto id = integer_of(payload, "id");
  const auto valid_since = moment_of(payload, "tvs");
  if (!id || *id <= 0 || !valid_since)
    return std::nullopt;
  who.id = *id;
  who.valid_since = *valid_since;
  who.battle_net_id = text_of(payload, "battle_net_id");
  who.battletag = text_of(payload, "battletag");
  who.role = text_of(payload, "role");
  return who;
}

/// No name is longer; a token of longer ones would be longer than a verifier takes, and so end
/// the login that it was made for.
void bound(std::string& text) {
  constexpr std::size_t longest = 128;
  if (text.size() <= longest)
    return;
  auto end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end; // not within a letter
  text.resize(end);
}

std::string payload_of(const claims& who) {
  json_writer out;
  out.begin_object();
  if (who.aud == audience::admin) {
    out.field("sub", who.subject);
  } else {
    out.field("id", who.id);
    out.field("tvs", who.valid_since);
  }
  if (who.aud == audience::api) {
    out.field("battle_net_id", who.battle_net_id);
    out.field("battletag", who.battletag);
    out.field("role", who.role);
  }
  out.field("type", type_of(who.aud));
  out.field("aud", name_of(who.aud));
  out.field("iat", who.issued_at.time_since_epoch().count());
  out.field("exp", who.expires_at.time_since_epoch().count());
  out.end_object();
  return std::move(out).take();
}

std::string header_of(const config::signing_key& key) {
  json_writer out;
  out.begin_object();
  out.field("alg", "HS256");
  out.field("typ", "JWT");
  out.field("kid", key.id);
  out.end_object();
  return std::move(out).take();
}

constexpr std::size_t seal_bytes = 16;

std::string sealed_by(const config::signing_key& key, std::string_view text) {
  const auto digest = crypto::hmac_sha256(key.key.value, text);
  return std::string{bytes_of(digest).substr(0, seal_bytes)};
}

} // namespace

std::string mint(const config::signing_key& key, const claims& who) {
  auto bounded = who;
  for (auto* text :
       {&bounded.battletag, &bounded.battle_net_id, &bounded.role, &bounded.subject})
    bound(*text);
  auto token = crypto::base64url_encode(header_of(key));
  token += '.';
  token += crypto::base64url_encode(payload_of(bounded));
  const auto signature = crypto::hmac_sha256(key.key.value, token);
  token += '.';
  token += crypto::base64url_encode(bytes_of(signature));
  return token;
}

std::string mint_operator(
    const config::signing_key& key, std::string subject, std::chrono::sys_seconds now,
    std::chrono::seconds lifetime) {
  claims who;
  who.aud = audience::admin;
  who.subject = std::move(subject);
  who.issued_at = now;
  who.expires_at = now + lifetime;
  return mint(key, who);
}

verifier::verifier(std::vector<config::signing_key> keys) : keys_{std::move(keys)} {}

void verifier::replace(std::vector<config::signing_key> keys) {
  keys_.set(std::move(keys));
  for (auto& part : shards_) {
    const std::lock_guard guard{part.lock};
    part.known.clear();
  }
}

result<claims_ptr>
verifier::verify(std::string_view token, audience wanted, std::chrono::sys_seconds now) const {
  if (token.empty() || token.size() > max_token_bytes)
    return fail(ec::invalid_token);
  auto& part = shards_[text_hash{}(token) % shard_count];
  claims_ptr who;
  {
    const std::lock_guard guard{part.lock};
    if (const auto known = part.known.find(token); known != part.known.end())
      who = known->second;
  }
  const auto is_new = !who;
  const auto keys = is_new ? keys_.get() : nullptr;
  if (is_new) {
    auto checked = check(token, *keys);
    if (!checked)
      return fail(std::move(checked.error()));
    who = std::move(*checked);
  }
  if (who->aud != wanted || who->issued_at > now + clock_skew)
    return fail(ec::invalid_token);
  if (who->expires_at <= now)
    return fail(ec::expired_token);
  if (is_new) {
    const std::lock_guard guard{part.lock};
    if (part.known.size() >= tokens_per_shard)
      part.known.clear();
    if (keys == keys_.get()) // else it may be one of a key that is gone
      part.known.emplace(token, who);
  }
  return who;
}

result<claims_ptr> verifier::verify_header(
    std::string_view authorization, audience wanted, std::chrono::sys_seconds now) const {
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.empty())
    return fail(ec::missing_token);
  if (!http::equal_ignoring_case(authorization.substr(0, scheme.size()), scheme))
    return fail(ec::invalid_token);
  return verify(authorization.substr(scheme.size()), wanted, now);
}

std::string verifier::seal(std::string_view text) const {
  const auto keys = keys_.get();
  return keys->empty() ? std::string{} : sealed_by(keys->front(), text);
}

bool verifier::has_sealed(std::string_view text, std::string_view seal) const {
  const auto keys = keys_.get();
  return std::any_of(keys->begin(), keys->end(), [&](const auto& key) {
    return crypto::equal_constant_time(sealed_by(key, text), seal);
  });
}

result<claims_ptr> verifier::check(std::string_view token, const key_list& keys) {
  const auto first = token.find('.');
  const auto second = first == token.npos ? first : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos)
    return fail(ec::invalid_token);
  const auto header = object_in(token.substr(0, first));
  if (!header || text_of(*header, "alg") != "HS256" || header->contains("crit"))
    return fail(ec::invalid_token);
  const auto kid = text_of(*header, "kid");
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& candidate) {
    return !kid.empty() && candidate.id == kid;
  });
  const auto signature = crypto::base64url_decode(token.substr(second + 1));
  if (key == keys.end() || !signature)
    return fail(ec::invalid_token);
  const auto expected = crypto::hmac_sha256(key->key.value, token.substr(0, second));
  if (!crypto::equal_constant_time(bytes_of(expected), *signature))
    return fail(ec::invalid_token);
  const auto payload = object_in(token.substr(first + 1, second - first - 1));
  auto who = payload ? claims_in(*payload) : std::nullopt;
  if (!who)
    return fail(ec::invalid_token);
  return std::make_shared<const claims>(std::move(*who));
}

} // namespace guildhall::api::auth
