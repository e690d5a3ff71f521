#include "battlenet/gunzip.hpp"
#include "domain/json_reader.hpp"
#include "tests/support/gzip.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <unistd.h>

/// What the memory for a body is bounded by: its size, never what it says.
namespace guildhall::battlenet {
namespace {

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i)
    out += text;
  return out;
}

/// Letters that no packing makes much shorter.
std::string letters(int count) {
  std::string out;
  unsigned state = 1;
  for (int i = 0; i < count; ++i) {
    state = state * 1'103'515'245u + 12'345u;
    out += static_cast<char>('a' + (state >> 16) % 26);
  }
  return out;
}

long kilobytes(const std::string& what) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(what))
      return std::stol(line.substr(what.size()));
  return 0;
}

// In kilobytes: well above what the heaviest of these bodies takes (6, 24 and 75 MB), and well
// below what it would take without one of the limits (24, 46 and 126 MB). Sanitizers keep what
// is freed for a while, and shadow what is used.
#if defined(__SANITIZE_THREAD__)
constexpr long enough = 100 * 1'024;
#elif defined(__SANITIZE_ADDRESS__)
constexpr long enough = 36 * 1'024;
#else
constexpr long enough = 12 * 1'024;
#endif

/// Ends with 0 if reading the body takes no more than `enough` at its peak.
[[noreturn]] void read_and_exit(const std::string& packed) {
  std::ofstream{"/proc/self/clear_refs"} << "5"; // the peak from now on
  const auto before = kilobytes("VmRSS:");
  if (const auto body = gunzip(packed, 16u << 20)) {
    domain::json_reader in{*body};
    in.finish(0);
  }
  ::_exit(kilobytes("VmHWM:") - before < enough ? 0 : 1);
}

TEST(memory, for_a_body_of_16_kilobytes_is_a_few_megabytes_whatever_it_says) {
  const auto with_letters = [](const std::string& rest) {
    return test::gzip("{\"b\":\"" + letters(20'000) + "\"," + rest + "}");
  };
  for (const auto& packed :
       {test::gzip("{\"a\":[" + repeated("0,", 8'000'000) + "0]}"),
        test::gzip("{\"a\":[" + repeated("{},", 5'000'000) + "{}]}"),
        with_letters("\"a\":[" + repeated("0,", 500'000) + "0]"),
        with_letters("\"a\":[" + repeated("{\"a\":0},", 120'000) + "0]"),
        with_letters("\"a\":[" + repeated("{},", 240'000) + "0]"),
        test::gzip("{\"a\":\"" + std::string(60u << 20, 'x') + "\"}"),
        test::gzip("{\"a\":" + repeated("[", 1'000'000))}) {
    ASSERT_LT(packed.size(), 66'000u);
    EXPECT_EXIT(read_and_exit(packed), testing::ExitedWithCode(0), "");
  }
}

} // namespace
} // namespace guildhall::battlenet
