#pragma once

#include "domain/sync_port.hpp"
#include "tests/support/fake_port.hpp"

#include <vector>

namespace guildhall::test {

/// A loan of all that is wanted.
inline result<domain::budget_loan> whatever_is_wanted(const domain::borrow_budget& what) {
  return domain::budget_loan{
      .rate = what.request.wanted_rate,
      .background = what.request.wanted,
      .people = what.request.wanted_people,
      .spent_last_hour = 0,
      .hour_limit = 36'000,
      .valid_for = std::chrono::seconds{4}};
}

/// A store where nothing is due and every write succeeds; a test replaces the answers it cares
/// about. Keeps what it was asked to write.
class scripted_store final : public fake_port<domain::sync_port> {
public:
  scripted_store() {
    on<domain::renew>([](const domain::renew& what) { return what.leases; });
    on<domain::apply_guild>([](const domain::apply_guild& what) {
      return domain::guild_applied{.guild = what.outcome.work.guild.value_or(guild_id{})};
    });
    on<domain::borrow_budget>(whatever_is_wanted);
    returns<domain::set_period>(true);
  }

  const std::vector<domain::apply_guild>& guilds() const {
    return asked<domain::apply_guild>();
  }
  const std::vector<domain::apply_character>& characters() const {
    return asked<domain::apply_character>();
  }
  const std::vector<domain::checked_characters>& checked() const {
    return asked<domain::checked_characters>();
  }
  const std::vector<domain::finish_guild>& finished() const {
    return asked<domain::finish_guild>();
  }
  const std::vector<domain::renew>& renewals() const {
    return asked<domain::renew>();
  }
  std::vector<domain::lease> released() const {
    std::vector<domain::lease> leases;
    for (const auto& one : asked<domain::release>())
      leases.insert(leases.end(), one.leases.begin(), one.leases.end());
    return leases;
  }
};

} // namespace guildhall::test
