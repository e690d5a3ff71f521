#pragma once

#include "actors/battlenet/battlenet_gateway.hpp"
#include "actors/defaults.hpp"
#include "tests/support/actor_system.hpp"
#include "tests/support/scripted_client.hpp"
#include "tests/support/scripted_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace guildhall::actors {

using namespace std::chrono_literals;
using battlenet::outcome;
using test::answer_of;

/// A limiter that grants at once and writes down what it hears.
struct limiter_log {
  std::vector<permit_request> wishes;
  std::vector<answer_notice> answers;
  bool grants{true};
  permit_holder_actor holder;
};
inline rate_limiter_actor::behavior_type
granting_limiter(rate_limiter_actor::pointer, limiter_log* seen) {
  return {
      [seen](atom::acquire, const permit_request& wish, const permit_holder_actor& holder) {
        seen->wishes.push_back(wish);
        seen->holder = holder;
        if (seen->grants)
          caf::anon_send(holder, atom::granted_v, permit{wish.ticket, {}});
      },
      [seen](atom::answered, const answer_notice& what) { seen->answers.push_back(what); },
      [](atom::wake) {},
      [](atom::price, const price_listener_actor&) {},
      [](atom::loan, const loan_notice&) {},
      [](atom::tick, std::uint64_t) {}};
}

/// Numbered tokens; a refused one is followed by the next. A test tells them on.
struct token_log {
  int asked{0};
  token_listener_actor listener;
};
inline token_manager_actor::behavior_type numbered_tokens(
    token_manager_actor::pointer, int* number, result<void>* works, token_log* seen) {
  return {
      [seen](atom::token, const token_listener_actor& listener) { seen->listener = listener; },
      [=](atom::token, const token_request& request) -> caf::result<token_reply> {
        ++seen->asked;
        if (!*works)
          return token_reply{std::unexpected<failure>(works->error())};
        if (request.refused == std::to_string(*number))
          ++*number;
        return token_reply{std::to_string(*number)};
      },
      [](atom::response, const new_token&) {}, [](atom::tick, std::uint64_t) {}};
}

/// A gateway with a scripted client, permits and tokens.
class battlenet_gateway_test : public ::testing::Test {
protected:
  using reply_function = test::scripted_client::reply_function;

  void start(reply_function reply, battlenet_gateway_options options = {}) {
    client = std::make_shared<test::scripted_client>(world, std::move(reply));
    limiter = world.system().spawn(granting_limiter, &wishes);
    tokens = world.system().spawn(numbered_tokens, &token, &token_works, &told);
    options.region = domain::region::eu;
    options.now = world.wall_clock();
    options.store = &store;
    gateway = world.system().spawn(
        battlenet_gateway, options, std::shared_ptr<battlenet::http_client>{client}, limiter,
        tokens, &numbers);
    world.run();
  }
  void TearDown() override {
    if (!gateway)
      return;
    world.stop(gateway);
    world.stop(limiter);
    world.stop(tokens);
    wishes.holder = nullptr;
    told.listener = nullptr;
    gateway = nullptr;
    limiter = nullptr;
    tokens = nullptr;
  }

  void tell_token(const std::string& value, std::chrono::seconds lives) {
    caf::anon_send(told.listener, atom::token_v, issued_token{value, world.now() + lives});
    world.run();
  }

  using reply_ptr = std::shared_ptr<std::optional<fetch_reply>>;
  reply_ptr send(fetch_request request) {
    auto got = std::make_shared<std::optional<fetch_reply>>();
    request.expires = world.now() + 90s;
    world.system().spawn([=, this](caf::event_based_actor* self) {
      self->request(gateway, 100s, atom::fetch_v, request)
          .then(
              [got](const fetch_reply& reply) { *got = reply; },
              [got](const caf::error&) { *got = fetch_reply{fail(ec::internal)}; });
    });
    world.run();
    return got;
  }
  reply_ptr post(std::int64_t group = 1, std::string if_modified_since = {}) {
    return send(
        {.what = factory.guild({domain::region::eu, "stormrage", "the-guild"}),
         .if_modified_since = std::move(if_modified_since),
         .group = group});
  }
  reply_ptr fetch(std::int64_t group = 1) {
    auto got = post(group);
    world.advance(100ms);
    return got;
  }
  static ec error_in(const reply_ptr& got) {
    return *got && !**got ? (**got).error().code : ec::none;
  }
  static std::optional<outcome> outcome_in(const reply_ptr& got) {
    return *got && **got ? std::optional{(**got)->outcome} : std::nullopt;
  }

  /// Asks for this member's profile, which was shown before (or never).
  reply_ptr profile(int member, bool answered_before = true, std::int64_t group = 1) {
    return about(factory.profile(address_of(member)), answered_before, group);
  }
  static domain::character_address address_of(int member) {
    return {domain::region::eu, "stormrage", "m" + std::to_string(member)};
  }
  reply_ptr about(
      battlenet::request what, bool answered_before, std::int64_t group = 1,
      const std::string& user_token = {}) {
    auto got = send(
        {.what = std::move(what),
         .if_modified_since = {},
         .group = group,
         .user_token = user_token,
         .answered_before = answered_before});
    world.advance(100ms);
    return got;
  }
  void profiles(int from, int to) {
    for (int i = from; i < to; ++i)
      profile(i);
  }
  std::size_t times_sent(int member) const {
    return static_cast<std::size_t>(std::ranges::count_if(client->sent, [&](const auto& one) {
      return one.what.target.find("/m" + std::to_string(member) + "?") != std::string::npos;
    }));
  }
  double in_doubt() {
    return numbers
        .gauge(
            "battlenet_in_doubt", "1 while what was shown before is 404 or 403, mostly",
            {{"region", "eu"}, {"kind", "profile"}})
        .Value();
  }

  test::scripted_store store;
  metrics numbers;
  battlenet::request_factory factory{"en_US"};
  limiter_log wishes;
  int token{1};
  result<void> token_works;
  token_log told;
  std::shared_ptr<test::scripted_client> client;
  battlenet_gateway_actor gateway;
  rate_limiter_actor limiter;
  token_manager_actor tokens;
  test::actor_world world;
};

} // namespace guildhall::actors
