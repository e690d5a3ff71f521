#include "domain/grouping.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace guildhall::domain {

namespace {

using group = std::vector<const grouping_input*>;

bool comes_first(const grouping_input* a, const grouping_input* b) {
  return std::tie(a->rank, a->name, a->character_id)
       < std::tie(b->rank, b->name, b->character_id);
}

/// Sorts the main to the front: chosen ones, then undecided ones, then those declared alts.
void sort_group(group& members) {
  const auto wish = [](const grouping_input* member) {
    return !member->explicit_main ? 1 : *member->explicit_main ? 0 : 2;
  };
  std::ranges::sort(members, [&](const auto* a, const auto* b) {
    return wish(a) != wish(b) ? wish(a) < wish(b) : comes_first(a, b);
  });
  if (members.size() > 1)
    std::sort(members.begin() + 1, members.end(), comes_first);
}

/// Characters without a user, by toys. Longer lists first, each shorter one joins the group
/// that it fits; one that fits two groups fits two players, proves nothing, and stays alone.
std::vector<group> groups_by_toys(group candidates) {
  std::ranges::sort(candidates, [](const auto* a, const auto* b) {
    if (a->toys.size() != b->toys.size())
      return a->toys.size() > b->toys.size();
    return std::tie(a->toys, a->character_id) < std::tie(b->toys, b->character_id);
  });
  std::vector<group> groups;
  for (const auto* candidate : candidates) {
    group* fitting = nullptr;
    bool ambiguous = false;
    for (auto& each : groups) {
      // The group's shortest list is the hardest to fit into, and the others contain it.
      if (!is_same_player(each.back()->toys, candidate->toys))
        continue;
      ambiguous = fitting != nullptr;
      fitting = &each;
      if (ambiguous)
        break;
    }
    if (fitting && !ambiguous)
      fitting->push_back(candidate);
    else
      groups.push_back({candidate});
  }
  return groups;
}

template <class Key>
void emit(
    group& members, const Key& key, std::string_view reason,
    std::vector<grouped_character>& out) {
  sort_group(members);
  const auto main = members.front()->character_id;
  for (const auto* member : members) {
    const bool is_main = member == members.front();
    const bool said = member->explicit_main && *member->explicit_main == is_main;
    grouped_character done;
    done.character_id = member->character_id;
    done.classification = is_main ? classification::main : classification::alt;
    done.group_key = key;
    if (!is_main)
      done.main_character_id = main;
    done.reason = said ? "chosen" : reason;
    out.push_back(std::move(done));
  }
}

} // namespace

std::vector<grouping_input> grouping_inputs(std::span<const member_detail> members) {
  std::vector<grouping_input> out;
  out.reserve(members.size());
  for (const auto& detail : members) {
    const auto& member = detail.member;
    out.push_back(
        {member.character_id, member.user_id, detail.explicit_main, member.rank,
         member.character_name, detail.toys});
  }
  return out;
}

std::string_view to_string(classification what) noexcept {
  return what == classification::main ? "Main" : "Alt";
}

bool is_same_player(std::span<const std::int64_t> a, std::span<const std::int64_t> b) noexcept {
  const auto& older = a.size() <= b.size() ? a : b;
  const auto& newer = a.size() <= b.size() ? b : a;
  if (older.size() < min_toys)
    return false;
  std::size_t missing = 0;
  auto at = newer.begin();
  for (const auto toy : older) {
    while (at != newer.end() && *at < toy)
      ++at;
    if ((at == newer.end() || *at != toy) && ++missing > max_missing_toys)
      return false;
  }
  return true;
}

std::vector<grouped_character> classify_roster(std::vector<grouping_input> members) {
  std::map<user_id, group> users;
  group candidates;
  group singles;
  for (const auto& member : members) {
    if (member.user_id)
      users[*member.user_id].push_back(&member);
    else if (member.toys.size() >= min_toys)
      candidates.push_back(&member);
    else
      singles.push_back(&member);
  }
  auto groups = groups_by_toys(std::move(candidates));
  for (const auto& each : groups)
    if (each.size() == 1)
      singles.push_back(each.front());
  std::erase_if(groups, [](const auto& each) { return each.size() == 1; });
  for (auto& each : groups)
    sort_group(each);
  std::ranges::sort(
      groups, [](const auto& a, const auto& b) { return comes_first(a.front(), b.front()); });
  std::ranges::sort(singles, comes_first);

  std::vector<grouped_character> out;
  out.reserve(members.size());
  for (auto& [user, owned] : users)
    emit(owned, user, "user", out);
  for (auto& each : groups)
    emit(each, "toys:" + std::to_string(each.front()->character_id.value), "toys", out);
  for (const auto* single : singles) {
    group alone{single};
    emit(alone, std::monostate{}, "alone", out);
  }
  return out;
}

} // namespace guildhall::domain
