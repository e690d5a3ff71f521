#include "http/request.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace guildhall::http {

std::string_view to_string(method verb) noexcept {
  switch (verb) {
  case method::get:
    return "GET";
  case method::head:
    return "HEAD";
  case method::post:
    return "POST";
  case method::put:
    return "PUT";
  case method::patch:
    return "PATCH";
  case method::del:
    return "DELETE";
  case method::options:
    return "OPTIONS";
  case method::other:
    break;
  }
  return "OTHER";
}

std::string_view request::path() const noexcept {
  return std::string_view{target}.substr(0, target.find('?'));
}

std::string_view request::header(std::string_view name) const noexcept {
  for (const auto& header : headers_)
    if (equal_ignoring_case(name_of(header), name))
      return value_of(header);
  return {};
}

void request::add_header(std::string_view name, std::string_view value) {
  const auto name_at = static_cast<std::uint32_t>(header_text_.size());
  const auto name_size = static_cast<std::uint32_t>(name.size());
  header_text_ += name;
  header_text_ += value;
  headers_.push_back(
      {name_at, name_size, name_at + name_size, static_cast<std::uint32_t>(value.size())});
}

void request::join_header(
    std::string_view name, std::string_view value, std::string_view separator) {
  const auto known = std::ranges::find_if(
      headers_, [&](const span& header) { return equal_ignoring_case(name_of(header), name); });
  if (known == headers_.end())
    return add_header(name, value);
  // A copy of the first ones: they stand between others' texts. A request has few lines.
  std::string joined{value_of(*known)};
  joined += separator;
  joined += value;
  known->value_at = static_cast<std::uint32_t>(header_text_.size());
  known->value_size = static_cast<std::uint32_t>(joined.size());
  header_text_ += joined;
}

std::optional<std::string> request::query(std::string_view name) const {
  const auto mark = target.find('?');
  if (mark == std::string::npos)
    return std::nullopt;
  auto rest = std::string_view{target}.substr(mark + 1);
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (text::percent_decode(pair.substr(0, equals)) != name)
      continue;
    if (equals == std::string_view::npos)
      return std::string{};
    return text::percent_decode(pair.substr(equals + 1));
  }
  return std::nullopt;
}

std::string_view request::param(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < param_count_; ++i)
    if (params_[i].name == name)
      return params_[i].value;
  return {};
}

void request::add_param(std::string_view name, std::string value) {
  if (param_count_ < max_params)
    params_[param_count_++] = {name, std::move(value)};
}

void request::clear() noexcept {
  verb = method::get;
  target.clear();
  body.clear();
  id.clear();
  authority.clear();
  trace.trace_id.clear();
  header_text_.clear();
  headers_.clear();
  param_count_ = 0;
}

} // namespace guildhall::http
