#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::test {

/// A request as an OpenAPI document describes it, or near it.
struct made_request {
  std::string operation; ///< "PUT /api/rosters/{rosterId}"
  std::string method;
  std::string target; ///< path and query, percent-encoded
  std::map<std::string, std::string> headers{};
  std::string body{};
};

/// Makes requests out of an OpenAPI document: about half of them are as documented, the others
/// differ from it in a place or two, or altogether. The same seed makes the same requests.
class request_maker {
public:
  request_maker(std::string_view openapi_json, std::uint64_t seed);

  /// Every operation as "GET /api/guilds/{guildId}/members", in the order of the alphabet.
  const std::vector<std::string>& operations() const {
    return operations_;
  }
  /// What parameters and fields of this name hold in a database, so that requests reach it.
  void know(std::string name, boost::json::array values);

  made_request make(const std::string& operation);
  std::size_t any_of(std::size_t count);

private:
  using json_value = boost::json::value;
  using json_object = boost::json::object;

  const json_value& resolved(const json_value& value) const;
  bool once_in(unsigned times);
  template <class Range>
  const auto& one_of(const Range& all);

  json_value fitting(const json_value& schema, std::string_view name);
  json_value fitting_type(const json_object& rules, std::string_view type);
  json_value fitting_object(const json_object& rules);
  std::string fitting_text(const json_object& rules);
  json_value odd_value();
  std::string body_of(const json_value& schema);
  std::string spoiled(json_value body);
  std::string parameter(const json_value& described);
  std::string query_of(const std::vector<const json_object*>& parameters);
  void add_headers(made_request& out);

  json_value root_;
  std::mt19937_64 random_;
  std::map<std::string, boost::json::array, std::less<>> known_;
  std::vector<std::string> operations_;
};

} // namespace guildhall::test
