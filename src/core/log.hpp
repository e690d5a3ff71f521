#pragma once

#include <spdlog/spdlog.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace guildhall {

enum class log_format { text, json };

/// Sets up the process-wide spdlog logger (stderr). Call once, before any thread starts.
/// `level` is a spdlog level name; an unknown one means `info`.
void set_up_logging(log_format format, std::string_view level);

/// From now on. Any thread.
void set_log_level(std::string_view level);

/// One line per message, whatever it holds: UTC time, level and text, or one JSON object with
/// `ts` (UTC), `level`, `thread`, `msg` and what `log_event` adds. Control characters are
/// escaped in both.
std::unique_ptr<spdlog::formatter> make_log_formatter(log_format format);

/// One JSON string literal, quotes included. Malformed UTF-8 becomes U+FFFD.
std::string json_quoted(std::string_view utf8);

namespace log = spdlog;

/// One fact of a log line, for programs: a name ("guild", "duration_ms") and a value.
struct log_field {
  std::string_view name;
  std::variant<std::int64_t, double, std::string_view> value;

  log_field(std::string_view called, std::string_view text) : name{called}, value{text} {}
  log_field(std::string_view called, std::integral auto number)
      : name{called},
        value{static_cast<std::int64_t>(number)} {}
  log_field(std::string_view called, double number) : name{called}, value{number} {}
};

/// The facts of the line that this thread writes, while this lives.
class log_facts {
public:
  log_facts(std::string_view event, std::span<const log_field> fields) noexcept;
  ~log_facts();
  log_facts(const log_facts&) = delete;
  log_facts& operator=(const log_facts&) = delete;

  std::string_view event;
  std::span<const log_field> fields;

private:
  const log_facts* outer_;
};

/// A line whose text is for people, with a stable name of what happened and its facts for
/// programs: they are members of the JSON object, text lines do without. Empty texts are left
/// out.
template <class... Args>
void log_event(
    spdlog::level::level_enum level, std::string_view event,
    std::initializer_list<log_field> fields, spdlog::format_string_t<Args...> text,
    Args&&... args) {
  if (!spdlog::should_log(level))
    return;
  const log_facts facts{event, {fields.begin(), fields.size()}};
  spdlog::log(level, text, std::forward<Args>(args)...);
}

} // namespace guildhall
