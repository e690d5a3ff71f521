#include "core/log.hpp"

#include "core/text.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdint>

namespace guildhall {

namespace {

void append_escaped_control(std::string& out, unsigned char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
  case '\n':
    out += "\\n";
    break;
  case '\r':
    out += "\\r";
    break;
  case '\t':
    out += "\\t";
    break;
  default:
    out += "\\u00";
    out += digits[c >> 4];
    out += digits[c & 15];
  }
}

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Keeps a message on its line: nobody can forge a second one with a name that holds "\n".
std::string on_one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_control(c))
      append_escaped_control(out, static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out;
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

template <auto Escape>
std::unique_ptr<spdlog::formatter> formatter_of(std::string pattern) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<escaped_message<Escape>>('*').set_pattern(std::move(pattern));
  return formatter;
}

} // namespace

std::string json_quoted(std::string_view utf8) {
  std::string out{'"'};
  out.reserve(utf8.size() + 2);
  for (std::size_t at = 0; at < utf8.size();) {
    const auto start = at;
    const auto code_point = text::next_code_point(utf8, at);
    if (!code_point) {
      out += "\xEF\xBF\xBD";
    } else if (is_control(utf8[start])) {
      append_escaped_control(out, static_cast<unsigned char>(utf8[start]));
    } else {
      if (code_point == U'"' || code_point == U'\\')
        out += '\\';
      out += utf8.substr(start, at - start);
    }
  }
  out += '"';
  return out;
}

std::unique_ptr<spdlog::formatter> make_log_formatter(log_format format) {
  if (format == log_format::json)
    return formatter_of<json_quoted>(
        R"({"ts":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","thread":%t,"msg":%*})");
  return formatter_of<on_one_line>("%Y-%m-%dT%H:%M:%S.%eZ %-8l %*");
}

void set_up_logging(log_format format, std::string_view level) {
  auto logger = std::make_shared<spdlog::logger>(
      "guildhall", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(make_log_formatter(format));
  const auto known = spdlog::level::from_str(std::string{level});
  const auto is_unknown = known == spdlog::level::off && level != "off";
  logger->set_level(is_unknown ? spdlog::level::info : known);
  spdlog::set_default_logger(std::move(logger));
}

} // namespace guildhall
