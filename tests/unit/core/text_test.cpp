#include "core/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace guildhall::text {
namespace {

using namespace std::string_literals;

TEST(utf8, accepts_well_formed_text) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("Ярость"));
  EXPECT_TRUE(is_utf8("\xF0\x9F\x90\xB2"));
}

TEST(utf8, refuses_surrogates_overlong_forms_and_fragments) {
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));     // a surrogate
  EXPECT_FALSE(is_utf8("\xC0\xAF"));         // "/" in two bytes
  EXPECT_FALSE(is_utf8("\xD0"));             // cut off
  EXPECT_FALSE(is_utf8("\x80"));             // a continuation alone
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80")); // past U+10FFFF
}

TEST(utf8, is_looked_at_wherever_it_stands) {
  const std::string letter{"\xD0\xAF"};
  for (std::size_t before = 0; before <= 17; ++before) {
    const std::string ascii(before, 'x');
    for (const auto* behind : {"", "y", "yyyyyyyyyyyyyyyyy"}) {
      EXPECT_TRUE(is_utf8(ascii + letter + behind)) << before;
      EXPECT_FALSE(is_utf8(ascii + letter.front() + behind)) << before;
      EXPECT_FALSE(is_utf8(ascii + letter.back() + behind)) << before;
    }
  }
}

TEST(name_key, lowers_every_script) {
  EXPECT_EQ(name_key("Thrall"), "thrall");
  EXPECT_EQ(name_key("ЯРОСТЬ"), "ярость");
  EXPECT_EQ(name_key("ÉLUNE"), "élune");
  EXPECT_EQ(name_key("ÞÓRR"), "þórr");
}

TEST(name_key, is_the_same_for_composed_and_decomposed_accents) {
  EXPECT_EQ(name_key("E\u0301lune"), "\u00E9lune");
  EXPECT_EQ(name_key("\u00C9lune"), "\u00E9lune");
}

TEST(name_key, knows_no_country) {
  // In a Turkish locale "I" would become a dotless i.
  EXPECT_EQ(name_key("ILLIDAN"), "illidan");
  EXPECT_EQ(name_key("\u0131"), "\u0131");
  EXPECT_EQ(name_key("\u0130"), "i\u0307");
}

TEST(name_key, of_malformed_text_is_empty) {
  EXPECT_EQ(name_key("abc\xFF"), "");
  EXPECT_EQ(name_key(""), "");
}

RC_GTEST_PROP(name_key, of_a_name_key_is_itself, ()) {
  std::string name;
  const auto letters = std::vector<std::string>{"A", "z", "É", "E\u0301", "\u0130", "Я",
                                                "ß", "Σ", "ǅ", "한",      "\u0345", "\u0301"};
  for (const auto& letter :
       *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(letters)))
    name += letter;
  RC_ASSERT(name_key(name_key(name)) == name_key(name));
}

TEST(percent, escapes_all_but_unreserved_characters) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("la croisade écarlate"), "la%20croisade%20%C3%A9carlate");
  EXPECT_EQ(percent_encode("a/b?c%"), "a%2Fb%3Fc%25");
}

TEST(percent, decodes_either_case_and_leaves_plus_alone) {
  EXPECT_EQ(percent_decode("%d1%8F+%2B"), "я++");
}

TEST(percent, refuses_what_is_no_text) {
  for (const auto* broken : {"%", "%4", "abc%", "%zz", "%4g", "% 41"})
    EXPECT_EQ(percent_decode(broken), std::nullopt) << broken;
  EXPECT_EQ(percent_decode("a%00b"), std::nullopt);
  EXPECT_EQ(percent_decode("a\0b"s), std::nullopt);
  EXPECT_EQ(percent_decode("%C3"), std::nullopt);
  EXPECT_EQ(percent_decode("\xFF"), std::nullopt);
}

