#include "domain/document.hpp"

#include "domain/document_kinds.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace guildhall::domain {

namespace {

// In the order of the enums: these are the spellings in the database.
constexpr std::array<std::string_view, 8> states{
    "missing", "ok", "failed", "not_found", "forbidden", "malformed", "suspect", "disputed"};
constexpr std::array<std::string_view, 5> classes{
    "transient", "throttled", "not_found", "forbidden", "malformed"};

template <class Enum>
std::string_view spell(std::span<const std::string_view> names, Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < names.size() ? names[index] : std::string_view{"unknown"};
}

template <class Enum>
std::optional<Enum>
parse(std::span<const std::string_view> names, std::string_view text) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text)
      return static_cast<Enum>(i);
  return std::nullopt;
}

} // namespace

std::string_view to_string(document what) noexcept {
  const auto index = static_cast<std::size_t>(what);
  return index < document_kinds.size() ? document_kinds[index].name : "unknown";
}

std::optional<document> parse_document(std::string_view text) noexcept {
  const auto found = std::ranges::find(document_kinds, text, &document_kind::name);
  return found == document_kinds.end() ? std::nullopt : std::optional{found->what};
}

result<std::vector<document>> parse_optional_documents(std::span<const std::string> names) {
  std::vector<document> found;
  for (const auto& name : names) {
    const auto what = parse_document(name);
    if (!what || kind_of(*what).by_default) {
      std::string known;
      for (const auto& kind : document_kinds)
        if (!kind.by_default)
          known.append(known.empty() ? "" : ", ").append(kind.name);
      return fail(
          ec::validation, '"' + name + "\" is none of the documents that can be switched on: "
                              + (known.empty() ? "there are none" : known));
    }
    found.push_back(*what);
  }
  return found;
}

result<unread> read_document(
    document what, std::string_view body, const reading& as, character_columns& columns) {
  json_reader in{body};
  prove(in, claim_of(what), as);
  character_columns read = columns;
  kind_of(what).project(in, as, read);
  auto left_out = in.finish(in.left_out());
  if (left_out)
    columns = std::move(read);
  return left_out;
}

std::string_view to_string(document_state state) noexcept {
  return spell(states, state);
}

std::optional<document_state> parse_document_state(std::string_view text) noexcept {
  return parse<document_state>(states, text);
}

std::string_view to_string(failure_class what) noexcept {
  return spell(classes, what);
}

std::optional<failure_class> parse_failure_class(std::string_view text) noexcept {
  return parse<failure_class>(classes, text);
}

} // namespace guildhall::domain
