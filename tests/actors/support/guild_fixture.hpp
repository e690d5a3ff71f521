#pragma once

#include "actors/sync/guild_coordinator.hpp"
#include "tests/actors/support/sync_fixture.hpp"

#include <algorithm>

namespace guildhall::test {

/// A guild with a coordinator of its own.
class guild_fixture : public sync_fixture {
protected:
  const body_guild guild{70, "The Guild", "the-guild", {}};
  const std::string guild_path = "/data/wow/guild/stormrage/the-guild";
  const body_member anna{.id = 9'001, .name = "Anna", .rank = 0};
  const body_member bert{.id = 9'002, .name = "Bert"};

  static domain::guild_work new_guild() {
    domain::guild_work work;
    work.lease = {queue_entry_id{7}, lease_token{70}};
    work.tracked = tracked_guild_id{5};
    work.address = {domain::region::eu, "stormrage", "the-guild"};
    work.state = "pending";
    work.guild_document.document = domain::document::guild;
    work.roster_document.document = domain::document::roster;
    return work;
  }
  domain::guild_work known_guild() {
    auto work = new_guild();
    work.guild = guild_id{50};
    work.identity = {domain::region::eu, realm_id{60}, bnet_guild_id{70}};
    work.state = "active";
    work.open_members = 2;
    work.guild_document = stored(domain::document::guild, yesterday);
    work.roster_document = stored(domain::document::roster, yesterday);
    for (auto* record : {&work.guild_document, &work.roster_document})
      record->fetched_at = record->checked_at = world.wall() - std::chrono::hours{24};
    return work;
  }
  domain::guild_work only_characters_due() {
    auto work = known_guild();
    work.roster_due = false;
    return work;
  }

  actors::guild_coordinator_actor start(const domain::guild_work& work) {
    ended = false;
    auto actor = keep(world.system().spawn(
        actors::guild_coordinator, actors::environment_ptr{environment},
        actors::guild_task{.work = work, .current_period = 1'000}));
    actor->attach_functor([this] { ended = true; });
    world.run();
    return actor;
  }
  void sync(const domain::guild_work& work) {
    start(work);
  }

  static std::string name_of(std::int64_t id) {
    return {static_cast<char>('A' + id / 26 % 26), static_cast<char>('a' + id % 26)};
  }
  /// So many known characters are due, each claimed once; their profiles have not changed.
  void due_characters(std::int64_t count) {
    for (std::int64_t id = 1; id <= count; ++id) {
      due.push_back(known_character(world.wall(), id, name_of(id)));
      on_versioned(character_path(due.back()), "{}", yesterday);
    }
    store.on<domain::claim_characters>([this](const domain::claim_characters& what) {
      const auto some = std::min<std::size_t>(due.size(), static_cast<std::size_t>(what.limit));
      const auto end = due.begin() + static_cast<std::ptrdiff_t>(some);
      std::vector<domain::character_work> claimed(due.begin(), end);
      due.erase(due.begin(), end);
      return claimed;
    });
  }
  std::size_t checked() const {
    std::size_t count = 0;
    for (const auto& batch : store.checked())
      count += batch.characters.size();
    return count;
  }
  std::size_t checked_or_applied() const {
    return checked() + store.characters().size();
  }
  bool was_released(const domain::lease& lease) const {
    const auto released = store.released();
    return std::ranges::find(released, lease.token, &domain::lease::token) != released.end();
  }

  std::vector<domain::character_work> due;
  bool ended{false};
};

} // namespace guildhall::test
