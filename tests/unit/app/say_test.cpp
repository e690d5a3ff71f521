#include "app/say.hpp"

#include <gtest/gtest.h>

namespace guildhall::app {
namespace {

template <class... Parts>
std::string said(const Parts&... parts) {
  testing::internal::CaptureStdout();
  say(parts...);
  std::cout.flush();
  return testing::internal::GetCapturedStdout();
}

TEST(say, shows_own_words_and_numbers_as_they_are) {
  EXPECT_EQ(said("job ", 7, ": ", std::size_t{8}, "\n"), "job 7: 8\n");
}

TEST(say, lets_no_foreign_text_reach_a_terminal_raw) {
  const std::string name = "\x1b]0;pwned\x07 \u009b2J\u202e\nsync: on";
  EXPECT_EQ(
      said("guild ", name, "\n"), "guild \uFFFD]0;pwned\uFFFD \uFFFD2J\uFFFD\uFFFDsync: on\n");
  EXPECT_EQ(said(std::string_view{name}).find('\n'), std::string::npos);
  EXPECT_EQ(said(std::string(1'000'000, 'x')).size(), text::longest_printed);
}

TEST(say, shows_what_is_said_to_be_whole_in_all_its_lines) {
  const std::string report = "a = \"\x1b[2J\"\nb = " + std::string(1'000, 'x') + '\n';
  EXPECT_EQ(said(whole{report}), "a = \"\uFFFD[2J\"\nb = " + std::string(1'000, 'x') + '\n');
  EXPECT_EQ(said(whole_line{"a\nb"}), "a\uFFFDb");
}

} // namespace
} // namespace guildhall::app
