#pragma once

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

namespace guildhall {

enum class log_format { text, json };

/// Sets up the process-wide spdlog logger (stderr). Call once, before any thread starts.
/// `level` is a spdlog level name; an unknown one means `info`.
void set_up_logging(log_format format, std::string_view level);

/// One JSON string literal, quotes included, for values inside JSON log lines.
std::string json_quoted(std::string_view text);

namespace log = spdlog;

} // namespace guildhall
