#include "battlenet_sim/edits.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdlib>

namespace guildhall::sim {

namespace {

namespace json = boost::json;

json::string_view view_of(std::string_view text) {
  return {text.data(), text.size()};
}

/// A step of a path; null where there is nothing.
json::value* step(json::value& from, const std::string& name) {
  if (auto* object = from.if_object())
    return object->if_contains(view_of(name));
  auto* array = from.if_array();
  const auto index = std::strtoul(name.c_str(), nullptr, 10);
  return array != nullptr && index < array->size() ? &(*array)[index] : nullptr;
}

struct place {
  json::value* parent = nullptr;
  std::string last;
};

place find(json::value& root, std::string_view path) {
  place found{&root, {}};
  while (!path.empty()) {
    path.remove_prefix(1); // the slash
    std::string name(path.substr(0, path.find('/')));
    path.remove_prefix(name.size());
    if (path.empty())
      found.last = std::move(name);
    else if (found.parent != nullptr)
      found.parent = step(*found.parent, name);
  }
  return found;
}

void set(json::value& root, std::string_view path, const json::value& to) {
  auto where = find(root, path);
  if (where.parent == nullptr)
    return;
  if (auto* object = where.parent->if_object())
    (*object)[view_of(where.last)] = to;
  else if (auto* there = step(*where.parent, where.last))
    *there = to;
}

void repeat(json::value& root, std::string_view path) {
  auto where = find(root, path);
  auto* list = where.parent == nullptr ? nullptr : where.parent->if_array();
  const auto* there = list == nullptr ? nullptr : step(*where.parent, where.last);
  if (there == nullptr)
    return;
  const json::value copy = *there;
  list->push_back(copy);
}

void remove(json::value& root, std::string_view path) {
  auto where = find(root, path);
  if (where.parent == nullptr)
    return;
  if (auto* object = where.parent->if_object())
    object->erase(view_of(where.last));
  else if (auto* list = where.parent->if_array(); list && step(*where.parent, where.last))
    list->erase(list->begin() + std::strtol(where.last.c_str(), nullptr, 10));
}

} // namespace

std::string edited(const std::string& document, std::string_view edits) {
  auto root = json::parse(view_of(document));
  const auto wanted = json::parse(view_of(edits));
  const auto each = [&](json::string_view what, auto&& act) {
    if (const auto* paths = wanted.as_object().if_contains(what))
      for (const auto& path : paths->as_array())
        act(root, std::string_view(path.as_string().data(), path.as_string().size()));
  };
  each("repeat", repeat);
  if (const auto* fields = wanted.as_object().if_contains("set"))
    for (const auto& field : fields->as_object())
      set(root, {field.key().data(), field.key().size()}, field.value());
  each("remove", remove);
  return json::serialize(root);
}

} // namespace guildhall::sim
