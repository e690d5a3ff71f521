#pragma once

#include "api/api.hpp"
#include "api/body_rules.hpp"
#include "api/json_writer.hpp"
#include "api/once.hpp"
#include "api/resources.hpp"
#include "api/validation.hpp"
#include "core/task.hpp"
#include "domain/tags.hpp"
#include "http/router.hpp"

#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// How every route is written: a coroutine that reads what the request says, asks, and brings
/// the answer, top to bottom. `co_await` of a `result` or of a question gives its value; a
/// failure ends the handler and is the answer.
///
/// A value in braces that owns memory (an operation with texts, a `page`) is a variable of its
/// own, never a temporary beside a `co_await`: g++ 12 copies such a temporary byte by byte.
namespace guildhall::api {

using domain::addresses_tag;
using domain::character_tag;
using domain::event_tag;
using domain::events_tag;
using domain::guild_tag;
using domain::rosters_tag;
using domain::user_tag;

/// One answer before it is packed: the whole JSON text, further header lines, the cache tags
/// that only the answer can name, and whom it is about where the request does not say so.
struct page {
  std::string json;
  std::string headers{};
  std::vector<std::string> late_tags{};
  subject about{};
};

/// Where a handler goes on once its question is answered. Never on the thread that asked the
/// database: that one has the next question.
enum class going_on : std::uint8_t {
  here,    ///< on the request's I/O thread
  in_bulk, ///< in the workshop: the answer takes long to write and to pack; refused when full
};

/// For one row with its documents, which may be large, or without.
constexpr going_on where_for(domain::detail how) noexcept {
  return how == domain::detail::full ? going_on::in_bulk : going_on::here;
}

class call;

/// Whether the caller may see an answer about this subject.
using judge = result<void> (*)(const call& in, const subject& about);

template <class Read>
class kept_answer_wait;

/// One request on its way through its handler, in whose frame it lives.
class call {
public:
  call(
      shared_services with, const http::request& what, const http::reply_slot& slot,
      auth::claims_ptr token = nullptr, standing_ptr standing = nullptr)
      : services_{std::move(with)},
        request_{&what},
        expires_{slot.expires()},
        home_{slot.target()},
        token_{std::move(token)},
        standing_{std::move(standing)} {}

  const services& with() const noexcept {
    return *services_;
  }
  /// Valid until the handler first waits for something: what is needed later is read before.
  const http::request& request() const noexcept {
    return *request_;
  }
  deadline expires() const noexcept {
    return expires_;
  }
  /// Of routes for users and operators.
  const auth::claims& token() const noexcept {
    return *token_;
  }
  /// What the user may do at this moment; of routes for users.
  const domain::standing& standing() const noexcept {
    return *standing_;
  }

  // --- what the request says

  result<guild_id> guild() const {
    return guild_id_of(*request_);
  }
  result<character_id> character() const {
    return character_id_of(*request_);
  }
  result<wanted_parts> parts() const {
    return wanted_parts_of(*request_);
  }
  result<boost::json::object> body(const body_rules& rules) const {
    return read_body(*request_, rules);
  }
  /// Who writes, and the `row_version` that `If-Match` names: `"12"`; `*` or none: whichever
  /// it is. Anything else is a version that no row has.
  domain::author author() const;

  // --- what the caller may do; `ec::forbidden` with a sentence otherwise. Asked after the
  // parameters and the body are known to be well-formed. An admin may do everything.

  /// Members read (with `auth.reads = "open"`: everybody who is logged in).
  result<void> must_read(guild_id guild) const;
  result<void> must_be_member(guild_id guild) const;
  /// Officers, and the guild master.
  result<void> must_be_officer(guild_id guild) const;
  result<void> must_lead(guild_id guild) const;
  result<void> must_be_admin(
      std::string_view otherwise = "Insufficient permissions. Admin role required.") const;

  // --- asking

  /// Asks the database. What was read is worth nothing after the deadline: then it ends here,
  /// before anything is written of it.
  template <domain::operation Operation>
  auto ask(Operation what, going_on where = going_on::here) const {
    using answer = typename Operation::answer;
    constexpr auto reads = Operation::traits.how == domain::manner::read;
    return wait_for<answer>(
        [this, what = std::move(what), where](domain::completion<answer> done) mutable {
          port_of<Operation>().ask(
              std::move(what), expires_, going_on_with<answer>(std::move(done), where, reads));
        });
  }

