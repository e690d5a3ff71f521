#include "http/request_parser.hpp"

#include "http/ascii.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <limits>
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

/// "http://host/path" -> "/path" (RFC 9112 section 3.2.2); "/path" and "*" as they are; "" for
/// anything else.
std::string origin_form(std::string_view target) {
  if (target.starts_with('/') || target == "*")
    return std::string{target};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme))
      continue;
    const auto rest = target.substr(scheme.size());
    const auto slash = rest.find('/');
    return slash == std::string_view::npos ? "/" : std::string{rest.substr(slash)};
  }
  return {};
}

} // namespace

request_parser::request_parser(
    request& into, std::size_t max_header_bytes, std::size_t max_body_bytes)
    : into_{into},
      max_header_bytes_{max_header_bytes},
      max_body_bytes_{max_body_bytes} {
  into_.clear();
  eager(true);
  header_limit(static_cast<std::uint32_t>(
      std::min<std::size_t>(max_header_bytes, std::numeric_limits<std::uint32_t>::max())));
  body_limit(max_body_bytes);
}

request_parser::progress request_parser::parse(std::string_view bytes, std::size_t& used) {
  used = 0;
  while (used < bytes.size()) {
    error_code error;
    const auto rest = bytes.substr(used);
    used += put(boost::asio::const_buffer{rest.data(), rest.size()}, error);
    if (error == beast::error::need_more)
      return progress::need_more;
    if (error) {
      why_ = explain(error, bytes);
      return progress::broken;
    }
    if (is_done())
      return progress::complete;
  }
  return progress::need_more;
}

void request_parser::on_request_impl(
    beast::verb verb, view, view target, int version, error_code& error) {
  into_.verb = method_of(verb);
  into_.target = origin_form(std_view(target));
  version_ = version;
  if (version != 10 && version != 11)
    return refuse("Only HTTP/1.0 and HTTP/1.1 are spoken here", error);
  if (into_.target.empty() || (into_.target == "*" && into_.verb != method::options))
    return refuse("The request target is not a path", error);
}

void request_parser::on_field_impl(
    beast::field name, view text, view value, error_code& error) {
  if (header_read_)
    return; // a trailer field never changes what the header said
  switch (name) {
  case beast::field::host:
    ++hosts_;
    break;
  case beast::field::content_length:
    if (++lengths_ > 1)
      return refuse("More than one Content-Length", error);
    break;
  case beast::field::transfer_encoding:
    if (++transfer_codings_ > 1 || !equal_ignoring_case(std_view(value), "chunked"))
      return refuse("The only transfer coding is one \"chunked\"", error);
    break;
  case beast::field::expect:
    if (!equal_ignoring_case(std_view(value), "100-continue"))
      return refuse("The only expectation is \"100-continue\"", error);
    expects_continue_ = true;
    break;
  default:
    break;
  }
  into_.add_header(std_view(text), std_view(value));
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

failure request_parser::explain(const error_code& error, std::string_view bytes) const {
  if (refused_)
    return why_;
  if (error == beast::error::body_limit)
    return {ec::payload_too_large, {}};
  if (error == beast::error::header_limit) {
    const auto line_ended = bytes.find("\r\n") < max_header_bytes_;
    return {line_ended ? ec::header_too_large : ec::uri_too_long, {}};
  }
  return {ec::bad_request, "The request is not valid HTTP: " + error.message()};
}

} // namespace guildhall::http
