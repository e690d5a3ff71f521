#pragma once

#include "actors/sync/character_sync.hpp"
#include "tests/actors/support/sync_fixture.hpp"

#include <algorithm>
#include <stdexcept>

namespace guildhall::test {

inline actors::character_parent_actor::behavior_type recording_character_parent(
    actors::character_parent_actor::pointer, std::vector<actors::character_done>* done) {
  return {[done](atom::finished, const actors::character_done& one) { done->push_back(one); }};
}

/// Syncs one character at a time, for a parent that records its end.
class character_fixture : public sync_fixture {
protected:
  const actors::character_done& sync(const domain::character_work& work) {
    return sync({.work = work, .current_period = 1'000});
  }
  const actors::character_done& sync(const actors::character_task& task) {
    if (!parent_)
      parent_ = keep(world.system().spawn(recording_character_parent, &done_));
    done_.clear();
    auto actor = world.system().spawn(
        actors::character_sync, actors::environment_ptr{environment}, parent_, task);
    actor->attach_functor([this] { ended_ = true; });
    world.run();
    EXPECT_TRUE(ended_) << "it has told its end, so it must be gone";
    if (done_.size() != 1)
      throw std::runtime_error("the parent was told " + std::to_string(done_.size()) + " ends");
    return done_.front();
  }
  void TearDown() override {
    parent_ = nullptr;
    sync_fixture::TearDown();
  }

  void children_answer(const domain::character_work& work) {
    const auto base = character_path(work);
    on(base + "/equipment", answer_of(200, child(work, R"("equipped_items":[{}])")));
    on(base + "/mythic-keystone-profile",
       answer_of(200, child(work, R"("current_mythic_rating":{"rating":2500.5})")));
    on(base + "/professions", answer_of(200, child(work, R"("primaries":[])")));
  }
  static std::string child(const domain::character_work& work, const std::string& fields) {
    return child_body(in_battlenet(work), fields);
  }

  static std::vector<domain::document> arrived(const domain::character_outcome& outcome) {
    std::vector<domain::document> all;
    for (const auto& one : outcome.arrived)
      all.push_back(one.document);
    std::ranges::sort(all);
    return all;
  }

  std::vector<actors::character_done> done_;
  bool ended_{false};
  actors::character_parent_actor parent_;
};

} // namespace guildhall::test
