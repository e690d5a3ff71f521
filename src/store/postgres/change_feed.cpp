#include "store/postgres/change_feed.hpp"

#include "core/crypto.hpp"
#include "store/postgres/session.hpp"

#include <pqxx/connection_base>
#include <pqxx/notification>

#include <utility>

namespace guildhall::store {

namespace {

constexpr std::chrono::seconds listen_time{5};

/// Collects what arrives on one channel; a payload may hold several tags.
class receiver : public pqxx::notification_receiver {
public:
  receiver(
      pqxx::connection_base& connection, std::string_view name,
      std::vector<notification>& inbox)
      : pqxx::notification_receiver(connection, std::string(name)),
        inbox_(inbox) {}

  void operator()(const std::string& payload, int) override {
    std::size_t at = 0;
    do {
      const auto end = std::min(payload.find(' ', at), payload.size());
      inbox_.push_back({channel(), payload.substr(at, end - at)});
      at = end + 1;
    } while (at < payload.size());
  }

private:
  std::vector<notification>& inbox_;
};

} // namespace

struct change_feed::state {
  std::unique_ptr<connection> database;
  std::string proof_channel;
  std::vector<notification> inbox{};
  std::vector<std::unique_ptr<receiver>> receivers{};
  std::uint64_t proofs{0};

  result<void> await(std::chrono::steady_clock::time_point until) {
    const auto left = until - std::chrono::steady_clock::now();
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(left).count();
    return database->run(until + listen_time, "listen", [&](session&) -> result<void> {
      if (us > 0)
        database->raw().await_notification(us / 1'000'000, us % 1'000'000);
      else
        database->raw().get_notifs();
      return {};
    });
  }

  /// Takes the proof of this number out of the inbox, and older ones.
  bool take_proof() {
    const auto wanted = std::to_string(proofs);
    bool found = false;
    std::erase_if(inbox, [&](const auto& one) {
      found = found || (one.channel == proof_channel && one.payload == wanted);
      return one.channel == proof_channel;
    });
    return found;
  }
};

result<std::unique_ptr<change_feed>> change_feed::open(connection_options options) {
  auto database = connection::open(options);
  if (!database)
    return fail(database.error());
  // Its own: nobody else is woken by the proofs.
  auto parts = std::make_unique<state>(
      state{std::move(*database), "guildhall_proof_" + crypto::random_hex(8)});
  auto& raw = parts->database->raw();
  const auto listening = parts->database->run(
      std::chrono::steady_clock::now() + listen_time, "listen", [&](session&) -> result<void> {
        for (const auto channel :
             {change_channel, sync_channel, budget_channel,
              std::string_view(parts->proof_channel)})
          parts->receivers.push_back(std::make_unique<receiver>(raw, channel, parts->inbox));
        return {};
      });
  if (!listening)
    return fail(listening.error());
  return std::unique_ptr<change_feed>(new change_feed(std::move(parts)));
}

change_feed::change_feed(std::unique_ptr<state> parts) : state_(std::move(parts)) {}

change_feed::~change_feed() {
  state_->receivers.clear();
}

result<std::vector<notification>> change_feed::wait(std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  if (state_->inbox.empty())
    if (auto arrived = state_->await(until); !arrived)
      return fail(arrived.error());
  state_->take_proof();
  return std::exchange(state_->inbox, {});
}

result<void> change_feed::prove(std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  ++state_->proofs;
  const auto sent = state_->database->run(until, "prove", [&](session& db) -> result<void> {
    db.exec_raw(
        "notify " + state_->proof_channel + ", '" + std::to_string(state_->proofs) + "'");
    return {};
  });
  if (!sent)
    return fail(ec::database_down, "the change feed does not answer");
  // The answer to the statement may have brought it along already.
  for (;;) {
    if (state_->take_proof())
      return {};
    if (std::chrono::steady_clock::now() >= until)
      return fail(ec::database_down, "the change feed does not answer");
    if (auto arrived = state_->await(until); !arrived)
      return fail(arrived.error());
  }
}

void change_feed::interrupt() noexcept {
  state_->database->interrupt();
}

} // namespace guildhall::store
