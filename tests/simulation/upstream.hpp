#pragma once

#include "battlenet/http_client.hpp"
#include "tests/simulation/random.hpp"
#include "tests/support/actor_system.hpp"
#include "tests/support/battlenet_bodies.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::simulation {

/// What goes wrong between us and Battle.net; each is a probability per request.
struct upstream_faults {
  double server_error{0};
  double throttled{0};
  double reset{0}; ///< no response
  double hang{0};  ///< no response, after the client's time-out
  double truncated{0};
  double unauthorised{0};
  std::optional<std::size_t> bad_guild; ///< every request for it answers 500
  bool outage{false};                   ///< everything answers 503
};

/// Guilds and characters as they really are, and how Battle.net answers for them.
class upstream {
public:
  struct character_truth {
    test::body_member body;
    std::optional<std::size_t> guild;
    bool exists{true};
    time_point modified_at{};
  };
  struct guild_truth {
    test::body_guild body;
    std::string tracked_slug; ///< under which it was tracked first
    std::vector<std::size_t> members;
    time_point modified_at{}; ///< of the guild document
    time_point roster_modified_at{};
    std::vector<test::body_activity> activity; ///< the newest last
    time_point activity_modified_at{};
    bool empty_roster_once{false}; ///< the next roster arrives without members
  };

  upstream(test::actor_world& world, std::uint64_t seed);

  // --- the world
  std::vector<guild_truth> guilds;
  std::vector<character_truth> characters;
  upstream_faults faults;
  /// Who has ever left which guild: (guild, character), by Battle.net's ids.
  std::set<std::pair<std::int64_t, std::int64_t>> departures;

  void add_guild(std::size_t members);
  /// One random change: a join, leave, return, promotion, login, move, deletion.
  void change();
  /// At most one new name each. Only members can tell where a guild has gone.
  void rename(std::size_t where);

  // --- what it was asked
  std::size_t requests{0};
  std::uint64_t trace{0}; ///< of all requests with their times
  std::size_t most_per_second{0};
  std::size_t most_per_hour{0};

  /// The answer and how long it takes. Counts the request.
  std::pair<battlenet::answer, std::chrono::milliseconds>
  ask(const battlenet::request& what, const std::string& if_modified_since);

  /// "Tue, 6 Jan 2026 10:00:00 GMT"
  static std::string http_date(time_point when);

private:
  void count();
  std::size_t add_character(std::size_t guild, int rank);
  void join(std::size_t who, std::size_t where, int rank);
  void leave(std::size_t who);
  void touch_roster(std::size_t where);
  void tell_of(const character_truth& who);
  time_point later_than(time_point before);
  battlenet::answer truth(const battlenet::request& what, const std::string& if_modified_since);
  battlenet::answer
  document(std::string body, time_point modified_at, const std::string& condition);
  std::optional<std::size_t> guild_of(const battlenet::request& what) const;
  const character_truth* character_at(const std::string& path) const;

  test::actor_world& world_;
  chance chance_;
  std::deque<test::actor_world::clock_time> last_second_;
  std::deque<test::actor_world::clock_time> last_hour_;
  std::int64_t next_id_{9'000};
};

/// One instance's connections. Asks fail as the network does; `cut` is the end of its process.
class upstream_client final : public battlenet::http_client {
public:
  upstream_client(
      test::actor_world& world, upstream& battlenet, chance& luck, const double& crash)
      : world_(world),
        battlenet_(battlenet),
        luck_(luck),
        crash_(crash) {}

  void
  get(const battlenet::request& what, std::string bearer, std::string if_modified_since,
      deadline expires, completion done) override;
  void post_form(
      std::string, std::string, std::string, std::string, deadline, completion done) override {
    done(battlenet::no_response("not an OAuth host"));
  }
  void close() override {}

  std::shared_ptr<bool> cut = std::make_shared<bool>(false);

private:
  test::actor_world& world_;
  upstream& battlenet_;
  chance& luck_;
  const double& crash_;
};

} // namespace guildhall::simulation
