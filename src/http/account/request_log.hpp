#pragma once

#include "core/log_limit.hpp"
#include "core/trace_context.hpp"
#include "http/door/client_address.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace guildhall::http {

/// A path as a log shows it: printable ASCII, everything else as %XX, at most 256 bytes and
/// then
/// "...".
std::string path_for_log(std::string_view path);

/// A line for each change that was asked for, who asked and what came of it. Reads are told
/// when debugging, or when they meet a bug. What is refused or fails is told a few times a
/// minute and address and then counted: whoever asks without a right must not fill the log.
/// Thread-safe.
class request_log {
public:
  explicit request_log(const proxy_trust& trust) : trust_{trust} {}

  struct outcome {
    int status;
    std::size_t bytes;
    double seconds;
  };
  /// A request outside of any trace gets one from `traces`, for its line.
  void tell(
      std::string_view listener, const request& what, const outcome& how, trace_ids& traces,
      log_limit::clock::time_point now = log_limit::clock::now());

  /// What was counted instead of told; once a second or so.
  void write_left_out();

private:
  struct limit {
    log_limit of_address;
    log_limit of_all;
  };
  static constexpr std::size_t addresses = 4096;

  bool admits(
      limit& by, std::string_view kind, const request& what, log_limit::clock::time_point now);

  const proxy_trust& trust_;
  limit changes_{log_limit{300, addresses}, log_limit{1000}};
  limit refusals_{log_limit{20, addresses}, log_limit{300}};
};

} // namespace guildhall::http
