#include "core/log.hpp"

#include "core/text.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cmath>
#include <iterator>

namespace guildhall {

namespace {

/// As JSON spells it: `\uXXXX`, above U+FFFF two of them.
void append_escaped(std::string& out, char32_t c) {
  switch (c) {
  case U'\n':
    out += "\\n";
    return;
  case U'\r':
    out += "\\r";
    return;
  case U'\t':
    out += "\\t";
    return;
  default:
    break;
  }
  constexpr char32_t first_of_two{0x10000};
  if (c < first_of_two) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    return;
  }
  const auto rest = static_cast<unsigned>(c - first_of_two);
  fmt::format_to(
      std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10),
      0xdc00 + (rest & 0x3ff));
}

/// Every code point that is not printable is escaped, and those in `also` have a backslash
/// before them. Malformed bytes become U+FFFD.
std::string escaped(std::string_view text, std::string_view also) {
  std::string out;
  out.reserve(text.size() + 2);
  for (std::size_t at = 0; at < text.size();) {
    const auto start = at;
    const auto c = text::next_code_point(text, at);
    if (!c) {
      out += "\xEF\xBF\xBD";
    } else if (!text::is_printable(*c)) {
      append_escaped(out, *c);
    } else {
      if (also.contains(text[start]))
        out += '\\';
      out += text.substr(start, at - start);
    }
  }
  return out;
}

/// Keeps a message on its line, and as it is: nobody can forge a second one with a name that
/// holds "\n", or turn a terminal against its reader.
std::string on_one_line(std::string_view text) {
  return escaped(text, "");
}

/// Puts the message through `Escape`; `%*` in the patterns below.
template <auto Escape>
class escaped_message final : public spdlog::custom_flag_formatter {
public:
  void format(
      const spdlog::details::log_msg& message, const std::tm&,
      spdlog::memory_buf_t& out) override {
    const auto text = Escape({message.payload.data(), message.payload.size()});
    out.append(text.data(), text.data() + text.size());
  }

  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<escaped_message>();
  }
};

thread_local const log_facts* facts_now = nullptr;

std::string json_of(const log_field& field) {
  if (const auto* const text = std::get_if<std::string_view>(&field.value))
    return json_quoted(*text);
  if (const auto* const number = std::get_if<std::int64_t>(&field.value))
    return fmt::to_string(*number);
  const auto real = std::get<double>(field.value);
  return std::isfinite(real) ? fmt::format("{:.6g}", real) : "null";
}

bool is_empty(const log_field& field) {
  const auto* const text = std::get_if<std::string_view>(&field.value);
  return text && text->empty();
}

/// `,"event":...` and the facts of this thread's line; `%&` in the pattern below.
class facts_of_line final : public spdlog::custom_flag_formatter {
public:
  void
  format(const spdlog::details::log_msg&, const std::tm&, spdlog::memory_buf_t& out) override {
    if (!facts_now)
      return;
    std::string members = ",\"event\":" + json_quoted(facts_now->event);
    for (const auto& field : facts_now->fields)
      if (!is_empty(field))
        members += ',' + json_quoted(field.name) + ':' + json_of(field);
    out.append(members.data(), members.data() + members.size());
  }

  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<facts_of_line>();
  }
};

template <auto Escape>
std::unique_ptr<spdlog::formatter> formatter_of(std::string pattern) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<escaped_message<Escape>>('*');
  formatter->add_flag<facts_of_line>('&');
  formatter->set_pattern(std::move(pattern));
  return formatter;
}

spdlog::level::level_enum level_named(std::string_view name) {
  const auto known = spdlog::level::from_str(std::string{name});
  const auto is_unknown = known == spdlog::level::off && name != "off";
  return is_unknown ? spdlog::level::info : known;
}

} // namespace

log_facts::log_facts(std::string_view called, std::span<const log_field> with_fields) noexcept
    : event{called},
      fields{with_fields},
      outer_{std::exchange(facts_now, this)} {}

log_facts::~log_facts() {
  facts_now = outer_;
}

std::string json_quoted(std::string_view utf8) {
  return '"' + escaped(utf8, "\"\\") + '"';
}

std::unique_ptr<spdlog::formatter> make_log_formatter(log_format format) {
  if (format == log_format::json)
    return formatter_of<json_quoted>(
        R"({"ts":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","thread":%t,"msg":%*%&})");
  return formatter_of<on_one_line>("%Y-%m-%dT%H:%M:%S.%eZ %-8l %*");
}

void set_up_logging(log_format format, std::string_view level) {
  auto logger = std::make_shared<spdlog::logger>(
      "guildhall", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(make_log_formatter(format));
  logger->set_level(level_named(level));
  spdlog::set_default_logger(std::move(logger));
}

void set_log_level(std::string_view level) {
  spdlog::default_logger_raw()->set_level(level_named(level));
}

} // namespace guildhall