RC_GTEST_PROP(percent, decoding_undoes_encoding, (const std::string& bytes)) {
  const auto is_text = is_utf8(bytes) && bytes.find('\0') == std::string::npos;
  RC_ASSERT(
      percent_decode(percent_encode(bytes)) == (is_text ? std::optional{bytes} : std::nullopt));
}

RC_GTEST_PROP(percent, an_encoding_is_plain_ascii, (const std::string& bytes)) {
  for (const char c : percent_encode(bytes))
    RC_ASSERT(
        std::string_view{"-._~%"}.find(c) != std::string_view::npos
        || (std::isalnum(static_cast<unsigned char>(c)) != 0 && c > 0));
}

TEST(length, counts_code_points) {
  EXPECT_EQ(length(""), 0u);
  EXPECT_EQ(length("Ярость"), 6u);
  EXPECT_EQ(length("\xF0\x9F\x90\xB2!"), 2u);
}

TEST(length, counts_each_malformed_byte) {
  EXPECT_EQ(length("a\xFF\xFE"), 3u);
  EXPECT_EQ(length("\xE2\x82"), 2u);
}

TEST(printable, keeps_what_can_be_read_and_marks_the_rest) {
  EXPECT_EQ(printable("Ärger \"x\""), "Ärger \"x\"");
  EXPECT_EQ(printable("a\0b\nc\x7f"s), "a\uFFFDb\uFFFDc\uFFFD");
  EXPECT_EQ(printable("\xff\xc3"), "\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xc2\x85"), "\uFFFD") << "a control character of two bytes";
}

TEST(printable, shows_nothing_that_changes_how_others_look) {
  for (const auto* odd :
       {"\u0080",     "\u0085",     "\u009b",     "\u00ad",     "\u061c",     "\u180e",
        "\u200b",     "\u200d",     "\u200e",     "\u200f",     "\u2028",     "\u2029",
        "\u202a",     "\u202e",     "\u2060",     "\u2066",     "\u2069",     "\u115f",
        "\u3164",     "\ufdd0",     "\ufe0f",     "\ufeff",     "\ufff9",     "\uffff",
        "\U0001fffe", "\U000e0001", "\U000e0041", "\U000e007f", "\U000f0000", "\U0010ffff",
        "\ue000",     "\u0378",     "\x1b"})
    EXPECT_EQ(printable("a"s + odd + "z"), "a\uFFFDz") << odd;
  for (const auto* half : {"\xed\xa0\x80", "\xed\xbf\xbf"})
    EXPECT_EQ(printable(half), "\uFFFD\uFFFD\uFFFD") << "half of a surrogate pair";
  EXPECT_EQ(printable("\xc0\x80"), "\uFFFD\uFFFD") << "an overlong NUL";
}

TEST(printable, keeps_every_script) {
  for (const auto* name :
       {"Ярость Орды", "분노", "憤怒之手", "à̀", "ไทย", "नमस्ते", "עברית", "عربي", "🐲", "a\u00a0b",
        "´`’"})
    EXPECT_EQ(printable(name), name);
}

TEST(printable, is_cut_between_characters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abc...");
  EXPECT_EQ(printable("ääää", 4), "ääää");
  EXPECT_EQ(printable("äääää", 4), "ä...");
  EXPECT_EQ(length(printable(std::string(1'000, '\xff'))), longest_printed);
  EXPECT_TRUE(is_utf8(printable(std::string(1'000, '\xff'))));
  EXPECT_EQ(length(printable(std::string(5u << 20, 'x'))), longest_printed);
}

TEST(printable_lines, keep_their_ends_and_all_their_text) {
  EXPECT_EQ(printable_lines("a\tb\nc\r\x1b[2J\u202e\n"), "a\tb\nc\uFFFD\uFFFD[2J\uFFFD\n");
  EXPECT_EQ(printable_lines(std::string(1'000, 'x')).size(), 1'000u);
}

} // namespace
} // namespace guildhall::text
