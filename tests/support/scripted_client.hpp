#pragma once

#include "battlenet/http_client.hpp"
#include "tests/support/actor_system.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::test {

/// A request as it reached Battle.net.
struct sent_request {
  battlenet::request what;
  std::string bearer;
  std::string if_modified_since;
  actor_world::clock_time at;
};

/// A Battle.net client that asks a function instead, and answers after a while of virtual time.
class scripted_client : public battlenet::http_client {
public:
  using reply_function = std::function<battlenet::answer(const sent_request&)>;

  scripted_client(actor_world& world, reply_function reply)
      : world_(world),
        reply_(std::move(reply)) {}

  std::vector<sent_request> sent;
  actor_world::duration latency{std::chrono::milliseconds{50}};
  bool closed{false};

  void
  get(const battlenet::request& what, std::string bearer, std::string if_modified_since,
      deadline, completion done) override {
    sent.push_back({what, std::move(bearer), std::move(if_modified_since), world_.now()});
    auto held = std::make_shared<std::pair<completion, battlenet::answer>>(
        std::move(done), reply_(sent.back()));
    world_.after(latency, [held] { held->first(std::move(held->second)); });
  }
  void post_form(
      std::string, std::string, std::string, std::string, deadline, completion done) override {
    done(battlenet::no_response("not an OAuth host"));
  }
  void close() override {
    closed = true;
  }

private:
  actor_world& world_;
  reply_function reply_;
};

/// Answers as Battle.net gives them.
inline battlenet::answer
answer_of(unsigned status, std::string body = {}, std::string modified = {}) {
  battlenet::raw_response response{.status = status, .headers = {}, .body = std::move(body)};
  if (!modified.empty())
    response.headers.emplace("last-modified", std::move(modified));
  return battlenet::classify(std::move(response));
}

} // namespace guildhall::test
