#pragma once

#include "actors/atoms.hpp"
#include "actors/storage/db_job.hpp"
#include "battlenet/answer.hpp"
#include "battlenet/oauth.hpp"
#include "battlenet/request.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "domain/login_port.hpp"
#include "domain/onboarding.hpp"
#include "domain/sync.hpp"
#include "domain/sync_port.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// What the actors send each other: an atom first, then one struct, so that a field can be
/// added without touching a signature. Nothing here crosses a process.
namespace guildhall::actors {

/// One GET to Battle.net, with everything that decides when it may be sent.
struct fetch_request {
  battlenet::request what;
  std::string if_modified_since;
  domain::priority priority{domain::priority::character};
  std::int64_t group{0};     ///< requests for one guild share its id
  std::int64_t remaining{1}; ///< about how many requests the group still has to send
  deadline expires{};
  /// A user's own token, sent instead of the client's. That it is refused is for the asker: the
  /// answer is a 401.
  std::string user_token{};
  /// The last word about the document was 200 or 304 (`domain::answered_well`): a 404 or 403
  /// now says something about Battle.net.
  bool answered_before{false};
};
/// An answer of whatever status, or why the request was not sent (`budget_exhausted`,
/// `upstream_down`, `upstream_unauthorised`, `overloaded`, `deadline_expired`).
using fetch_reply = result<battlenet::answer>;

/// A gateway's wish to send one request, and the limiter's word on it.
struct permit_request {
  std::uint64_t ticket{0}; ///< the gateway's own number for the fetch
  domain::region region{};
  domain::priority priority{};
  std::int64_t group{0};
  std::int64_t remaining{0};
  deadline expires{};
};
struct permit {
  std::uint64_t ticket{0};
  result<void> granted{};
};
/// Battle.net has answered.
struct answer_notice {
  domain::region region{};
  deadline sent{};       ///< when the request went out
  bool throttled{false}; ///< 429
  std::optional<std::chrono::seconds> retry_after{};
};
using loan_reply = result<domain::budget_loan>;
struct loan_notice {
  loan_reply loan;
  bool told{false}; ///< the other instances hear of our 429s by it
};

/// `refused`: the token Battle.net answered 401 to; never handed out again.
struct token_request {
  std::string refused;
};
using token_reply = result<std::string>;
/// A token that may be sent until its life is over or Battle.net answers 401 to it.
struct issued_token {
  std::string value;
  deadline valid_until{};
};
using new_token = result<battlenet::access_token>;

/// A response (or the lack of one) to the fetch with this ticket.
struct gateway_response {
  std::uint64_t ticket{0};
  battlenet::answer answer;
};

/// What the store made of a report on doubt: how many entities are due again.
struct doubt_recorded {
  bool over{false}; ///< it was about a doubt that has ended
  result<std::int64_t> due;
};

/// The M+ period of a region.
struct period_notice {
  domain::region region{};
  std::int64_t period{0};
};

using claimed_guilds = result<domain::claimed_guilds>;
using claimed_characters = result<std::vector<domain::character_work>>;
using held_leases = result<std::vector<domain::lease>>;
using guild_application = result<domain::guild_applied>;
using member_addresses = result<std::vector<domain::character_address>>;
using store_done = result<void>;
using heard_doubts = result<std::vector<std::string>>; ///< kinds of documents
using period_stored = result<bool>;                    ///< whether it is a new one
using sweep_result = result<domain::sweep_report>;

/// How one character's sync ended, told to whoever spawned it.
struct character_done {
  character_id character;
  bool applied{false}; ///< written (its lease is released with it)
  std::size_t failures{0};
  std::size_t requests{0};
  /// Only checked: to be written in a batch by the parent.
  std::optional<domain::checked_character> checked;
  /// The request could not be sent or the outcome not be written: the lease is to be given
  /// back.
  std::optional<failure> not_done;
  bool refused{false}; ///< the database was asked to write it, and would not
  /// When its profile changed, if it did: then its guild plays.
  std::optional<time_point> changed_at;
};

/// Somebody who came back with a code, and whoever waits for them: answered once, at the latest
/// with `unavailable` when it is dropped.
class login_ticket {
public:
  login_ticket(
      std::string with_code, domain::region from, deadline until,
      domain::completion<domain::standing> done)
      : code{std::move(with_code)},
        region{from},
        expires{until},
        done_{std::move(done)} {}
  ~login_ticket() {
    answer(fail(ec::unavailable));
  }
  login_ticket(const login_ticket&) = delete;
  login_ticket& operator=(const login_ticket&) = delete;

  void answer(result<domain::standing> outcome) {
    if (auto done = std::exchange(done_, nullptr))
      done(std::move(outcome));
  }

  const std::string code;
  const domain::region region;
  const deadline expires;

private:
  domain::completion<domain::standing> done_;
};
using login_ptr = std::shared_ptr<login_ticket>;

/// What came back for the login of this number.
struct login_token {
  std::uint64_t login{0};
  result<battlenet::user_token> outcome;
};
struct login_user {
  std::uint64_t login{0};
  result<battlenet::user_info> outcome;
};
struct login_recorded {
  std::uint64_t login{0};
  result<domain::standing> outcome;
};

/// Have this user's characters looked up.
struct onboarding_request {
  user_id user;
  std::string token;
  std::function<void()> when_done; ///< any thread; also when it could not be done
};
struct onboarding_stored {
  user_id user;
  result<domain::onboarded> outcome;
};
/// Of whom no guild is known yet.
struct onboarding_unseen {
  user_id user;
  result<std::vector<domain::unseen_character>> outcome;
};
/// The guild of one of them is there, or could not be stored.
struct onboarding_discovered {
  user_id user;
  result<void> outcome;
};
using due_onboardings = result<std::vector<domain::pending_onboarding>>;

} // namespace guildhall::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::job_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::failure)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::fetch_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::fetch_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::permit_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::permit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::answer_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::loan_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::token_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::token_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::issued_token)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::new_token)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::gateway_response)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::doubt_recorded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::period_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::claimed_guilds)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::claimed_characters)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::held_leases)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::guild_application)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::member_addresses)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::store_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::heard_doubts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::period_stored)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::sweep_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::character_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::login_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::login_token)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::login_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::login_recorded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::onboarding_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::onboarding_stored)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::onboarding_unseen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::onboarding_discovered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(guildhall::actors::due_onboardings)
