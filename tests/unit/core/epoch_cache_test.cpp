#include "core/epoch_cache_impl.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace guildhall {
namespace {

struct text_value {
  std::string text;
};
std::size_t cost_of(const text_value& value) noexcept {
  return value.text.size();
}

using text_cache = epoch_cache<text_value>;
using text_ptr = text_cache::value_ptr;

text_ptr make_value(std::string text) {
  return std::make_shared<const text_value>(text_value{std::move(text)});
}

using strings = std::vector<std::string>;

/// A cache whose reads are landed by hand.
class cache_test : public ::testing::Test {
protected:
  explicit cache_test(text_cache::options how = {}) : cache{how} {
    cache.set_coherent(true);
  }

  /// Asks for `key`; what it was answered with ends in `answers`.
  void ask(const std::string& key, const strings& tags = {"guild:1"}) {
    cache.read(
        key, tags,
        [this](result<text_ptr> answer) {
          answers.push_back(answer ? (*answer)->text : "failed");
        },
        [this](text_cache::filler fill) { reads.push_back(std::move(fill)); });
  }

  void land(std::size_t which, const std::string& body, strings late_tags = {}) {
    reads.at(which)(text_cache::fresh_answer{make_value(body), std::move(late_tags)});
  }

  std::string found(const std::string& key) {
    const auto hit = cache.find(key);
    return hit ? hit->text : "-";
  }

