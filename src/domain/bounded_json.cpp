#include "domain/bounded_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace guildhall::domain {

namespace json = boost::json;

namespace {

constexpr json_bounds bounds;

/// Builds the value as Boost's own handler does, and counts.
class counting_handler {
public:
  // As the parser looks for them.
  static constexpr std::size_t max_object_size = bounds.members;
  static constexpr std::size_t max_array_size = bounds.values;
  static constexpr std::size_t max_key_size = bounds.key_bytes;
  static constexpr std::size_t max_string_size = json::string::max_size();

  explicit counting_handler(json::storage_ptr memory) {
    stack_.reset(std::move(memory));
  }

  json::value release() {
    return stack_.release();
  }
  bool is_odd() const {
    return is_odd_;
  }

  bool on_document_begin(json::error_code&) {
    return true;
  }
  bool on_document_end(json::error_code&) {
    return true;
  }
  bool on_object_begin(json::error_code& error) {
    return count(error);
  }
  bool on_object_end(std::size_t size, json::error_code&) {
    stack_.push_object(size);
    return true;
  }
  bool on_array_begin(json::error_code& error) {
    return count(error);
  }
  bool on_array_end(std::size_t size, json::error_code&) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    look(part);
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    look(part);
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    look(part);
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& error) {
    look(part);
    stack_.push_string(part);
    return count(error);
  }
  bool on_number_part(json::string_view, json::error_code&) {
    return true;
  }
  bool on_int64(std::int64_t value, json::string_view, json::error_code& error) {
    stack_.push_int64(value);
    return count(error);
  }
  bool on_uint64(std::uint64_t value, json::string_view, json::error_code& error) {
    stack_.push_uint64(value);
    return count(error);
  }
  bool on_double(double value, json::string_view, json::error_code& error) {
    is_odd_ |= !std::isfinite(value);
    stack_.push_double(value);
    return count(error);
  }
  bool on_bool(bool value, json::error_code& error) {
    stack_.push_bool(value);
    return count(error);
  }
  bool on_null(json::error_code& error) {
    stack_.push_null();
    return count(error);
  }
  bool on_comment_part(json::string_view, json::error_code&) {
    return true;
  }
  bool on_comment(json::string_view, json::error_code&) {
    return true;
  }

private:
  bool count(json::error_code& error) {
    if (++values_ <= bounds.values)
      return true;
    error = json::error::array_too_large;
    return false;
  }
  void look(json::string_view part) {
    is_odd_ |= part.find('\0') != json::string_view::npos;
  }

  json::value_stack stack_;
  std::size_t values_{0};
  bool is_odd_{false};
};

} // namespace

result<bounded_json> parse_bounded(std::string_view body, json::storage_ptr memory) {
  json::parse_options options;
  options.max_depth = bounds.depth;
  json::basic_parser<counting_handler> parser{options, std::move(memory)};
  json::error_code error;
  const auto consumed = parser.write_some(false, body.data(), body.size(), error);
  if (!error && body.find_first_not_of(" \t\r\n", consumed) != std::string_view::npos)
    error = json::error::extra_data;
  if (error)
    return fail(
        ec::malformed,
        "broken JSON at byte " + std::to_string(consumed) + ": " + error.message());
  auto& handler = parser.handler();
  const bool is_odd = handler.is_odd();
  return bounded_json{handler.release(), is_odd};
}

} // namespace guildhall::domain
