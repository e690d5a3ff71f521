#include "battlenet/request.hpp"
#include "battlenet/sendable.hpp"
#include "core/log.hpp"
#include "domain/address.hpp"
#include "domain/grouping.hpp"
#include "domain/realm_index.hpp"
#include "fuzz/fuzz.hpp"

#include <boost/json/parse.hpp>

/// Names and slugs of realms, guilds and characters, as anybody may write them.
namespace guildhall::fuzz {

namespace {

const std::vector<domain::realm>& realms() {
  static const std::vector<domain::realm> some{
      {realm_id{1}, "stormrage", {"Stormrage"}},
      {realm_id{2}, "aggra-portugues", {"Aggra (Português)"}},
      {realm_id{3}, "gordunni", {"Gordunni", "Гордунни"}},
      {realm_id{4}, "kelthuzad", {"Kel'Thuzad"}}};
  return some;
}

void address(std::string_view name) {
  const auto slug = domain::canonical_slug(name);
  if (!slug)
    return;
  expect(domain::canonical_slug(*slug) == slug, "a canonical slug stays as it is");
  const battlenet::request_factory requests{"en_GB"};
  const auto asked = requests.guild({domain::region::eu, *slug, *slug});
  expect(battlenet::is_target(asked.target), "every slug can be asked for");
}

void show(std::string_view name) {
  const auto shown = text::printable(name);
  expect(
      text::is_utf8(shown) && text::length(shown) <= text::longest_printed, "it is short text");
  expect(text::printable(shown) == shown, "what is printable stays as it is");
  const auto quoted = json_quoted(name);
  boost::json::error_code error;
  boost::json::parse(quoted, error);
  expect(!error, "a quoted text is JSON");
}

} // namespace

} // namespace guildhall::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace guildhall;
  const auto name = fuzz::text_of(data, size);
  fuzz::show(name);
  fuzz::address(name);
  const auto key = text::name_key(name);
  fuzz::expect(text::name_key(key) == key, "a key's key is itself");
  fuzz::expect(text::is_utf8(domain::guild_name_slug(name)), "a slug is text");
  domain::is_askable_name(name);
  const auto encoded = text::percent_encode(name);
  const auto decoded = text::percent_decode(encoded);
  fuzz::expect(!decoded || *decoded == name, "decoding undoes encoding");
  text::percent_decode(name);
  constexpr std::size_t longest = 512; // as the API takes it
  if (name.size() <= longest)
    (void)domain::find_realm(fuzz::realms(), name);
  return 0;
}
