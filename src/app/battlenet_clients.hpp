#pragma once

#include "actors/battlenet/token_manager.hpp"
#include "actors/serving/login_desk.hpp"
#include "battlenet/http_client.hpp"
#include "core/config.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

/// The connections to Battle.net, and what is asked of its OAuth host.
namespace guildhall::app {

/// The io_context of the Battle.net connections and the thread that runs it. What a handler
/// throws is logged, and the others go on.
class client_loop {
public:
  client_loop() : thread_{[this] { run(); }} {}
  ~client_loop() {
    work_.reset();
    io_.stop();
  }
  boost::asio::io_context& io() {
    return io_;
  }

private:
  void run();

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  std::jthread thread_;
};

battlenet::client_options client_options_of(const config& cfg, std::string base_url);

/// The same for the OAuth host, whose answers are short.
battlenet::client_options oauth_options_of(const config& cfg);

/// Every host must be one that a client can be made for.
result<void> check_hosts(const config& cfg, boost::asio::io_context& io);

/// Tokens of guildhall's own, for the sync.
actors::token_source
make_token_source(const config& cfg, std::shared_ptr<battlenet::http_client> oauth);

/// A person's code for a token, a token for who they are.
actors::login_source
make_login_source(const config& cfg, std::shared_ptr<battlenet::http_client> oauth);

/// For an instance that does not sync: tells what logins show of our client id and secret, and
/// logs when it begins that they are refused.
actors::login_source watched(
    actors::login_source source, std::function<void(const std::optional<failure>&)> on_verdict);

/// What there is to say of a client id and secret that are refused.
inline constexpr std::string_view credentials_refused{
    "Battle.net refuses battlenet.client_id and battlenet.client_secret: nothing is synced and "
    "nobody can log in. Compare them with https://develop.battle.net, correct the "
    "configuration and restart"};

/// Where Battle.net sends a browser back to; registered there with the client id.
std::string redirect_uri_of(const config& cfg);

/// The regions that are synced.
std::vector<domain::region> regions_of(const config& cfg);

} // namespace guildhall::app
