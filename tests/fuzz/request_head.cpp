#include "fuzz/fuzz.hpp"
#include "http/door/client_address.hpp"
#include "http/negotiation.hpp"
#include "http/request_parser.hpp"
#include "http/router.hpp"

#include <memory>

/// The bytes of a connection: request line, headers, body, in pieces; then what is made of
/// them before a handler runs: route, parameters, client address, coding, condition.
namespace guildhall::fuzz {

namespace {

using progress = http::request_parser::progress;

constexpr std::size_t max_header = 4'096;
constexpr std::size_t max_body = 2'048;

const http::router& routes() {
  static const auto made = [] {
    http::router out;
    const auto run = [](const http::request&, http::reply_slot) {};
    for (const auto* pattern :
         {"/api/guilds/:guildId/members", "/api/guilds/:region/:realm/:name", "/api/events",
          "/api/characters/:characterId", "/guilds/:region/:realm/:name", "/"})
      out.add(http::method::get, pattern, run);
    out.add(http::method::post, "/api/events", run);
    return out;
  }();
  return made;
}

http::answer_ptr answer() {
  static const auto made = http::make_answer(R"({"data":[]})", http::coding::identity);
  return made;
}

void use(http::request& what) {
  static const http::proxy_trust trust{
      .header = "X-Forwarded-For",
      .proxies = {*http::ip_network::parse("10.0.0.0/8")},
      .hops = 2};
  what.peer = *http::ip_address::parse("10.0.0.1");
  const auto client = http::client_address(what, trust).text();
  expect(http::ip_address::parse(client).has_value(), "whoever asks has an address");
  http::preferred_coding(what.header("Accept-Encoding"));
  http::respond(*answer(), what.header("If-None-Match"));
  for (const auto* name : {"region", "code", "state", "fields", "", "a"})
    if (const auto value = what.query(name))
      expect(text::is_utf8(*value), "a query's value is text");
  routes().allowed(what.path());
  if (routes().find(what).what != http::router::outcome::found)
    return;
  for (const auto* name : {"guildId", "region", "realm", "name", "characterId"})
    expect(text::is_utf8(what.param(name)), "a parameter is text");
}

/// Whatever the pieces, the bytes mean the same.
struct outcome {
  progress what{progress::need_more};
  std::size_t used{0};
  http::request request;
};

void read(outcome& out, std::string_view bytes, std::size_t piece) {
  http::request_parser parser{out.request, max_header, max_body};
  std::size_t end = 0;
  while (out.what == progress::need_more && end < bytes.size()) {
    end = std::min(bytes.size(), end + piece);
    std::size_t used = 0;
    out.what = parser.parse(bytes.substr(out.used, end - out.used), used);
    expect(used <= end - out.used, "no more is used than there is");
    out.used += used;
  }
  if (out.what == progress::broken)
    expect_printable(message_of(parser.why()));
}

} // namespace

} // namespace guildhall::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace guildhall;
  auto bytes = fuzz::text_of(data, size);
  const auto piece = 1 + fuzz::take_choice(bytes);
  fuzz::outcome whole;
  fuzz::read(whole, bytes, std::max<std::size_t>(bytes.size(), 1));
  fuzz::outcome pieces;
  fuzz::read(pieces, bytes, piece);
  if (whole.what != fuzz::progress::complete)
    return 0;
  fuzz::expect(whole.request.body.size() <= fuzz::max_body, "a body keeps to its limit");
  fuzz::expect(pieces.what == fuzz::progress::complete, "pieces are read as the whole is");
  fuzz::expect(pieces.used == whole.used, "pieces end where the whole does");
  fuzz::expect(pieces.request.target == whole.request.target, "pieces have the same target");
  fuzz::expect(pieces.request.body == whole.request.body, "pieces have the same body");
  fuzz::use(whole.request);
  return 0;
}
