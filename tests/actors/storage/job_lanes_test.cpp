// Who goes next and who is refused when more waits than can be done, on virtual time.

#include "actors/storage/db_pool.hpp"
#include "tests/support/actor_system.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using names = std::vector<std::string>;

class job_lanes_test : public ::testing::Test {
protected:
  struct manner {
    bool bulk{false};
    bool patient{false};
    bool control{false};
    test::actor_world::duration within{60s};
  };

  /// Writes down how it ends; a bulk job hands its turn on.
  class noted_job final : public db_job {
  public:
    noted_job(job_lanes_test& in, std::string_view what, deadline until)
        : db_job{what, until},
          in_{in} {}
    ~noted_job() override {
      refuse({ec::unavailable});
    }
    result<void> attempt(store::session&) override {
      return {};
    }
    void complete() override {
      if (std::exchange(ended_, true))
        return;
      if (turn && in_.hands_on)
        in_.turns.push_back(std::move(turn));
    }
    void refuse(failure why) override {
      if (!std::exchange(ended_, true))
        in_.refused.emplace_back(std::string{name}, std::move(why));
    }

  private:
    job_lanes_test& in_;
    bool ended_{false};
  };

  class slow_link final : public db_link {
  public:
    explicit slow_link(job_lanes_test& in) : in_{in} {}
    result<void> run(db_job& job) override {
      in_.ran.emplace_back(job.name);
      in_.world.block_for(in_.takes);
      if (in_.meanwhile)
        in_.meanwhile();
      return {};
    }
    bool broken() const override {
      return false;
    }

  private:
    job_lanes_test& in_;
  };

  void start(std::size_t workers, std::size_t limit = 512) {
    db_pool_options how{
        .name = "tested",
        .workers = workers,
        .max_queue = limit,
        .open = [this]() -> result<std::unique_ptr<db_link>> {
          return std::make_unique<slow_link>(*this);
        },
        .detached = false};
    auto [actor, queue] = spawn_db_pool(world.system(), std::move(how), numbers);
    pool = std::move(actor);
    jobs = std::move(queue);
    world.run();
  }

  void post(std::string name, manner how) {
    texts.push_back(std::move(name));
    auto job = std::make_shared<noted_job>(*this, texts.back(), world.now() + how.within);
    job->bulk = how.bulk;
    job->patient = how.patient;
    job->control = how.control;
    jobs->push(std::move(job));
  }
  void post(std::string name) {
    post(std::move(name), {});
  }

  std::size_t count_of(const std::string& beginning) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        ran, [&](const auto& name) { return name.starts_with(beginning); }));
  }

  /// What the metrics say of this one.
  int metric(const std::string& name) {
    const auto text = numbers.render();
    const auto at = text.find(name + "} ");
    return at == std::string::npos ? -1 : std::stoi(text.substr(at + name.size() + 2));
  }

  void TearDown() override {
    if (pool)
      caf::anon_send_exit(pool, caf::exit_reason::kill);
    pool = nullptr;
    world.run();
    turns.clear();
    jobs = nullptr;
  }

  metrics numbers;
  std::deque<std::string> texts; // a job keeps a view of its name
  names ran;
  std::vector<std::pair<std::string, failure>> refused;
  std::vector<std::shared_ptr<void>> turns; ///< of bulk jobs whose answers are being written
  bool hands_on{true};
  test::actor_world::duration takes{0};
  std::function<void()> meanwhile;
  test::actor_world world;
  db_pool_actor pool;
  std::shared_ptr<job_queue> jobs;
};

TEST_F(job_lanes_test, bulk_jobs_have_at_most_half_of_the_workers) {
  start(4);
  for (int i = 0; i < 6; ++i)
    post("bulk", {.bulk = true});
  world.run();
  EXPECT_EQ(count_of("bulk"), 2u) << "their answers are still being written";
  post("small");
  post("small");
  world.run();
  EXPECT_EQ(count_of("small"), 2u) << "workers are left to others";
  turns.erase(turns.begin());
  world.run();
  EXPECT_EQ(count_of("bulk"), 3u);
  while (!turns.empty()) {
    turns.erase(turns.begin());
    world.run();
  }
  EXPECT_EQ(count_of("bulk"), 6u);
  EXPECT_TRUE(refused.empty());
}

TEST_F(job_lanes_test, a_bulk_job_that_hands_nothing_on_gives_its_turn_back) {
  start(2);
  hands_on = false;
  for (int i = 0; i < 5; ++i)
    post("bulk", {.bulk = true});
  world.run();
  EXPECT_EQ(count_of("bulk"), 5u);
}

TEST_F(job_lanes_test, a_bulk_job_that_is_refused_late_never_had_a_turn) {
  start(2);
  post("bulk", {.bulk = true});
  post("late", {.bulk = true, .within = 1s});
  world.run();
  world.advance(2s);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused.front().second.code, ec::deadline_expired);
  turns.clear();
  post("next", {.bulk = true});
  world.run();
  EXPECT_EQ(count_of("next"), 1u);
}

TEST_F(job_lanes_test, with_one_worker_they_wait_behind_everybody_else) {
  start(1);
  post("first");
  post("bulk", {.bulk = true});
  post("second");
  post("patient", {.patient = true});
  world.run();
  EXPECT_EQ(ran, (names{"first", "second", "patient", "bulk"}));
}

