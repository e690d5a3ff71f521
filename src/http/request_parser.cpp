#include "http/request_parser.hpp"

#include "http/ascii.hpp"
#include "http/door/host_name.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

namespace guildhall::http {

namespace {

namespace beast = boost::beast::http;

std::string_view std_view(boost::beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

method method_of(beast::verb verb) noexcept {
  switch (verb) {
  case beast::verb::get:
    return method::get;
  case beast::verb::head:
    return method::head;
  case beast::verb::post:
    return method::post;
  case beast::verb::put:
    return method::put;
  case beast::verb::patch:
    return method::patch;
  case beast::verb::delete_:
    return method::del;
  case beast::verb::options:
    return method::options;
  default:
    return method::other;
  }
}

/// An absolute target (RFC 9112 section 3.2.2) in its parts.
struct absolute_target {
  std::string_view authority;
  std::string_view rest; ///< path and query; the path may be empty
};

std::optional<absolute_target> split_absolute(std::string_view target) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme))
      continue;
    target.remove_prefix(scheme.size());
    const auto end = std::min(target.find_first_of("/?"), target.size());
    return absolute_target{target.substr(0, end), target.substr(end)};
  }
  return std::nullopt;
}

bool is_number(std::string_view text) noexcept {
  return !text.empty()
      && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The place among those that are no list and that somebody acts on; 0: none of them.
std::uint8_t bit_of_single(beast::field name) noexcept {
  switch (name) {
  case beast::field::authorization:
    return 1;
  case beast::field::content_type:
    return 2;
  case beast::field::origin:
    return 4;
  case beast::field::expect:
    return 8;
  default:
    return 0;
  }
}

} // namespace

request_parser::request_parser(
    request& into, std::size_t max_header_bytes, std::size_t max_body_bytes)
    : into_{into},
      max_body_bytes_{max_body_bytes},
      scan_{max_header_bytes} {
  into_.clear();
  eager(true);
  // It sees a header when that is whole and known to be small enough.
  header_limit(static_cast<std::uint32_t>(
      std::min<std::size_t>(max_header_bytes + 1, std::numeric_limits<std::uint32_t>::max())));
  body_limit(max_body_bytes);
}

request_parser::progress request_parser::parse(std::string_view bytes, std::size_t& used) {
  used = begun_ ? 0 : pass_empty_lines(bytes);
  if (!begun_)
    return progress::need_more;
  if (!scanned_)
    if (const auto outcome = scan_header(bytes.substr(used)); outcome != progress::complete)
      return outcome;
  while (used < bytes.size()) {
    error_code error;
    const auto rest = bytes.substr(used);
    used += put(boost::asio::const_buffer{rest.data(), rest.size()}, error);
    if (error == beast::error::need_more)
      return progress::need_more;
    if (error) {
      why_ = explain(error);
      return progress::broken;
    }
    if (is_done())
      return progress::complete;
  }
  return progress::need_more;
}

/// RFC 9112 section 2.2: some clients end a body with a line of its own.
std::size_t request_parser::pass_empty_lines(std::string_view bytes) noexcept {
  constexpr unsigned at_most = 4;
  constexpr std::string_view empty_line{"\r\n"};
  std::size_t passed = 0;
  while (empty_lines_ < at_most && bytes.substr(passed).starts_with(empty_line)) {
    ++empty_lines_;
    passed += empty_line.size();
  }
  const auto rest = bytes.substr(passed);
  begun_ = !rest.empty() && rest != "\r";
  return passed;
}

request_parser::progress request_parser::scan_header(std::string_view bytes) {
  switch (scan_.scan(bytes)) {
  case header_scan::progress::need_more:
    return progress::need_more;
  case header_scan::progress::complete:
    scanned_ = true;
    return progress::complete;
  case header_scan::progress::broken:
    break;
  }
  why_ = {scan_.code(), std::string{scan_.why()}};
  return progress::broken;
}

void request_parser::on_request_impl(
    beast::verb verb, view, view target, int version, error_code& error) {
  into_.verb = method_of(verb);
  version_ = version;
  take_target(std_view(target), error);
}

void request_parser::take_target(std::string_view target, error_code& error) {
  if (target.starts_with('/') || (target == "*" && into_.verb == method::options)) {
    into_.target = target;
    return;
  }
  const auto absolute = split_absolute(target);
  if (!absolute || absolute->authority.empty() || !is_host(absolute->authority))
    return refuse("The request target is not a path", error);
  into_.authority = absolute->authority;
  if (!absolute->rest.starts_with('/'))
    into_.target = '/';
  into_.target += absolute->rest;
}

void request_parser::on_field_impl(
    beast::field name, view text, view value, error_code& error) {
  if (header_read_)
    return; // a trailer field never changes what the header said
  take_framing(name, std_view(value), error);
  if (!error)
    take_once(name, error);
  if (error)
    return;
  switch (name) {
  case beast::field::accept_encoding:
  case beast::field::if_match:
  case beast::field::if_none_match:
    into_.join_header(std_view(text), std_view(value), ", ");
    break;
  case beast::field::cookie:
    into_.join_header(std_view(text), std_view(value), "; ");
    break;
  default:
    into_.add_header(std_view(text), std_view(value));
  }
}

void request_parser::take_framing(
    beast::field name, std::string_view value, error_code& error) {
  switch (name) {
  case beast::field::host:
    ++hosts_;
    if (!is_host(value))
      refuse("The Host header names no host", error);
    break;
  case beast::field::content_length:
    if (++lengths_ > 1 || !is_number(value))
      refuse("Content-Length is one number", error);
    break;
  case beast::field::transfer_encoding:
    if (++transfer_codings_ > 1 || !equal_ignoring_case(value, "chunked"))
      refuse("The only transfer coding is one \"chunked\"", error);
    break;
  case beast::field::expect:
    if (!equal_ignoring_case(value, "100-continue"))
      refuse("The only expectation is \"100-continue\"", error);
    expects_continue_ = true;
    break;
  default:
    break;
  }
}

/// Of two lines one reader takes the first and another the last.
void request_parser::take_once(beast::field name, error_code& error) {
  const auto bit = bit_of_single(name);
  if ((seen_once_ & bit) != 0)
    return refuse("This header may stand there once: " + std::string{to_string(name)}, error);
  seen_once_ = static_cast<std::uint8_t>(seen_once_ | bit);
}

void request_parser::on_header_impl(error_code& error) {
  header_read_ = true;
  const auto is_11 = version_ == 11;
  if (hosts_ > 1 || (is_11 && hosts_ == 0))
    return refuse("Exactly one Host header is required", error);
  if (transfer_codings_ > 0 && (lengths_ > 0 || !is_11))
    return refuse("Transfer-Encoding cannot stand here", error);
}

void request_parser::on_body_init_impl(
    const boost::optional<std::uint64_t>& size, error_code&) {
  if (size)
    into_.body.reserve(std::min<std::size_t>(*size, max_body_bytes_));
}

std::size_t request_parser::on_body_impl(view bytes, error_code&) {
  into_.body += std_view(bytes);
  return bytes.size();
}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, view bytes, error_code&) {
  into_.body += std_view(bytes);
  return bytes.size();
}

void request_parser::refuse(std::string message, error_code& error) {
  why_ = {ec::bad_request, std::move(message)};
  refused_ = true;
  error = beast::error::bad_value;
}

failure request_parser::explain(const error_code& error) const {
  if (refused_)
    return why_;
  if (error == beast::error::body_limit)
    return {ec::payload_too_large, {}};
  return {ec::bad_request, "The request is not valid HTTP: " + error.message()};
}

} // namespace guildhall::http
