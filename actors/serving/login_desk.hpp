#pragma once

#include "actors/bridge.hpp"
#include "actors/interfaces.hpp"
#include "core/live.hpp"
#include "core/seal.hpp"
#include "domain/login_port.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace guildhall::actors {

/// Asks the OAuth host; completions run once, on any thread.
struct login_source {
  std::function<void(
      std::string code, deadline expires, domain::completion<battlenet::user_token> done)>
      exchange;
  std::function<void(
      std::string token, deadline expires, domain::completion<battlenet::user_info> done)>
      identify;
};

struct login_desk_options {
  login_source source;
  domain::onboarding_port* store{nullptr};
  std::shared_ptr<const sealer> seals;
  live<std::vector<std::string>> admins; ///< battletags or Battle.net ids
  /// Hands the user to whoever fetches account lists in this process. False: nobody does; their
  /// list is fetched by another instance.
  std::function<bool(onboarding_request)> onboard;
  std::chrono::milliseconds onboarding_wait{2'000}; ///< longest wait for the list
  std::size_t max_logins{256};                      ///< at the same time
};

struct login_desk_state {
  explicit login_desk_state(login_desk_actor::stateful_pointer<login_desk_state>) {}

  struct login {
    login_ptr ticket;
    std::string token;                     ///< Battle.net's, once it is there
    std::optional<domain::standing> who{}; ///< once the user is stored
  };

  login_desk_options options;
  std::unordered_map<std::uint64_t, login> logins;
  std::uint64_t next{1};
  static inline const char* name = "login-desk";
};

/// LOGIN DESK: owns the logins under way. Exchanges the code for a token, asks whose it is,
/// stores the user with the sealed token, and waits a little for their characters. Ends only
/// with its supervisor; who waits then gets `unavailable` and logs in again.
login_desk_actor::behavior_type login_desk(
    login_desk_actor::stateful_pointer<login_desk_state> self, login_desk_options options);

/// Hands logins to the desk in the slot.
class desk_login_port final : public domain::login_port {
public:
  explicit desk_login_port(const handle_slot<login_desk_actor>& desk) : desk_(desk) {}

  void log_in(
      std::string code, domain::region where, deadline expires,
      domain::completion<domain::standing> done) override;

private:
  const handle_slot<login_desk_actor>& desk_;
};

} // namespace guildhall::actors
