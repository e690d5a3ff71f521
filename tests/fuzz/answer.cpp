#include "battlenet/answer.hpp"

#include "battlenet/gunzip.hpp"
#include "fuzz/fuzz.hpp"

/// What a response of Battle.net means: a choice of status, header lines up to an empty one, a
/// body; and the same body taken for gzip.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace guildhall;
  constexpr unsigned statuses[]{200, 204, 304, 400, 401, 403, 404, 410, 429, 500, 503, 0};
  constexpr std::size_t max_bytes = 1u << 20;
  auto rest = fuzz::text_of(data, size);
  battlenet::raw_response response;
  response.status = statuses[fuzz::take_choice(rest) % std::size(statuses)];
  for (auto line = fuzz::take_until(rest, '\n'); !line.empty();
       line = fuzz::take_until(rest, '\n')) {
    const auto name = fuzz::take_until(line, ':');
    response.headers.emplace(name, line);
  }
  response.body = rest;
  const auto unpacked = battlenet::gunzip(rest, max_bytes);
  fuzz::expect_told(unpacked);
  fuzz::expect(!unpacked || unpacked->size() <= max_bytes, "it keeps to its limit");
  if (unpacked)
    response.body = *unpacked;
  const auto answer = battlenet::classify(std::move(response));
  fuzz::expect_printable(answer.detail);
  fuzz::expect_printable(answer.last_modified);
  fuzz::expect_printable(answer.schema_revision);
  fuzz::expect(text::is_utf8(answer.body), "a body is text");
  fuzz::expect(
      answer.retry_after.value_or(std::chrono::seconds{0}) >= std::chrono::seconds{0},
      "no wait is negative");
  fuzz::expect(
      answer.retry_after.value_or(std::chrono::seconds{0}) <= std::chrono::hours{24 * 7},
      "no wait is for ever");
  return 0;
}
