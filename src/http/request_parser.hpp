#pragma once

#include "core/error.hpp"
#include "http/request.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace guildhall::http {

/// Fills one `request` from the bytes of a connection, with Beast's grammar and stricter rules
/// where two readers of one request could disagree about its length (RFC 9112 section 6): at
/// most one Content-Length, no Transfer-Encoding but one `chunked`, exactly one Host.
class request_parser final : public boost::beast::http::basic_parser<true> {
public:
  enum class progress : std::uint8_t { need_more, complete, broken };

  request_parser(request& into, std::size_t max_header_bytes, std::size_t max_body_bytes);

  /// Parses what it can of `bytes` and says in `used` how much of it is done with.
  progress parse(std::string_view bytes, std::size_t& used);

  /// Why it is broken.
  const failure& why() const noexcept {
    return why_;
  }

  /// HTTP/1.0, whose connections close unless both sides say otherwise.
  bool is_http_10() const noexcept {
    return version_ == 10;
  }

  /// The client waits for `100 Continue` before it sends the body.
  bool expects_continue() const noexcept {
    return expects_continue_;
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

  void refuse(std::string message, error_code& error);
  failure explain(const error_code& error, std::string_view bytes) const;

  request& into_;
  std::size_t max_header_bytes_;
  std::size_t max_body_bytes_;
  failure why_;
  int version_{11};
  bool refused_{false};
  bool header_read_{false};
  bool expects_continue_{false};
  unsigned hosts_{0};
  unsigned lengths_{0};
  unsigned transfer_codings_{0};
};

} // namespace guildhall::http