  text_cache cache;
  strings answers; // outlives the reads, which answer when they are dropped
  std::vector<text_cache::filler> reads;
};

TEST_F(cache_test, what_was_read_is_found) {
  ask("k");
  land(0, "one");
  EXPECT_EQ(answers, strings{"one"});
  EXPECT_EQ(found("k"), "one");
  EXPECT_EQ(found("other"), "-");
}

TEST_F(cache_test, a_moved_tag_ends_what_stands_under_it_and_nothing_else) {
  ask("a", {"guild:1"});
  ask("b", {"guild:2"});
  land(0, "one");
  land(1, "two");
  cache.move("guild:1");
  EXPECT_EQ(found("a"), "-");
  EXPECT_EQ(found("b"), "two");
  cache.move_all();
  EXPECT_EQ(found("b"), "-");
}

TEST_F(cache_test, one_moved_tag_of_several_is_enough) {
  ask("k", {"guild:1", "addresses"});
  land(0, "one");
  cache.move("addresses");
  EXPECT_EQ(found("k"), "-");
}

TEST_F(cache_test, an_answer_read_before_a_move_is_sent_but_not_kept) {
  ask("k");
  cache.move("guild:1");
  land(0, "outdated");
  EXPECT_EQ(answers, strings{"outdated"});
  EXPECT_EQ(found("k"), "-");
}

TEST_F(cache_test, misses_for_one_key_share_one_read) {
  ask("k");
  ask("k");
  ask("k");
  ASSERT_EQ(reads.size(), 1u);
  land(0, "one");
  EXPECT_EQ(answers, (strings{"one", "one", "one"}));
  EXPECT_EQ(cache.stats().joined, 2u);
}

TEST_F(cache_test, who_comes_after_a_move_does_not_join_the_older_read) {
  ask("k");
  cache.move("guild:1");
  ask("k");
  ASSERT_EQ(reads.size(), 2u);
  land(1, "new");
  land(0, "old");
  EXPECT_EQ(answers, (strings{"new", "old"}));
  EXPECT_EQ(found("k"), "new");
}

TEST_F(cache_test, an_older_read_that_lands_late_does_not_end_the_newer_one) {
  ask("k");
  cache.move("guild:1");
  ask("k");
  land(0, "old");
  ask("k"); // joins the newer one, which is still under way
  ASSERT_EQ(reads.size(), 2u);
  land(1, "new");
  EXPECT_EQ(answers, (strings{"old", "new", "new"}));
}

TEST_F(cache_test, failures_reach_everybody_and_are_not_kept) {
  ask("k");
  ask("k");
  reads.at(0)(fail(ec::database_down));
  EXPECT_EQ(answers, (strings{"failed", "failed"}));
  ask("k");
  EXPECT_EQ(reads.size(), 2u);
}

TEST_F(cache_test, a_read_that_is_dropped_answers_everybody) {
  ask("k");
  ask("k");
  reads.clear();
  EXPECT_EQ(answers, (strings{"failed", "failed"}));
}

TEST_F(cache_test, nothing_is_served_joined_or_kept_while_incoherent) {
  ask("k");
  land(0, "one");
  cache.set_coherent(false);
  EXPECT_EQ(found("k"), "-");
  ask("k");
  ask("k");
  ASSERT_EQ(reads.size(), 3u);
  land(1, "two");
  EXPECT_EQ(found("k"), "-");
  cache.set_coherent(true);
  EXPECT_EQ(found("k"), "-") << "all epochs have moved";
  land(2, "three");
  EXPECT_EQ(found("k"), "-") << "its read began while changes may have been missed";
}

TEST_F(cache_test, a_read_that_began_before_the_gap_is_not_kept_after_it) {
  ask("k");
  cache.set_coherent(false);
  cache.set_coherent(true);
  land(0, "one");
  EXPECT_EQ(found("k"), "-");
}

TEST_F(cache_test, a_late_tag_ends_the_answer_when_it_moves) {
  ask("at/name", {"addresses"});
  land(0, "guild 7", {"guild:7"});
  EXPECT_EQ(found("at/name"), "guild 7");
  cache.move("guild:7");
  EXPECT_EQ(found("at/name"), "-");
}

TEST_F(cache_test, with_a_late_tag_any_move_during_the_read_keeps_the_answer_out) {
  ask("at/name", {"addresses"});
  cache.move("guild:7"); // nobody holds this tag: only the count of moves can tell
  land(0, "outdated", {"guild:7"});
  EXPECT_EQ(found("at/name"), "-");
}

TEST_F(cache_test, who_comes_after_the_move_of_a_late_tag_does_not_join_the_older_read) {
  ask("roster/3", {});
  cache.move("rosters:7"); // which the answer will turn out to stand under
  ask("roster/3", {});
  ASSERT_EQ(reads.size(), 2u);
  land(0, "old", {"rosters:7"});
  land(1, "new", {"rosters:7"});
  EXPECT_EQ(answers, (strings{"old", "new"}));
  EXPECT_EQ(found("roster/3"), "new");
}

TEST(text_cache, begins_incoherent) {
  text_cache cache{{}};
  EXPECT_FALSE(cache.stats().coherent);
}

TEST(text_cache, a_read_may_land_after_the_cache_is_gone) {
  std::optional<text_cache::filler> late;
  std::string answer;
  {
    text_cache cache{{}};
    cache.set_coherent(true);
    cache.read(
        "k", {"t"}, [&](result<text_ptr> got) { answer = (*got)->text; },
        [&](text_cache::filler fill) { late = std::move(fill); });
  }
  (*late)(text_cache::fresh_answer{make_value("x"), {}});
  EXPECT_EQ(answer, "x");
}

class small_cache_test : public cache_test {
protected:
  small_cache_test() : cache_test{{.max_bytes = 8 * 1024}} {}
};

TEST_F(small_cache_test, stays_within_its_bytes_and_drops_what_was_not_used_longest) {
  for (const std::string key : {"a", "b", "c"}) {
    ask(key);
    land(reads.size() - 1, std::string(2'000, key.front()));
  }
  EXPECT_NE(found("a"), "-"); // now "b" is the one not used longest
  ask("d");
  land(3, std::string(2'000, 'd'));
  EXPECT_EQ(found("b"), "-");
  EXPECT_NE(found("a"), "-");
  EXPECT_NE(found("d"), "-");
  EXPECT_LE(cache.stats().bytes, 8u * 1024);
  EXPECT_EQ(cache.stats().evicted, 1u);
}

TEST_F(small_cache_test, what_is_larger_than_the_budget_is_not_kept) {
  ask("a");
  land(0, "small");
  ask("big");
  land(1, std::string(100'000, 'b'));
  EXPECT_EQ(found("big"), "-");
  EXPECT_EQ(found("a"), "small");
}

TEST_F(small_cache_test, what_is_not_kept_is_shared_while_somebody_holds_it) {
  ask("big");
  text_ptr held = make_value(std::string(100'000, 'b'));
  reads.at(0)(text_cache::fresh_answer{held, {}});
  EXPECT_EQ(cache.find("big"), held) << "the same bytes, not a copy";
  ask("big");
  EXPECT_EQ(reads.size(), 1u);
  held = nullptr;
  EXPECT_EQ(cache.find("big"), nullptr) << "nobody reads it any more";
  EXPECT_EQ(cache.stats().bytes, 0u);
}

TEST_F(small_cache_test, what_somebody_holds_is_not_served_once_its_tag_has_moved) {
  ask("big");
  const text_ptr held = make_value(std::string(100'000, 'b'));
  reads.at(0)(text_cache::fresh_answer{held, {}});
  cache.move("guild:1");
  EXPECT_EQ(cache.find("big"), nullptr);
  ask("big");
  EXPECT_EQ(reads.size(), 2u);
}

TEST_F(small_cache_test, what_is_kept_anew_takes_the_place_of_what_was_lent) {
  ask("k");
  const text_ptr large = make_value(std::string(100'000, 'b'));
  reads.at(0)(text_cache::fresh_answer{large, {}});
  cache.move("guild:1");
  ask("k");
  land(1, "small");
  EXPECT_EQ(found("k"), "small");
}

TEST_F(small_cache_test, bytes_return_to_zero_when_everything_moved_and_was_looked_for) {
  ask("a");
  land(0, "one");
  cache.move_all();
  EXPECT_EQ(found("a"), "-");
  EXPECT_EQ(cache.stats().bytes, 0u);
  EXPECT_EQ(cache.stats().entries, 0u);
}

class roomy_cache_test : public cache_test {
protected:
  roomy_cache_test() : cache_test{{.max_bytes = 100'000}} {}
};

TEST_F(roomy_cache_test, what_was_large_and_had_to_go_is_shared_while_somebody_holds_it) {
  ask("a");
  const text_ptr held = make_value(std::string(70'000, 'a'));
  reads.at(0)(text_cache::fresh_answer{held, {}});
  ask("b");
  land(1, std::string(70'000, 'b'));
  EXPECT_EQ(cache.stats().evicted, 1u);
  EXPECT_EQ(cache.find("a"), held);
}

class no_cache_test : public cache_test {
protected:
  no_cache_test() : cache_test{{.max_bytes = 0}} {}
};

TEST_F(no_cache_test, every_request_has_a_read_of_its_own) {
  ask("k");
  ask("k");
  ASSERT_EQ(reads.size(), 2u);
  land(0, "one");
  land(1, "two");
  EXPECT_EQ(answers, (strings{"one", "two"}));
  EXPECT_EQ(found("k"), "-");
}

class impatient_cache_test : public cache_test {
protected:
  impatient_cache_test() : cache_test{{.join_within = std::chrono::milliseconds{0}}} {}
};

TEST_F(impatient_cache_test, a_read_that_takes_too_long_is_not_joined) {
  ask("k");
  ask("k");
  ASSERT_EQ(reads.size(), 2u);
  land(1, "quick");
  land(0, "hung");
  EXPECT_EQ(answers, (strings{"quick", "hung"}));
}

class ageing_cache_test : public cache_test {
protected:
  ageing_cache_test() : cache_test{{.max_age = std::chrono::seconds{0}}} {}
};

TEST_F(ageing_cache_test, answers_end_with_their_age) {
  ask("k");
  land(0, "one");
  EXPECT_EQ(found("k"), "-");
}

/// The rule that all of this stands for: whoever asks after a move never gets what was read
/// before it. `stored` is the database, `announced` what a writer has told its client.
TEST(text_cache_race, an_answer_is_never_older_than_what_was_announced) {
  text_cache cache{{}};
  cache.set_coherent(true);
  std::atomic<int> stored{0};
  std::atomic<int> announced{0};
  std::atomic<bool> writing{true};
  std::atomic<int> stale{0};
  std::atomic<int> hits{0};
  const auto ask = [&] {
    const auto at_least = announced.load();
    const auto judge = [&stale, at_least](const std::string& body) {
      if (std::stoi(body) < at_least)
        ++stale;
    };
    if (const auto hit = cache.find("k")) {
      ++hits;
      return judge(hit->text);
    }
    cache.read(
        "k", {"t"},
        [judge](result<text_ptr> answer) { judge((*answer)->text); }, // may run after `ask`
        [&](text_cache::filler fill) {
          auto body = std::to_string(stored.load());
          std::this_thread::yield();
          fill(text_cache::fresh_answer{make_value(std::move(body)), {}});
        });
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i)
    readers.emplace_back([&] {
      while (writing)
        ask();
    });
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{300};
  for (int next = 1; std::chrono::steady_clock::now() < end; ++next) {
    stored = next;
    cache.move("t");
    announced = next;
    std::this_thread::yield();
  }
  writing = false;
  for (auto& reader : readers)
    reader.join();
  EXPECT_EQ(stale, 0);
  EXPECT_GT(hits, 0);
}

} // namespace
} // namespace guildhall
