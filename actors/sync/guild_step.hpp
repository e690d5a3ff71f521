#pragma once

#include "actors/sync/sync_environment.hpp"
#include "domain/guild_dispute.hpp"
#include "domain/guild_plan.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace guildhall::actors {

/// The first half of a coordinator's life: guild, roster, activity, one transaction, transfers.
/// Part of the coordinator's state and on its thread; keeps what is known of the guild.
class guild_step {
public:
  /// `over` is told once how the step ended: well, or why it could not go on (`lease_lost`:
  /// another instance holds the guild).
  guild_step(
      guild_coordinator_actor::pointer self, environment_ptr environment,
      domain::guild_work work, std::function<void(result<void>)> over);

  /// Asks for the guild document, and so on.
  void begin();
  /// Settles no more transfers.
  void stop();

  // The store's answers.
  void take_applied(const guild_application& applied);
  void take_witnesses(const member_addresses& members);
  void take_move(const store_done& moved);
  void take_hand_over(const store_done& done);
  void settle_next_transfer();

  bool is_under_way() const {
    return under_way_;
  }
  const domain::guild_work& work() const {
    return outcome_.work;
  }
  const domain::guild_outcome& outcome() const {
    return outcome_;
  }
  /// Nothing before it was written.
  const std::optional<domain::guild_applied>& applied() const {
    return applied_;
  }
  /// When the guild certainly played, as its activity told in this step.
  const std::vector<time_point>& raid_moments() const {
    return outcome_.raid_moments;
  }
  std::size_t requests() const {
    return requests_;
  }
  domain::guild_context context() const;

private:
  template <class OnReply>
  void fetch(
      battlenet::request what, std::string condition, OnReply on_reply,
      bool answered_before = false);
  template <domain::operation Operation, class Atom>
  void ask(Operation what, Atom reply);
  void end(result<void> how);
  domain::reading reading_here() const;

  void take_guild(const fetch_reply& reply);
  void fetch_roster();
  void take_roster(const fetch_reply& reply);
  void fetch_activity(std::optional<std::chrono::seconds> max_age);
  void take_activity(const fetch_reply& reply);
  void note_failure(domain::document what, domain::failed_answer why);
  void apply(std::optional<std::chrono::seconds> max_age = std::nullopt);
  void take_guild_document(domain::guild_view view, const battlenet::answer& answer);

  // Nobody, or a stranger, answers at the address.
  void look_for_guild(domain::failed_answer why);
  void ask_next_witness();
  void take_witness(const domain::character_address& witness, const fetch_reply& reply);
  void ask_next_place();
  void take_place(const domain::guild_place& place, const fetch_reply& reply);
  void move_to(const domain::guild_place& place);
  void decide();
  domain::guild_identity stranger() const;
  void settle(const domain::pending_transfer& transfer, bool same);

  guild_coordinator_actor::pointer self_;
  environment_ptr environment_;
  std::function<void(result<void>)> over_;
  domain::guild_outcome outcome_;
  std::optional<domain::guild_applied> applied_;
  bool under_way_{false};
  bool stopping_{false};
  bool address_searched_{false};
  bool asked_whole_{false};
  domain::failed_answer odd_;                        ///< what the address answered instead
  std::vector<domain::character_address> witnesses_; ///< asked from the back
  std::vector<domain::witness_word> words_;
  std::vector<domain::guild_place> places_; ///< asked from the front
  bool unclear_{false};                     ///< who or what could tell could not be asked
  /// What answered at the place that the guild moves to.
  std::optional<domain::guild_place> new_place_;
  std::optional<domain::guild_view> new_view_;
  battlenet::answer new_answer_;
  std::vector<domain::pending_transfer> transfers_;
  std::size_t requests_{0};
};

} // namespace guildhall::actors
