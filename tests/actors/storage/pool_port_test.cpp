#include "actors/storage/db_pool.hpp"
#include "actors/storage/pool_port.hpp"
#include "domain/events.hpp"
#include "domain/guild_reads.hpp"
#include "domain/pages.hpp"
#include "domain/sync_port.hpp"
#include "tests/support/actor_system.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace guildhall {

namespace {

template <domain::manner How>
struct errand {
  using answer = int;
  static constexpr domain::operation_traits traits{"errand", How};
};
using look = errand<domain::manner::read>;
using change = errand<domain::manner::write>;
using claim = errand<domain::manner::patient_once>;
using apply = errand<domain::manner::patient>;
struct renew {
  using answer = int;
  static constexpr domain::operation_traits traits{
      "renewal", domain::manner::patient, domain::lane::control};
};

/// Brings much, or says that it does.
struct collect {
  using answer = domain::page_of<int>;
  static constexpr domain::operation_traits traits{
      "collection", domain::manner::read, domain::lane::bulk};
};
struct look_closely {
  using answer = int;
  static constexpr domain::operation_traits traits{"look", domain::manner::read};
  bool whole{false};
  bool is_bulk() const noexcept {
    return whole;
  }
};

class errands
    : public domain::port<
          domain::operations<look, change, claim, apply, renew, collect, look_closely>> {};

} // namespace

// Nobody comes so far: the link below fails.
template <>
result<int> store::run(session&, const look&) {
  return 0;
}
template <>
result<int> store::run(session&, const change&) {
  return 0;
}
template <>
result<int> store::run(session&, const claim&) {
  return 0;
}
template <>
result<int> store::run(session&, const apply&) {
  return 0;
}
template <>
result<int> store::run(session&, const renew&) {
  return 0;
}
template <>
result<domain::page_of<int>> store::run(session&, const collect&) {
  return domain::page_of<int>{{7}};
}
template <>
result<int> store::run(session&, const look_closely&) {
  return 0;
}

namespace actors {
namespace {

using namespace std::chrono_literals;

/// Writes down what a pool was given, and fails it.
class notebook final : public db_link {
public:
  notebook(std::string pool, std::vector<std::string>& lines)
      : pool_{std::move(pool)},
        lines_{lines} {}
  result<void> run(db_job& job) override {
    lines_.push_back(
        pool_ + " " + std::string{job.name} + (job.idempotent ? " again" : " once")
        + (job.patient ? " waits" : "") + (job.control ? " in front" : "")
        + (job.bulk ? " in bulk" : ""));
    if (!job.bulk)
      return fail(ec::database_error);
    static std::max_align_t nobody_looks_at_it;
    return job.attempt(reinterpret_cast<store::session&>(nobody_looks_at_it));
  }
  bool broken() const override {
    return false;
  }

private:
  std::string pool_;
  std::vector<std::string>& lines_;
};

class pool_port_test : public ::testing::Test {
protected:
  db_pool_handle start(const std::string& name) {
    auto pool = spawn_db_pool(
        world.system(),
        db_pool_options{
            .name = name,
            .workers = 1,
            .max_queue = 3,
            .open = [this, name]() -> result<std::unique_ptr<db_link>> {
              return std::make_unique<notebook>(name, lines);
            },
            .interrupt_all = [] {},
            .on_reachable = [](bool) {},
            .detached = false},
        numbers);
    world.run();
    return pool;
  }
  template <class Operation>
  std::string line_of(Operation what) {
    lines.clear();
    port.ask(what, world.now() + 5s, [this](result<int> answer) {
      code = answer ? ec::none : answer.error().code;
    });
    world.run();
    return lines.empty() ? "nothing" : lines.front();
  }
  void TearDown() override {
    for (auto* slot : {&readers, &writers}) {
      if (slot->get())
        caf::anon_send_exit(slot->get().actor, caf::exit_reason::kill);
      slot->clear();
    }
  }

  metrics numbers;
  std::vector<std::string> lines;
  ec code{ec::none};
  test::actor_world world;
  db_pool_slot readers;
  db_pool_slot writers;
  pool_port<errands> port{readers, writers};
};

TEST_F(pool_port_test, reads_go_to_the_readers_and_the_rest_to_the_writers_each_in_its_manner) {
  readers.put(start("reader"));
  writers.put(start("writer"));
  EXPECT_EQ(line_of(look{}), "reader errand again");
  EXPECT_EQ(line_of(change{}), "writer errand once");
  EXPECT_EQ(line_of(claim{}), "writer errand once waits");
  EXPECT_EQ(line_of(apply{}), "writer errand again waits");
  EXPECT_EQ(line_of(renew{}), "writer renewal again waits in front");
  EXPECT_EQ(code, ec::database_error);
}

TEST_F(pool_port_test, what_others_stand_still_for_has_the_control_lane) {
  using domain::lane;
  EXPECT_EQ(domain::borrow_budget::traits.lane, lane::control);
  EXPECT_EQ(domain::renew::traits.lane, lane::control);
  EXPECT_EQ(domain::release::traits.lane, lane::control);
  EXPECT_EQ(domain::apply_guild::traits.lane, lane::common);
  EXPECT_EQ(domain::apply_character::traits.lane, lane::common);
}

TEST_F(pool_port_test, what_is_heavy_only_at_times_says_so_itself) {
  readers.put(start("reader"));
  EXPECT_EQ(line_of(look_closely{}), "reader look again");
  EXPECT_EQ(line_of(look_closely{true}), "reader look again in bulk");
  using domain::detail;
  EXPECT_EQ(lane_of(domain::guild_by_id{{7}, detail::lean}), domain::lane::common);
  EXPECT_EQ(lane_of(domain::guild_by_id{{7}, detail::full}), domain::lane::bulk);
  EXPECT_EQ(lane_of(domain::members_of{{7}}), domain::lane::common);
  EXPECT_EQ(lane_of(domain::member_page_of{{7}}), domain::lane::bulk);
  EXPECT_EQ(lane_of(domain::event_page_of{{7}}), domain::lane::bulk);
}

TEST_F(pool_port_test, the_next_heavy_read_begins_when_what_the_last_brought_is_gone) {
  readers.put(start("reader"));
  std::vector<domain::page_of<int>> held;
  const auto ask = [&] {
    port.ask(collect{}, world.now() + 5s, [&](result<domain::page_of<int>> answer) {
      ASSERT_TRUE(answer);
      EXPECT_TRUE(answer->turn);
      held.push_back(std::move(*answer));
    });
    world.run();
  };
  ask();
  ask();
  EXPECT_EQ(held.size(), 1u);
  EXPECT_EQ(line_of(look{}), "reader errand again") << "others need not wait for it";
  held.erase(held.begin());
  world.run();
  EXPECT_EQ(held.size(), 1u);
}

TEST_F(pool_port_test, an_answer_may_outlive_its_pool) {
  readers.put(start("reader"));
  domain::page_of<int> held;
  port.ask(collect{}, world.now() + 5s, [&](result<domain::page_of<int>> answer) {
    held = std::move(*answer);
  });
  world.run();
  caf::anon_send_exit(readers.get().actor, caf::exit_reason::kill);
  readers.clear();
  world.run();
  EXPECT_TRUE(held.turn);
  held.turn = nullptr;
}

TEST_F(pool_port_test, without_a_pool_the_answer_is_unavailable) {
  EXPECT_EQ(line_of(look{}), "nothing");
  EXPECT_EQ(code, ec::unavailable);
}

} // namespace
} // namespace actors
} // namespace guildhall
