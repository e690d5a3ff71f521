#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::test {

/// What an HTTP answer is checked by. Header names in lower case.
struct seen_answer {
  int status{0};
  std::map<std::string, std::string> headers;
  std::string body;
};

/// Sentences that say what is not as documented; none when all is.
using differences = std::vector<std::string>;

/// An OpenAPI 3.1 document as the judge of answers. It knows the keywords of JSON Schema that
/// the document uses; for any other the constructor throws, so that none is skipped silently.
class contract {
public:
  explicit contract(std::string_view openapi_json);
  ~contract();
  contract(const contract&) = delete;
  contract& operator=(const contract&) = delete;

  /// Every operation as "GET /api/guilds/{guildId}/members".
  std::set<std::string> operations() const;

  /// Whether this answer to this operation is documented: its status, its headers, its body.
  differences check(const std::string& operation, const seen_answer& answer) const;

  /// Against `#/components/schemas/<name>`.
  differences check_value(std::string_view schema, const boost::json::value& value) const;

  /// Every example of the document against the schema that it stands beside.
  differences check_examples() const;

  const boost::json::object& schema(std::string_view name) const;

private:
  class judge;
  std::unique_ptr<judge> judge_;
};

} // namespace guildhall::test
