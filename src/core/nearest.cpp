#include "core/nearest.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace guildhall::text {

namespace {

constexpr std::size_t longest = 128;

std::u32string letters_of(std::string_view utf8) {
  constexpr char32_t replacement = 0xfffd;
  std::u32string out;
  for (std::size_t at = 0; at < utf8.size() && out.size() < longest;)
    out += next_code_point(utf8, at).value_or(replacement);
  return out;
}

} // namespace

std::size_t letters_apart(std::string_view first, std::string_view second) {
  const auto a = letters_of(first);
  const auto b = letters_of(second);
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> now(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({changed, last[j] + 1, now[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last.back();
}

std::vector<std::string>
nearest(std::string_view wanted, const std::vector<std::string>& known, std::size_t most) {
  const auto size = length(wanted.substr(0, 4 * longest));
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const auto& one : known)
    if (const auto apart = letters_apart(wanted, one); may_be_meant(apart, size))
      found.emplace_back(apart, one);
  std::ranges::sort(found);
  std::vector<std::string> out;
  for (auto& [apart, one] : found)
    if (out.size() < most)
      out.push_back(std::move(one));
  return out;
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string out;
  for (const auto& one : texts)
    out.append(out.empty() ? "" : between).append(one);
  return out;
}

} // namespace guildhall::text
