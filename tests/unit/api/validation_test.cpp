#include "api/validation.hpp"
#include "fixture.hpp"

namespace guildhall::api {
namespace {

TEST(parse_id, takes_what_upstream_takes) {
  for (const auto& [text, id] : std::vector<std::pair<std::string, std::int64_t>>{
           {"0", 0}, {"00", 0}, {" 1", 1}, {"7", 7}, {"9007199254740991", 9007199254740991}})
    EXPECT_EQ(parse_id(text, "guildId", "Guild ID").value_or(-1), id) << text;
}

TEST(parse_id, refuses_with_the_contracts_message) {
  for (const std::string_view text :
       {"-1", "abc", "1.5", "1e3", "0x1", "", " ", "1 2", "99999999999999999999", "१"}) {
    const auto id = parse_id(text, "guildId", "Guild ID");
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().code, ec::validation);
    EXPECT_EQ(
        id.error().message,
        "Validation error: Invalid at \"guildId\"; Guild ID must be a positive integer at "
        "\"guildId\"");
    EXPECT_EQ(
        id.error().fields, (mistakes{{"guildId", "Guild ID must be a positive integer"}}));
  }
}

http::request path(std::string region, std::string realm, std::string name) {
  http::request what;
  what.add_param("region", std::move(region));
  what.add_param("realm", std::move(realm));
  what.add_param("name", std::move(name));
  return what;
}

TEST(guild_address_of, takes_any_letters_and_makes_them_canonical) {
  const auto found = guild_address_of(path("eu", "Argent-Dawn", "La-Croisade-E\u0301CARLATE"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->realm, "argent-dawn");
  EXPECT_EQ(found->name_slug, "la-croisade-écarlate");
  EXPECT_TRUE(guild_address_of(path("eu", "ревущий-фьорд", "дикая-охота")));
}

TEST(guild_address_of, names_every_mistake_at_once) {
  const auto found = guild_address_of(path("cn", "a b", "x/y"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().fields.size(), 3u);
  EXPECT_EQ(found.error().fields.at("region"), "Region must be one of: us, eu, kr, tw");
  EXPECT_EQ(found.error().fields.at("realm"), "Realm slug must be lowercase with hyphens only");
  EXPECT_EQ(
      found.error().fields.at("name"), "Guild name slug must be lowercase with hyphens only");
  EXPECT_TRUE(found.error().message.starts_with("Validation error: ")) << found.error().message;
}

TEST(tracked_address_of, takes_names_as_well_as_slugs) {
  const auto found = tracked_address_of(path("eu", " Kel’Thuzad ", "Knights of the Sun’s Eye"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->realm, "Kel’Thuzad") << "the realm index says which one that is";
  EXPECT_EQ(found->name_slug, "knights-of-the-suns-eye");
  EXPECT_EQ(tracked_address_of(path("cn", " ", "x/y")).error().fields.size(), 3u);
  EXPECT_FALSE(tracked_address_of(path("eu", std::string(129, 'a'), "x")));
}

TEST(character_address_of, names_are_compared_without_letter_case) {
  const auto found = character_address_of(path("eu", "gordunni", "ЧАЙКА"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name_key, "чайка");
  EXPECT_FALSE(character_address_of(path("eu", "gordunni", "a b")));
  EXPECT_FALSE(character_address_of(path("eu", "gordunni", std::string(33, 'a'))));
  EXPECT_FALSE(character_address_of(path("eu", "gordunni", "\xff")));
}

http::request body(std::string text, std::string_view type = "application/json") {
  http::request what;
  what.body = std::move(text);
  what.add_header("Content-Type", type);
  return what;
}

ec body_outcome(std::string text, std::string_view type = "application/json") {
  const auto found = guild_address_in(body(std::move(text), type));
  return found ? ec::none : found.error().code;
}

TEST(guild_address_in, takes_a_name_or_a_slug) {
  const auto found = guild_address_in(
      body(R"({"region":"eu","realm":"stormrage","name":"Knights of the Sun's Eye"})"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name_slug, "knights-of-the-suns-eye");
  EXPECT_EQ(
      body_outcome(
          R"({"region":"eu","realm":"stormrage","name":"a","extra":[1]})",
          "application/json; charset=utf-8"),
      ec::none);
}

TEST(guild_address_in, refuses_what_is_no_object_with_texts) {
  EXPECT_EQ(body_outcome("{"), ec::bad_request);
  EXPECT_EQ(body_outcome(""), ec::bad_request);
  EXPECT_EQ(body_outcome("[]"), ec::bad_request);
  EXPECT_EQ(body_outcome("{}"), ec::validation);
  EXPECT_EQ(body_outcome(R"({"region":1,"realm":[],"name":{}})"), ec::validation);
  EXPECT_EQ(body_outcome(std::string(50'000, '[')), ec::bad_request);
  EXPECT_EQ(body_outcome("{}", "text/plain"), ec::unsupported_media_type);
}

TEST(wanted_parts_of, lean_unless_asked_for_more) {
  http::request what;
  what.target = "/a";
  EXPECT_EQ(wanted_parts_of(what)->detail(), domain::detail::lean);
  what.target = "/a?fields=full";
  EXPECT_TRUE(wanted_parts_of(what)->full);
  what.target = "/a?include=roster_json,%20equipment";
  const auto parts = wanted_parts_of(what);
  ASSERT_TRUE(parts);
  EXPECT_TRUE(parts->roster && parts->equipment && !parts->full);
  EXPECT_EQ(parts->detail(), domain::detail::full);
  EXPECT_EQ(parts->key(), "re");
  what.target = "/a?fields=all&include=passwords";
  const auto refused = wanted_parts_of(what);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.size(), 2u);
}

} // namespace
} // namespace guildhall::api
