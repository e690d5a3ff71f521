#pragma once

#include "domain/budget.hpp"
#include "domain/sync_port.hpp"
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

  static constexpr std::chrono::seconds lease_time{60};

  struct entry { ///< a row of the queue
    time_point due_at{};
    domain::priority priority{domain::priority::roster};
    std::optional<lease_token> token;
    time_point leased_until{};
    int attempts{0};
    bool forced{false};
    std::optional<guild_id> guild; ///< of a character
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
    std::optional<domain::suspicion> suspicion;
    std::string roster_version; ///< of the roster that was applied last
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

  void track(const domain::guild_address& address);

  std::vector<domain::guild_work> claim_guilds(domain::priority what, int limit);
  std::vector<domain::character_work>
  claim_characters(std::optional<guild_id> guild, int limit);
  std::vector<domain::lease> renew(const std::vector<domain::lease>& leases);
  void release(const std::vector<domain::lease>& leases);
  result<domain::guild_applied> apply_guild(const domain::guild_outcome& outcome);
  result<void> guild_renamed(const domain::guild_work& work, const std::string& new_name_slug);
  std::vector<domain::character_address> some_members(guild_id guild, int limit) const;
  result<void> finish_guild(const domain::guild_finish& how);
  result<void> apply_character(const domain::character_outcome& outcome);
  void checked_characters(const std::vector<domain::checked_character>& batch);
  domain::budget_loan borrow_budget(
      const std::string& instance, const domain::loan_request& request,
      const domain::budget_limits& limits, std::int64_t unspent);

private:
  entry* held(const domain::lease& lease);
  lease_token lend(entry& row);
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
  void note(std::int64_t what);

  struct share {
    double rate{0};
    double wanted_rate{0};
    time_point valid_until{};
  };
  test::actor_world& world_;
  std::map<std::string, share> shares_;
  domain::hour_window hour_;
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
class database_port final : public domain::sync_port {
public:
  database_port(
      test::actor_world& world, database& rows, chance& luck, const database_faults& faults)
      : world_(world),
        rows_(rows),
        luck_(luck),
        faults_(faults) {}

  std::shared_ptr<bool> cut = std::make_shared<bool>(false);

  template <class T>
  using done = domain::completion<T>;

  void claim_guilds(
      domain::priority what, int limit, deadline,
      done<std::vector<domain::guild_work>> reply) override {
    call(std::move(reply), [this, what, limit] { return rows_.claim_guilds(what, limit); });
  }
  void claim_characters(
      std::optional<guild_id> guild, int limit, deadline,
      done<std::vector<domain::character_work>> reply) override {
    call(std::move(reply), [this, guild, limit] {
      return rows_.claim_characters(guild, limit);
    });
  }
  void renew(
      std::vector<domain::lease> leases, deadline,
      done<std::vector<domain::lease>> reply) override {
    call(std::move(reply), [this, leases = std::move(leases)] { return rows_.renew(leases); });
  }
  void release(std::vector<domain::lease> leases, deadline, done<void> reply) override {
    call(std::move(reply), [this, leases = std::move(leases)] {
      rows_.release(leases);
      return result<void>{};
    });
  }
  void apply_guild(
      domain::guild_outcome outcome, deadline, done<domain::guild_applied> reply) override {
    call(std::move(reply), [this, outcome = std::move(outcome)] {
      return rows_.apply_guild(outcome);
    });
  }
  void guild_renamed(
      domain::guild_work work, std::string slug, deadline, done<void> reply) override {
    call(std::move(reply), [this, work = std::move(work), slug = std::move(slug)] {
      return rows_.guild_renamed(work, slug);
    });
  }
  void some_members(
      guild_id guild, int limit, deadline,
      done<std::vector<domain::character_address>> reply) override {
    call(std::move(reply), [this, guild, limit] { return rows_.some_members(guild, limit); });
  }
  void finish_guild(domain::guild_finish how, deadline, done<void> reply) override {
    call(std::move(reply), [this, how] { return rows_.finish_guild(how); });
  }
  void pending_transfers(
      guild_id, deadline, done<std::vector<domain::pending_transfer>> reply) override {
    call(std::move(reply), [] { return std::vector<domain::pending_transfer>{}; });
  }
  void settle_transfer(
      domain::lease, domain::pending_transfer, bool, deadline, done<void> reply) override {
    call(std::move(reply), [] { return result<void>{}; });
  }
  void apply_character(
      domain::character_outcome outcome, bool, deadline, done<void> reply) override {
    call(std::move(reply), [this, outcome = std::move(outcome)] {
      return rows_.apply_character(outcome);
    });
  }
  void checked_characters(
      std::vector<domain::checked_character> batch, deadline, done<void> reply) override {
    call(std::move(reply), [this, batch = std::move(batch)] {
      rows_.checked_characters(batch);
      return result<void>{};
    });
  }
  void borrow_budget(
      std::string instance, domain::loan_request request, domain::budget_limits limits,
      std::int64_t unspent, deadline, done<domain::budget_loan> reply) override {
    call(std::move(reply), [=, this] {
      return rows_.borrow_budget(instance, request, limits, unspent);
    });
  }
  void set_period(domain::region, std::int64_t, deadline, done<bool> reply) override {
    call(std::move(reply), [] { return false; });
  }
  void sweep(int, std::chrono::seconds, deadline, done<domain::sweep_report> reply) override {
    call(std::move(reply), [] { return domain::sweep_report{}; });
  }
  void paused(deadline, done<bool> reply) override {
    call(std::move(reply), [] { return false; });
  }

private:
  template <class T, class Work>
  void call(done<T> reply, Work work) {
    if (*cut)
      return;
    if (luck_.happens(faults_.crash))
      throw std::runtime_error("simulated: a bug in an actor");
    struct running {
      done<T> reply;
      Work work;
      std::optional<result<T>> outcome{};
    };
    auto one = std::make_shared<running>(std::move(reply), std::move(work));
    const bool refused = faults_.down || luck_.happens(faults_.refused);
    const bool lost = luck_.happens(faults_.lost_reply);
    // The statement reaches the database even if its sender ends meanwhile.
    world_.after(luck_.wait(1, 15), [this, one, refused, lost, dead = cut] {
      if (refused)
        one->outcome = fail(ec::database_down);
      else
        one->outcome = one->work();
      if (lost && !refused)
        one->outcome = fail(ec::database_down);
      world_.after(luck_.wait(1, 15), [one, dead] {
        if (!*dead)
          one->reply(std::move(*one->outcome));
      });
    });
  }

  test::actor_world& world_;
  database& rows_;
  chance& luck_;
  const database_faults& faults_;
};

} // namespace guildhall::simulation
