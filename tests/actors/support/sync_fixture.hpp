#pragma once

#include "actors/defaults.hpp"
#include "actors/sync/sync_environment.hpp"
#include "domain/document_kinds.hpp"
#include "tests/support/actor_system.hpp"
#include "tests/support/battlenet_bodies.hpp"
#include "tests/support/scripted_client.hpp"
#include "tests/support/scripted_store.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace guildhall::test {

using fetch_function = std::function<actors::fetch_reply(const actors::fetch_request&)>;

/// A gateway that asks a function; with `hold` it keeps its answers back until they are let go.
struct gateway_script {
  using promise = caf::typed_response_promise<actors::fetch_reply>;

  fetch_function reply;
  std::vector<actors::fetch_request> asked;
  bool hold{false};
  std::vector<std::pair<promise, actors::fetch_reply>> held;
  actors::battlenet_gateway_actor gateway;

  /// A promise is kept by its own actor only, so the gateway is told to answer.
  void let_go() {
    caf::anon_send(gateway, atom::response_v, actors::gateway_response{});
  }
};

inline actors::battlenet_gateway_actor::behavior_type
scripted_gateway(actors::battlenet_gateway_actor::pointer self, gateway_script* script) {
  using namespace actors;
  return {
      [](atom::token, const issued_token&) {},
      [](atom::granted, const permit&) {},
      [self, script](atom::fetch, const fetch_request& request) -> caf::result<fetch_reply> {
        script->asked.push_back(request);
        auto reply = script->reply(request);
        if (!script->hold)
          return reply;
        auto promise = self->make_response_promise<gateway_script::promise>();
        script->held.emplace_back(promise, std::move(reply));
        return promise;
      },
      [script](atom::response, const gateway_response&) {
        for (auto& [promise, reply] : std::exchange(script->held, {}))
          promise.deliver(std::move(reply));
      },
      [](atom::doubts, const heard_doubts&) {},
      [](atom::doubts) {},
      [](atom::doubts, const doubt_recorded&) {},
      [](atom::tick, std::uint64_t) {}};
}

/// A world with a store and a Battle.net that a test scripts, for the actors of the sync.
class sync_fixture : public ::testing::Test {
protected:
  sync_fixture() {
    gateway_script_.reply =
        [this](const actors::fetch_request& request) -> actors::fetch_reply {
      for (const auto& [path, answer] : answers)
        if (request.what.target.starts_with(path + "?") || request.what.target == path)
          return answer(request);
      return answer_of(404);
    };
    gateway_ = world.system().spawn(scripted_gateway, &gateway_script_);
    gateway_script_.gateway = gateway_;
    environment = std::make_shared<actors::sync_environment>(actors::sync_environment{
        .store = store,
        .numbers = numbers,
        .requests = battlenet::request_factory{"en_US"},
        .gateways = {{domain::region::eu, gateway_}},
        .now = world.wall_clock(),
        .random = [] { return 0.5; }});
    world.run();
  }

  void TearDown() override {
    gateway_script_.held.clear();
    for (const auto& actor : stop_at_end)
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    stop_at_end.clear();
    caf::anon_send_exit(gateway_, caf::exit_reason::kill);
    environment.reset();
    gateway_script_.gateway = nullptr;
    gateway_ = nullptr;
    world.run();
  }

  using answer_function = std::function<actors::fetch_reply(const actors::fetch_request&)>;
  void on(const std::string& path, answer_function answer) {
    answers.insert_or_assign(path, std::move(answer));
  }
  void on(const std::string& path, battlenet::answer answer) {
    on(path, [answer](const actors::fetch_request&) { return actors::fetch_reply{answer}; });
  }
  /// 304 when asked conditionally with this version, else 200.
  void on_versioned(const std::string& path, std::string body, std::string version) {
    on(path, [=](const actors::fetch_request& request) -> actors::fetch_reply {
      return request.if_modified_since == version ? answer_of(304)
                                                  : answer_of(200, body, version);
    });
  }

  /// The paths that were asked for, without their query.
  std::vector<std::string> asked() const {
    std::vector<std::string> paths;
    for (const auto& request : gateway_script_.asked)
      paths.push_back(request.what.target.substr(0, request.what.target.find('?')));
    return paths;
  }
  std::size_t times_asked(const std::string& path) const {
    return static_cast<std::size_t>(std::ranges::count(asked(), path));
  }

  template <class Handle>
  Handle keep(Handle actor) {
    stop_at_end.push_back(caf::actor_cast<caf::actor>(actor));
    return actor;
  }

  std::map<std::string, answer_function> answers;
  scripted_store store;
  metrics numbers;
  gateway_script gateway_script_;
  std::vector<caf::actor> stop_at_end;
  actors::battlenet_gateway_actor gateway_;
  std::shared_ptr<actors::sync_environment> environment;
  actor_world world;
};

// --- work

inline const std::string yesterday = "Mon, 5 Jan 2026 10:00:00 GMT";
inline const std::string today = "Tue, 6 Jan 2026 10:00:00 GMT";

inline domain::document_record
stored(domain::document what, std::string last_modified, std::string synced_for = {}) {
  domain::document_record record;
  record.document = what;
  record.state = domain::document_state::ok;
  record.last_modified = std::move(last_modified);
  record.synced_for = std::move(synced_for);
  return record;
}

/// Anna of Stormrage, as the store hands her out for the first time.
inline domain::character_work
new_character(std::int64_t id = 1, const std::string& name = "Anna") {
  domain::character_work work;
  work.lease = {queue_entry_id{100 + id}, lease_token{1'000 + id}};
  work.character = character_id{id};
  work.identity = {domain::region::eu, realm_id{60}, bnet_character_id{9'000 + id}};
  auto key = name;
  std::ranges::transform(key, key.begin(), [](unsigned char c) { return std::tolower(c); });
  work.address = {domain::region::eu, "stormrage", key};
  work.name = name;
  work.grouped = true; // no toys
  return work;
}

/// The same when everything of hers is stored and belongs to yesterday's profile.
inline domain::character_work
known_character(time_point now, std::int64_t id = 1, const std::string& name = "Anna") {
  auto work = new_character(id, name);
  work.profile_stored = true;
  work.verified_at = now - std::chrono::hours{24};
  work.last_login_at = now - std::chrono::hours{30};
  work.documents = {stored(domain::document::profile, yesterday)};
  for (const auto child : domain::child_documents)
    work.documents.push_back(stored(child, yesterday, yesterday));
  return work;
}

inline body_member in_battlenet(const domain::character_work& work, int rank = 1) {
  return {.id = work.identity.bnet_id.value, .name = work.name, .rank = rank};
}

inline std::string character_path(const domain::character_work& work) {
  return "/profile/wow/character/" + work.address.realm + "/" + work.address.name_key;
}

} // namespace guildhall::test
