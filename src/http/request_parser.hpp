#pragma once

#include "core/error.hpp"
#include "http/door/header_scan.hpp"
#include "http/request.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace guildhall::http {

/// Fills one `request` from the bytes of a connection, with Beast's grammar and stricter rules
/// where two readers of one request could disagree about it (RFC 9112 sections 3, 5 and 6): no
/// byte that `header_scan` refuses, at most one Content-Length, no Transfer-Encoding but one
/// `chunked`, exactly one Host, and one line of whatever is no list.
class request_parser final : public boost::beast::http::basic_parser<true> {
public:
  enum class progress : std::uint8_t { need_more, complete, broken };

  request_parser(request& into, std::size_t max_header_bytes, std::size_t max_body_bytes);

  /// Parses what it can of `bytes` and says in `used` how much of it is done with. Empty lines
  /// before the request are passed over, a few of them.
  progress parse(std::string_view bytes, std::size_t& used);

  /// Whether more has come than empty lines.
  bool has_begun() const noexcept {
    return begun_;
  }

  /// Why it is broken.
  const failure& why() const noexcept {
    return why_;
  }

  /// HTTP/1.0, whose connections close unless both sides say otherwise.
  bool is_http_10() const noexcept {
    return version_ == 10;
  }

  /// The client waits for `100 Continue` before it sends the body. One of HTTP/1.0 does not
  /// know what that is (RFC 9110 section 10.1.1).
  bool expects_continue() const noexcept {
    return expects_continue_ && !is_http_10();
  }

private:
  using error_code = boost::beast::error_code;
  using view = boost::beast::string_view;

  void on_request_impl(
      boost::beast::http::verb verb, view name, view target, int version,
      error_code& error) override;
  void on_response_impl(int, view, int, error_code&) override {}
  void on_field_impl(
      boost::beast::http::field name, view text, view value, error_code& error) override;
  void on_header_impl(error_code& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code&) override;
  std::size_t on_body_impl(view bytes, error_code&) override;
  void on_chunk_header_impl(std::uint64_t, view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, view bytes, error_code&) override;
  void on_finish_impl(error_code&) override {}

  std::size_t pass_empty_lines(std::string_view bytes) noexcept;
  progress scan_header(std::string_view bytes);
  void take_target(std::string_view target, error_code& error);
  void take_framing(boost::beast::http::field name, std::string_view value, error_code& error);
  void take_once(boost::beast::http::field name, error_code& error);
  void refuse(std::string message, error_code& error);
  failure explain(const error_code& error) const;

  request& into_;
  std::size_t max_body_bytes_;
  header_scan scan_;
  failure why_;
  int version_{11};
  unsigned empty_lines_{0};
  bool begun_{false};
  bool scanned_{false};
  bool refused_{false};
  bool header_read_{false};
  bool expects_continue_{false};
  std::uint8_t seen_once_{0}; ///< a bit for each of those that may stand there once
  unsigned hosts_{0};
  unsigned lengths_{0};
  unsigned transfer_codings_{0};
};

} // namespace guildhall::http
