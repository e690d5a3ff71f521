#include "api/body_rules.hpp"
#include "fuzz/fuzz.hpp"
#include "tests/unit/api/all_rules.hpp"

#include <boost/json/serialize.hpp>

/// Bodies of the API by every table of rules.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace guildhall;
  auto body = fuzz::text_of(data, size);
  static const auto tables = api::test::all_rules();
  const auto& rules = *tables[fuzz::take_choice(body) % tables.size()].second;
  http::request what;
  what.verb = http::method::post;
  what.add_header("Content-Type", "application/json");
  what.body = body;
  const auto read = api::read_body(what, rules);
  if (!read) {
    fuzz::expect(
        read.error().fields.size() <= api::max_named_mistakes, "few mistakes are named");
    return 0;
  }
  const auto again = api::check_body(*read, rules);
  fuzz::expect(again.has_value(), "what was accepted is acceptable");
  fuzz::expect(
      boost::json::serialize(*again) == boost::json::serialize(*read), "and canonical");
  return 0;
}
