#include "tests/simulation/database.hpp"

#include <algorithm>

namespace guildhall::simulation {

using domain::document;
using domain::priority;

void database::note(std::int64_t what) {
  trace = trace * 1'099'511'628'211u + static_cast<std::uint64_t>(what);
}

// --- leases

database::entry* database::held(const domain::lease& lease) {
  const auto row = queue.find(lease.entry.value);
  if (row != queue.end() && row->second.token == lease.token)
    return &row->second;
  ++fenced;
  return nullptr;
}

lease_token database::lend(entry& row, std::chrono::seconds lease) {
  if (row.token)
    throw broken_rule("a lease was lent twice");
  row.token = lease_token{next_id_++};
  row.leased_until = world_.wall() + lease;
  return *row.token;
}

void database::pull(std::optional<guild_id> guild, time_point due_at) {
  for (auto& [id, one] : tracked_guilds) {
    auto& row = queue.at(one.entry.value);
    if (guild && one.guild == guild && !row.token)
      row.due_at = std::min(row.due_at, due_at);
  }
}

void database::give_up(entry& row) {
  row.token.reset();
  pull(row.guild, row.due_at);
}

void database::free_expired() {
  for (auto& [id, row] : queue)
    if (row.token && row.leased_until < world_.wall())
      give_up(row);
}

result<std::vector<domain::lease>> database::run(const domain::renew& what) {
  std::vector<domain::lease> still;
  for (const auto& lease : what.leases)
    if (auto* row = held(lease)) {
      row->leased_until = world_.wall() + what.lease;
      still.push_back(lease);
    }
  return still;
}

result<void> database::run(const domain::release& what) {
  for (const auto& lease : what.leases)
    if (auto* row = held(lease))
      give_up(*row);
  return {};
}

// --- claims

void database::track(const domain::guild_address& address) {
  const auto id = next_id_++;
  const queue_entry_id row{next_id_++};
  queue[row.value].due_at = world_.wall();
  tracked_guilds.emplace(
      id, tracked_row{
              .address = address,
              .guild = std::nullopt,
              .roster_due_at = world_.wall(),
              .entry = row});
}

result<domain::claimed_guilds> database::run(const domain::claim_guilds& what) {
  free_expired();
  const auto now = world_.wall();
  std::vector<domain::guild_work> claimed;
  for (auto& [id, one] : tracked_guilds) {
    auto& row = queue.at(one.entry.value);
    const auto queued_as =
        what.priority == priority::person ? priority::person : priority::roster;
    if (row.token || row.due_at > now || row.priority != queued_as
        || (what.priority == priority::roster && one.roster_due_at > now)
        || claimed.size() >= static_cast<std::size_t>(what.limit))
      continue;
    domain::guild_work work;
    work.lease = {one.entry, lend(row, what.lease)};
    work.tracked = tracked_guild_id{id};
    work.address = one.address;
    work.guild = one.guild;
    work.state = one.state;
    work.roster_due = row.forced || one.roster_due_at <= now;
    work.forced = row.forced;
    work.priority = row.priority;
    work.attempts = row.attempts;
    work.attempts_class = row.attempts_class;
    work.guild_document.document = document::guild;
    work.roster_document.document = document::roster;
    work.activity_document.document = document::activity;
    if (one.guild) {
      const auto& stored = guilds.at(one.guild->value);
      work.identity = stored.identity;
      work.guild_document = stored.guild_document;
      work.roster_document = stored.roster_document;
      work.activity_document = stored.activity_document;
      work.earlier_suspicion = stored.suspicion;
      work.played = stored.played;
      work.open_members =
          static_cast<std::size_t>(std::ranges::count_if(members, [&](const auto& m) {
            return m.first.first == one.guild->value && m.second.open;
          }));
    }
    claimed.push_back(std::move(work));
  }
  return domain::claimed_guilds{false, std::move(claimed)};
}

result<std::vector<domain::character_work>>
database::run(const domain::claim_characters& what) {
  std::vector<domain::character_work> claimed;
  for (auto& [id, one] : characters) {
    if (!one.entry || claimed.size() >= static_cast<std::size_t>(what.limit))
      continue;
    auto& row = queue.at(one.entry->value);
    if (row.token || row.guild != what.guild || row.due_at > world_.wall())
      continue;
    domain::character_work work;
    work.lease = {*one.entry, lend(row, what.lease)};
    work.character = character_id{id};
    work.identity = one.identity;
    work.address = one.address;
    work.name = one.name;
    work.guild = what.guild;
    work.profile_stored = one.profile_stored;
    work.verified_at = one.verified_at;
    work.last_login_at = one.last_login_at;
    work.grouped = true;
    work.attempts = row.attempts;
    work.attempts_class = row.attempts_class;
    work.seen = row.seen;
    work.hint = row.hint;
    for (const auto& [kind, record] : one.documents)
      work.documents.push_back(record);
    claimed.push_back(std::move(work));
  }
  return claimed;
}

result<std::vector<domain::character_address>> database::run(const domain::some_members& what) {
  std::multimap<time_point, domain::character_address, std::greater<>> by_login;
  for (const auto& [key, row] : members)
    if (key.first == what.guild.value && row.open) {
      const auto& one = characters.at(key.second);
      by_login.emplace(one.last_login_at.value_or(time_point{}), one.address);
    }
  std::vector<domain::character_address> some;
  for (const auto& [login, address] : by_login)
    if (some.size() < static_cast<std::size_t>(what.limit))
      some.push_back(address);
  return some;
}

// --- the budget

domain::slowdown database::slowdown_now() const {
  const auto passed = world_.wall() - slowed_at_;
  const auto left = [passed](std::chrono::milliseconds length) {
    return std::max(
        std::chrono::milliseconds{0},
        std::chrono::ceil<std::chrono::milliseconds>(length - passed));
  };
  auto now = slowed_;
  now.factor = domain::grown_back(slowed_.factor, passed - slowed_.pause);
  now.pause = left(slowed_.pause);
  for (auto& pause : now.regions)
    pause = left(pause);
  return now;
}

result<domain::budget_loan> database::run(const domain::borrow_budget& what) {
  constexpr std::chrono::seconds loan_time{4};
  constexpr std::chrono::seconds transit{6};
  const auto now = world_.wall();
  hour_.advance(now);
  hour_.spend(-what.unspent);
  double others = 0;
  std::size_t hungry = 0;
  for (const auto& [name, one] : shares_)
    if (name != what.instance && one.valid_until > now) {
      others += one.rate;
      hungry += one.wanted_rate > 0 ? 1 : 0;
    }
  auto loan = domain::grant_loan(what.request, what.limits, hour_.spent(), others, hungry);
  hour_.spend(loan.background + loan.people);
  loan.spent_last_hour = hour_.spent();
  loan.valid_for = loan_time;
  loan.slowed = slowdown_now();
  if (what.met) {
    loan.slowed = slowed_ = domain::slower(loan.slowed, *what.met);
    slowed_at_ = now;
    on_slowed();
  }
  shares_[what.instance] = {loan.rate, what.request.wanted_rate, now + loan_time + transit};
  return loan;
}

} // namespace guildhall::simulation
