#include "actors/storage/db_pool.hpp"
#include "actors/storage/pool_port.hpp"
#include "domain/sync_port.hpp"
#include "tests/support/actor_system.hpp"

#include <gtest/gtest.h>

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

class errands : public domain::port<domain::operations<look, change, claim, apply, renew>> {};

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
        + (job.patient ? " waits" : "") + (job.control ? " in front" : ""));
    return fail(ec::database_error);
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

TEST_F(pool_port_test, without_a_pool_the_answer_is_unavailable) {
  EXPECT_EQ(line_of(look{}), "nothing");
  EXPECT_EQ(code, ec::unavailable);
}

} // namespace
} // namespace actors
} // namespace guildhall
