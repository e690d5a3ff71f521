#pragma once

#include <spdlog/spdlog.h>

#include <memory>
#include <string>
#include <string_view>

namespace guildhall {

enum class log_format { text, json };

/// Sets up the process-wide spdlog logger (stderr). Call once, before any thread starts.
/// `level` is a spdlog level name; an unknown one means `info`.
void set_up_logging(log_format format, std::string_view level);

/// One line per message, whatever it holds: UTC time, level and text, or one JSON object with
/// `ts` (UTC), `level`, `thread` and `msg`. Control characters are escaped in both.
std::unique_ptr<spdlog::formatter> make_log_formatter(log_format format);

/// One JSON string literal, quotes included. Malformed UTF-8 becomes U+FFFD.
std::string json_quoted(std::string_view utf8);

namespace log = spdlog;

} // namespace guildhall