TEST_F(job_lanes_test, with_several_workers_they_are_not_overtaken) {
  start(2);
  world.block_for(0ms);
  post("first");
  post("second");
  post("bulk", {.bulk = true});
  post("third");
  world.step();
  EXPECT_EQ(ran, (names{"first", "bulk", "third"}));
  world.run();
}

TEST_F(job_lanes_test, patient_and_impatient_ones_take_turns) {
  start(1);
  post("first");
  for (int i = 1; i <= 3; ++i)
    post("sync" + std::to_string(i), {.patient = true});
  for (int i = 1; i <= 3; ++i)
    post("person" + std::to_string(i));
  world.run();
  EXPECT_EQ(ran, (names{"first", "person1", "sync1", "person2", "sync2", "person3", "sync3"}));
}

TEST_F(job_lanes_test, what_is_put_back_goes_next_whether_its_queue_stands_or_not) {
  for (const bool stands : {false, true}) {
    refused_jobs shed;
    job_lane lane{domain::overload_rule::limits{.few = 0}};
    const auto push = [&](std::string_view name, job_lane::clock::time_point came) {
      auto job = std::make_shared<noted_job>(*this, name, world.now() + 60s);
      job->came = came;
      lane.push(std::move(job));
    };
    const auto begin = world.now();
    if (stands) {
      push("old", begin);
      lane.shed(begin + 60ms, shed);
      lane.shed(begin + 160ms, shed);
      EXPECT_EQ(shed.size(), 1u);
    }
    push("first", begin + 160ms);
    push("second", begin + 161ms);
    const auto taken = lane.take(begin + 162ms, shed);
    EXPECT_EQ(taken->name, stands ? "second" : "first");
    taken->came = begin + 163ms;
    lane.put_back(taken);
    EXPECT_EQ(lane.take(begin + 164ms, shed), taken);
  }
}

class overloaded_lanes_test : public job_lanes_test {
protected:
  /// So many times as many come as can be done, for so many runs.
  void overload(int runs, int times = 2) {
    takes = 1ms;
    meanwhile = [this, runs, times] {
      if (++served > runs)
        return;
      for (int i = 0; i < times; ++i)
        post("person" + std::to_string(++posted));
      if (served % 20 == 0)
        longest = std::max(longest, metric(R"(database_queue{pool="tested")"));
    };
    post("person0");
    world.run();
  }
  int served{0};
  int posted{0};
  int longest{0}; ///< so many have been seen to wait at once
};

TEST_F(overloaded_lanes_test, the_newest_are_served_and_the_oldest_refused) {
  start(1);
  post("sync", {.patient = true});
  overload(1'000);
  EXPECT_EQ(ran.size() + refused.size(), static_cast<std::size_t>(posted) + 2);
  EXPECT_GT(refused.size(), 700u);
  for (const auto& [name, why] : refused) {
    EXPECT_EQ(why.code, ec::overloaded) << name;
    EXPECT_TRUE(why.retry_at) << name;
  }
  EXPECT_EQ(metric(R"(reason="aged")"), static_cast<int>(refused.size()));
}

TEST_F(overloaded_lanes_test, patient_and_control_jobs_are_never_shed) {
  start(1);
  int kept = 0;
  overload(50);
  takes = 1ms;
  meanwhile = [this, &kept] {
    if (++served > 1'000)
      return;
    for (int i = 0; i < 2; ++i)
      post("person");
    if (served % 100 == 0) {
      post("sync", {.patient = true});
      post("lease", {.control = true});
      kept += 2;
    }
  };
  post("person");
  world.run();
  EXPECT_GT(kept, 10);
  EXPECT_EQ(count_of("sync") + count_of("lease"), static_cast<std::size_t>(kept));
  EXPECT_TRUE(std::ranges::all_of(
      refused, [](const auto& one) { return one.first.starts_with("person"); }));
}

TEST_F(overloaded_lanes_test, a_full_queue_that_stands_lets_the_oldest_go) {
  start(1, 60);
  overload(400, 4);
  const auto last = "person" + std::to_string(posted);
  EXPECT_TRUE(
      std::ranges::none_of(refused, [&](const auto& one) { return one.first == last; }));
  EXPECT_GT(metric(R"(reason="full")"), 0);
  EXPECT_LE(longest, 60);
  EXPECT_GT(longest, 50);
}

TEST_F(overloaded_lanes_test, a_burst_is_served_to_the_last) {
  start(1);
  takes = 1ms;
  for (int i = 0; i < 140; ++i)
    post("person");
  world.run();
  EXPECT_TRUE(refused.empty());
  EXPECT_EQ(count_of("person"), 140u);
}

TEST_F(overloaded_lanes_test, bulk_jobs_may_wait_for_a_quarter_of_a_second) {
  start(2);
  hands_on = false;
  takes = 10ms;
  for (int i = 0; i < 22; ++i)
    post("bulk", {.bulk = true});
  world.run();
  EXPECT_EQ(count_of("bulk"), 22u);
  EXPECT_TRUE(refused.empty());
  for (int i = 0; i < 100; ++i)
    post("too many", {.bulk = true});
  world.run();
  EXPECT_GT(count_of("too many"), 25u);
  EXPECT_EQ(count_of("too many") + refused.size(), 100u);
  ASSERT_FALSE(refused.empty());
  EXPECT_EQ(refused.front().second.code, ec::overloaded);
}

} // namespace
} // namespace guildhall::actors
