#include "battlenet_sim/body.hpp"
#include "battlenet_sim/json_writer.hpp"
#include "battlenet_sim/text.hpp"
#include "client.hpp"

namespace guildhall::sim {

TEST(sim_dates, are_written_with_an_unpadded_day) {
  EXPECT_EQ(http_date(1'583'574'074), "Sat, 7 Mar 2020 09:41:14 GMT");
  EXPECT_EQ(http_date(1'577'005'519), "Sun, 22 Dec 2019 09:05:19 GMT");
}

TEST(sim_dates, are_read_padded_or_not) {
  EXPECT_EQ(parse_http_date("Sat, 7 Mar 2020 09:41:14 GMT"), 1'583'574'074);
  EXPECT_EQ(parse_http_date("Sat, 07 Mar 2020 09:41:14 GMT"), 1'583'574'074);
  for (std::int64_t t : {0L, 951'782'400L, 1'709'164'799L, 4'102'444'800L})
    EXPECT_EQ(parse_http_date(http_date(t)), t);
}

TEST(sim_dates, that_are_none_are_refused) {
  for (const auto* text :
       {"", "yesterday", "Sat, 7 Mar 2020", "Sat, 31 Feb 2020 00:00:00 GMT",
        "Sat, 7 Foo 2020 09:41:14 GMT", "Sat, 7 Mar 2020 25:41:14 GMT"})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

TEST(sim_text, lower_case_is_that_of_all_scripts) {
  EXPECT_EQ(lower("Альвеоняша"), "альвеоняша");
  EXPECT_EQ(lower("ÆØÅMärtini"), "æøåmärtini");
  EXPECT_EQ(guild_slug("I CANT RELEASE"), "i-cant-release");
}

TEST(sim_text, percent_encoding_goes_both_ways) {
  EXPECT_EQ(percent_encode("экзорсус"), "%D1%8D%D0%BA%D0%B7%D0%BE%D1%80%D1%81%D1%83%D1%81");
  EXPECT_EQ(percent_decode("m%C3%A4rtini"), "märtini");
  EXPECT_FALSE(percent_decode("m%C3%A"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(sim_text, forms_decode_plus_and_percent) {
  auto fields =
      parse_form("scope=openid+wow.profile&redirect_uri=http%3A%2F%2Fx%2F&empty=&=no");
  EXPECT_EQ(fields["scope"], "openid wow.profile");
  EXPECT_EQ(fields["redirect_uri"], "http://x/");
  EXPECT_EQ(fields.at("empty"), "");
  EXPECT_EQ(fields.size(), 3);
}

TEST(sim_json, texts_become_objects_of_languages_without_a_locale) {
  std::string out;
  json_writer w(out, false);
  w.object([&] {
    w.member("id", 7);
    w.text("name", "a \"b\"");
  });
  EXPECT_TRUE(out.starts_with(R"({"id":7,"name":{"it_IT":"a \"b\"",)")) << out;
}

TEST(sim_body, compresses_to_what_it_is_in_pieces_shared_or_not) {
  chunk shared(std::string(50'000, 'x') + "the end");
  body whole;
  whole.own() += "first,";
  whole.add(shared);
  whole.own() += ",between,";
  whole.add(shared);
  EXPECT_EQ(whole.size(), whole.plain().size());
  EXPECT_EQ(test::gunzip(whole.gzipped()), whole.plain());
  EXPECT_LT(whole.gzipped().size(), 2'000);
  EXPECT_EQ(test::gunzip(body("").gzipped()), "");
}

} // namespace guildhall::sim
