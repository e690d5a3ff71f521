#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace guildhall::sim {

/// Writes compact JSON straight into a string, without a document in between. The caller keeps
/// names and nesting right; commas and escapes are looked after here.
class json_writer {
public:
  /// With `localized` false, texts become objects of all languages, as Battle.net answers a
  /// request without `locale`.
  explicit json_writer(std::string& out, bool localized = true)
      : out_(out),
        localized_(localized) {}

  bool localized() const {
    return localized_;
  }

  template <std::invocable Body>
  void object(Body&& body) {
    separate();
    nested('{', '}', body);
  }

  template <std::invocable Body>
  void object(std::string_view name, Body&& body) {
    label(name);
    nested('{', '}', body);
  }

  template <std::invocable Body>
  void array(Body&& body) {
    separate();
    nested('[', ']', body);
  }

  template <std::invocable Body>
  void array(std::string_view name, Body&& body) {
    label(name);
    nested('[', ']', body);
  }

  void member(std::string_view name, std::string_view value) {
    label(name);
    quoted(value);
  }

  void member(std::string_view name, const char* value) {
    member(name, std::string_view(value));
  }

  template <class Number>
  requires std::integral<Number> || std::floating_point<Number>
  void member(std::string_view name, Number value) {
    label(name);
    number(value);
  }

  template <class Number>
  requires std::integral<Number> || std::floating_point<Number>
  void element(Number value) {
    separate();
    number(value);
  }

  void element(std::string_view value) {
    separate();
    quoted(value);
  }

  /// A text that depends on the language; `native`: what it is in Russian, Korean and Chinese.
  void text(std::string_view name, std::string_view value, std::string_view native = {});

  /// `"key":{"href":...}`, or another name than "key".
  void link(std::string_view name, std::string_view href) {
    object(name, [&] { member("href", href); });
  }

  /// The next member or element gets no comma before it, or does: for documents put together
  /// from parts that were written one by one.
  void restart(bool first) {
    first_ = first;
  }

private:
  template <class Body>
  void nested(char open, char close, Body& body) {
    out_ += open;
    first_ = true;
    body();
    out_ += close;
    first_ = false;
  }

  void separate() {
    if (!first_)
      out_ += ',';
    first_ = false;
  }

  void label(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

  void quoted(std::string_view value);

  template <class Number>
  void number(Number value) {
    if constexpr (std::same_as<Number, bool>) {
      out_ += value ? "true" : "false";
    } else {
      char digits[32];
      auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
      out_.append(digits, end);
    }
  }

  std::string& out_;
  bool localized_;
  bool first_ = true;
};

} // namespace guildhall::sim
