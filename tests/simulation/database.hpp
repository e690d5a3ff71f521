#pragma once

#include "domain/budget.hpp"
#include "domain/sync_port.hpp"
#include "domain/throttling.hpp"
#include "tests/simulation/random.hpp"
#include "tests/support/actor_system.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::simulation {

/// PostgreSQL as the sync sees it, in memory: leases with tokens that fence, queue, members,
/// documents and the shared budget, on the domain's own rules. Each call is one transaction. It
/// watches what must never happen, and throws `broken_rule` when it does.
class database {
public:
  explicit database(test::actor_world& world) : world_(world) {}

  struct entry { ///< a row of the queue
    time_point due_at{};
    domain::priority priority{domain::priority::roster};
    std::optional<lease_token> token;
    time_point leased_until{};
    int attempts{0};
    std::optional<domain::failure_class> attempts_class{};
    bool forced{false};
    std::optional<guild_id> guild; ///< of a character
    domain::change_record seen{};
    std::optional<domain::change_hint> hint{};
  };
  struct tracked_row {
    domain::guild_address address;
    std::optional<guild_id> guild;
    std::string state{"pending"};
    time_point roster_due_at{};
    queue_entry_id entry;
  };
  struct guild_row {
    domain::guild_identity identity;
    domain::document_record guild_document;
    domain::document_record roster_document;
    domain::document_record activity_document;
    std::optional<domain::suspicion> suspicion;
    std::string roster_version; ///< of the roster that was applied last
    domain::hour_counts played{};
  };
  struct character_row {
    domain::character_identity identity;
    domain::character_address address;
    std::string name;
    std::map<domain::document, domain::document_record> documents;
    bool profile_stored{false};
    std::optional<time_point> verified_at;
    std::optional<time_point> last_login_at;
    std::optional<queue_entry_id> entry;
  };
  struct member_row {
    int rank{0};
    bool open{false};
    std::string name;
  };
  using member_key = std::pair<std::int64_t, std::int64_t>; ///< guild, character

  std::map<std::int64_t, tracked_row> tracked_guilds;
  std::map<std::int64_t, guild_row> guilds;
  std::map<std::int64_t, character_row> characters;
  std::map<member_key, member_row> members;
  std::map<std::int64_t, entry> queue;
  std::size_t fenced{0}; ///< writes that came too late
  std::uint64_t trace{0};

  /// Told of every member that a roster closes, by Battle.net's ids of guild and character.
  std::function<void(std::int64_t, std::int64_t)> on_left = [](auto, auto) {};

  /// Told when an instance has met 429s, as those are that listen.
  std::function<void()> on_slowed = [] {};

  void track(const domain::guild_address& address);

  // domain::sync_port
  result<domain::claimed_guilds> run(const domain::claim_guilds& what);
  result<std::vector<domain::character_work>> run(const domain::claim_characters& what);
  result<std::vector<domain::lease>> run(const domain::renew& what);
  result<void> run(const domain::release& what);
  result<domain::guild_applied> run(const domain::apply_guild& what);
  result<void> run(const domain::move_guild& what);
  result<void> run(const domain::hand_over_guild& what);
  result<std::vector<domain::character_address>> run(const domain::some_members& what);
  result<void> run(const domain::finish_guild& what);
  result<void> run(const domain::apply_character& what);
  result<void> run(const domain::checked_characters& what);
  result<domain::budget_loan> run(const domain::borrow_budget& what);
  // What this database has none of: a price above the floor, transfers, periods, players' data
  // to erase.
  result<std::optional<domain::call_price>> run(const domain::price_calls&) {
    return std::nullopt; // the floor
  }
  result<void> run(const domain::settle_transfer&) {
    return {};
  }
  result<bool> run(const domain::set_period&) {
    return false;
  }
  result<std::int64_t> run(const domain::end_idle_jobs&) {
    return 0;
  }
  result<void> run(const domain::set_realms&) {
    return {};
  }
  result<std::int64_t> run(const domain::report_doubt&) {
    return 0;
  }
  result<std::vector<std::string>> run(const domain::doubts_in&) {
    return std::vector<std::string>{};
  }
  result<domain::sweep_report> run(const domain::sweep&) {
    return {};
  }
  result<domain::mirror_state> run(const domain::state_of_mirror&) {
    return {};
  }

private:
  entry* held(const domain::lease& lease);
  lease_token lend(entry& row, std::chrono::seconds lease);
  void free_expired();
  void give_up(entry& row);
  void pull(std::optional<guild_id> guild, time_point due_at);
  bool write_roster(
      guild_id id, const domain::roster_view& roster, const std::string& version,
      domain::guild_applied& counts);
  character_id character_of(domain::region where, const domain::roster_member& member);
  void open_member(
      guild_id guild, character_id who, int rank, const std::string& name, bool returns);
  void close_member(guild_id guild, character_id who);
  void queue_character(character_id who, guild_id guild);
  void hint(guild_id guild, const domain::activity_hint& told);
  void note(std::int64_t what);
  domain::slowdown slowdown_now() const;

  struct share {
    double rate{0};
    double wanted_rate{0};
    time_point valid_until{};
  };
  test::actor_world& world_;
  std::map<std::string, share> shares_;
  domain::hour_window hour_;
  domain::slowdown slowed_;
  time_point slowed_at_{};
  std::int64_t next_id_{1};
};

struct broken_rule : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What goes wrong between an instance and the database, each a probability per call.
struct database_faults {
  double refused{0};    ///< nothing happened
  double lost_reply{0}; ///< it happened, but nobody hears of it
  double crash{0};      ///< the calling actor has a bug
  bool down{false};
};

/// One instance's way to the database. Calls take a while, can fail before and after their
/// commit, and are silent once the instance's process has ended.
class database_port final : public domain::implementing<database_port, domain::sync_port> {
public:
  database_port(
      test::actor_world& world, database& rows, chance& luck, const database_faults& faults)
      : world_(world),
        rows_(rows),
        luck_(luck),
        faults_(faults) {}

  std::shared_ptr<bool> cut = std::make_shared<bool>(false);

  template <domain::operation Operation>
  void take(Operation what, deadline, domain::completion_of<Operation> reply) {
    if (*cut)
      return;
    if (luck_.happens(faults_.crash))
      throw std::runtime_error("simulated: a bug in an actor");
    struct running {
      Operation what;
      domain::completion_of<Operation> reply;
      domain::answer_to<Operation> outcome{fail(ec::database_down)};
    };
    auto one = std::make_shared<running>(std::move(what), std::move(reply));
    const bool refused = faults_.down || luck_.happens(faults_.refused);
    const bool lost = luck_.happens(faults_.lost_reply);
    // The statement reaches the database even if its sender ends meanwhile.
    world_.after(luck_.wait(1, 15), [this, one, refused, lost, dead = cut] {
      if (!refused)
        if (auto outcome = rows_.run(one->what); !lost)
          one->outcome = std::move(outcome);
      world_.after(luck_.wait(1, 15), [one, dead] {
        if (!*dead)
          one->reply(std::move(one->outcome));
      });
    });
  }

private:
  test::actor_world& world_;
  database& rows_;
  chance& luck_;
  const database_faults& faults_;
};

} // namespace guildhall::simulation
