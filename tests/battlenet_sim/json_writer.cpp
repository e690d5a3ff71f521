#include "battlenet_sim/json_writer.hpp"

#include <array>

namespace guildhall::sim {

namespace {

constexpr std::array<std::string_view, 13> languages{
    "it_IT", "ru_RU", "en_GB", "zh_TW", "ko_KR", "en_US", "es_MX",
    "pt_BR", "es_ES", "zh_CN", "fr_FR", "de_DE", "pt_PT"};

/// Of the regions whose realms have names of their own.
bool is_native(std::string_view language) {
  return language == "ru_RU" || language == "ko_KR" || language == "zh_TW";
}

} // namespace

void json_writer::text(std::string_view name, std::string_view value, std::string_view native) {
  if (localized_) {
    member(name, value);
    return;
  }
  object(name, [&] {
    for (auto language : languages)
      member(language, is_native(language) && !native.empty() ? native : value);
  });
}

void json_writer::quoted(std::string_view value) {
  out_ += '"';
  for (auto c : value) {
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view digits = "0123456789abcdef";
      out_ += "\\u00";
      out_ += digits[static_cast<unsigned char>(c) >> 4];
      out_ += digits[static_cast<unsigned char>(c) & 15];
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

} // namespace guildhall::sim