  /// Asks for a change. What stands under its tags is no longer served once the value is here:
  /// the next read of this client, and of everybody else here, sees what was written.
  template <domain::operation Operation>
  auto write(Operation what) const {
    using written = typename Operation::answer;
    using value = decltype(written::value);
    return wait_for<value>([this, what = std::move(what)](auto done) mutable {
      auto moving = [with = services_, done = domain::completion<value>{std::move(done)}](
                        result<written> outcome) mutable {
        if (!outcome)
          return done(fail(std::move(outcome.error())));
        move_tags(*with, outcome->tags);
        done(std::move(outcome->value));
      };
      port_of<Operation>().ask(
          std::move(what), expires_,
          going_on_with<written>(std::move(moving), going_on::here, false));
    });
  }

  /// Asks for something new, as often as its client's `Idempotency-Key` is new. `tell` makes
  /// the answer of what came of it, and of nothing else; with a key, on the database's thread.
  template <domain::operation Operation, class Tell>
  task<http::response> make(Operation what, Tell tell) const {
    auto key = co_await request_key_of(*request_);
    if (!key) {
      if constexpr (std::same_as<
                        typename Operation::answer,
                        domain::written<domain::value_of<Operation>>>)
        co_return tell(co_await write(std::move(what)));
      else
        co_return tell(co_await ask(std::move(what)));
    }
    domain::once<Operation> asked{
        std::move(what), std::move(*key),
        [tell](const domain::value_of<Operation>& made) { return told(tell(made)); }};
    auto outcome = co_await write(std::move(asked)).outcome();
    co_return answer_told(std::move(outcome));
  }

  /// The answer that is kept under `key` (whatever its coding) and `tag`, or what `read` brings
  /// (a coroutine `task<page>()`, run only when nothing is kept), which is kept then. With
  /// `may_see`, each caller is judged by whom the answer is about. With `not_there`, whoever
  /// may not see it gets 404 with this sentence, and no sooner than if there were nothing.
  template <class Read>
  kept_answer_wait<Read> kept(
      std::string key, std::string tag, Read read, judge may_see = nullptr,
      std::string not_there = {}) const {
    return {*this,           std::move(key), std::move(tag),
            std::move(read), may_see,        std::move(not_there)};
  }

private:
  template <class Read>
  friend class kept_answer_wait;

  template <domain::operation Operation>
  auto& port_of() const {
    if constexpr (std::derived_from<domain::api_port, domain::answers<Operation>>)
      return services_->data;
    else
      return services_->control;
  }

  template <class Answer, class Done>
  domain::completion<Answer> going_on_with(Done done, going_on where, bool reads) const {
    return [home = home_, with = services_, expires = expires_, where, reads,
            done = std::move(done)](result<Answer> outcome) mutable {
      using rest_of_handler = std::pair<Done, result<Answer>>;
      auto left = std::make_shared<rest_of_handler>(std::move(done), std::move(outcome));
      std::move_only_function<void()> rest = [left, expires, reads] {
        auto& [go_on, brought] = *left;
        if (reads && brought && expires <= std::chrono::steady_clock::now())
          brought = fail(ec::deadline_expired);
        go_on(std::move(brought));
      };
      if (where == going_on::here && home->go_on(rest))
        return;
      // Whoever asked may be gone; others may wait for the same answer.
      if (!reads || !with->workshop)
        return rest();
      if (with->workshop(rest))
        return;
      left->second = fail(ec::overloaded, "Too many long answers are being written");
      rest();
    };
  }

  shared_services services_;
  const http::request* request_;
  deadline expires_;
  std::shared_ptr<http::reply_target> home_;
  auth::claims_ptr token_;
  standing_ptr standing_;
};

/// Waits for an answer that is kept, or read and kept.
template <class Read>
class [[nodiscard]] kept_answer_wait {
public:
  using outcome_type = result<response_cache::value_ptr>;

  kept_answer_wait(
      const call& in, std::string key, std::string tag, Read read, judge may_see,
      std::string not_there)
      : in_{in},
        key_{std::move(key)},
        tag_{std::move(tag)},
        read_{std::move(read)},
        may_see_{may_see},
        not_there_{std::move(not_there)} {}

  bool await_ready() {
    how_ = http::preferred_coding(in_.request().header("Accept-Encoding"));
    key_ += http::suffix_of(how_);
    const auto if_none_match = in_.request().header("If-None-Match");
    if (const auto hit = in_.with().cache.find(key_))
      show(hit, if_none_match);
    if (answer_ && answer_->has_value())
      return true;
    if_none_match_ = if_none_match;
    return false;
  }

  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) {
    if (answer_ && not_there_.empty())
      return Promise::end(frame, std::move(answer_->error()));
    if (answer_)
      return look_all_the_same(task_parts::waking<kept_answer_wait, Promise>{*this, frame});
    std::vector<std::string> tags;
    if (!tag_.empty())
      tags.push_back(std::move(tag_));
    // `read_` is a part of the frame, which waits for what it brings.
    in_.with().cache.read(
        std::move(key_), tags, task_parts::waking<kept_answer_wait, Promise>{*this, frame},
        [this](response_cache::filler fill) {
          read_().then([fill = std::move(fill), how = how_,
                        expires = in_.expires()](result<page> brought) mutable {
            if (brought && expires <= std::chrono::steady_clock::now())
              brought = fail(ec::deadline_expired); // not packed for nobody
            if (!brought)
              return fill(fail(std::move(brought.error())));
            auto late_tags = std::move(brought->late_tags);
            fill(response_cache::fresh_answer{
                packed(std::move(*brought), how), std::move(late_tags)});
          });
        });
  }

  http::response await_resume() {
    return std::move(**answer_);
  }

  std::optional<failure> take(outcome_type outcome) {
    if (!outcome)
      return std::move(outcome.error());
    show(*outcome, if_none_match_);
    return *answer_ ? std::nullopt : std::optional{std::move(answer_->error())};
  }

private:
  static response_cache::value_ptr packed(page brought, http::coding how) {
    return std::make_shared<const kept_answer>(kept_answer{
        http::make_answer(std::move(brought.json), how, brought.headers), brought.about});
  }

  /// The caller may not see what is kept: it takes as long to say so as if nothing were.
  template <class Wake>
  void look_all_the_same(Wake wake) {
    answer_.reset();
    read_().then([this, wake = std::move(wake)](result<page> brought) mutable {
      if (!brought)
        return wake(fail(std::move(brought.error())));
      if (auto allowed = judged(brought->about); !allowed)
        return wake(fail(std::move(allowed.error())));
      wake(packed(std::move(*brought), how_));
    });
  }

  result<void> judged(const subject& about) const {
    if (!may_see_)
      return {};
    auto allowed = may_see_(in_, about);
    if (!allowed && !not_there_.empty())
      return fail(ec::not_found, not_there_);
    return allowed;
  }

  void show(const response_cache::value_ptr& kept, std::string_view if_none_match) {
    if (auto allowed = judged(kept->about); !allowed) {
      answer_.emplace(fail(std::move(allowed.error())));
      return;
    }
    auto& shown = answer_.emplace(http::respond(*kept->bytes, if_none_match));
    // The cache finds it again for as long as it is being written to anybody.
    if (shown->body)
      shown->body = {kept, kept->bytes->body.get()};
  }

  const call& in_;
  std::string key_;
  std::string tag_;
  Read read_;
  judge may_see_;
  std::string not_there_;
  http::coding how_{};
  std::string if_none_match_;
  std::optional<result<http::response>> answer_;
};

/// What stands under these tags is no longer served once this returns.
void move_tags(const services& with, std::span<const std::string> tags);
/// What is kept about this user is no longer served once this returns.
void move_user(const services& with, user_id id);

/// A read of one guild: `guildId` and the wanted parts, for those who may read the guild; kept
/// under `name` and the guild's tag. `read` is a coroutine
/// `task<page>(const call&, guild_id, const wanted_parts&)` without captures. `that_matter`
/// leaves of the parts those that make a difference to the answer.
template <class Read>
task<http::response> read_of_guild(
    call in, std::string_view name, Read read,
    wanted_parts (*that_matter)(const wanted_parts&) noexcept) {
  const auto guild = co_await in.guild();
  const auto parts = that_matter(co_await in.parts());
  co_await in.must_read(guild);
  std::string key{name};
  key += '/';
  key += std::to_string(guild.value);
  key += '?';
  key += parts.key();
  co_return co_await in.kept(
      std::move(key), guild_tag(guild), [&] { return read(in, guild, parts); });
}

// --- judges

/// Answers about a guild are for those who may read it; one about no guild shows nothing.
result<void> may_see_guild_of(const call& in, const subject& about);
/// A character is for its owner, whoever may read its guild, and admins.
result<void> may_see_character(const call& in, const subject& about);

// --- routes

struct route {
  http::method verb;
  std::string_view pattern;
  task<http::response> (*run)(call in);
};

/// For whoever is logged in: 401 unless the request carries an access token that still counts
/// (its user exists and has not logged out since), 503 while that cannot be looked up.
void add_user_routes(
    http::router& routes, const shared_services& with, std::span<const route> all);
/// For operators: their tokens stand for themselves.
void add_operator_routes(
    http::router& routes, const shared_services& with, std::span<const route> all);
/// For anybody.
void add_open_routes(
    http::router& routes, const shared_services& with, std::span<const route> all);

} // namespace guildhall::api
