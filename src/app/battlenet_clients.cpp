#include "app/battlenet_clients.hpp"

#include "app/database_gate.hpp"
#include "battlenet/oauth.hpp"
#include "core/log.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

namespace guildhall::app {

namespace {

/// An OAuth answer holds a token, or who somebody is.
constexpr std::size_t max_oauth_bytes = 256 * 1024;

/// Whoever waits for an outcome gets one, also when reading the answer throws.
template <class Read>
auto guarded(Read read) -> decltype(read()) {
  try {
    return read();
  } catch (const std::exception& error) {
    return fail(ec::malformed, text::printable(error.what()));
  }
}

result<battlenet::access_token> read_token(const battlenet::answer& answer) {
  using battlenet::outcome;
  switch (answer.outcome) {
  case outcome::ok:
    return battlenet::parse_token(answer.body);
  case outcome::unauthorised:
  case outcome::forbidden:
    return fail(ec::upstream_unauthorised);
  default:
    return fail(ec::upstream_down, "The OAuth host does not answer: " + answer.detail);
  }
}

/// `parse` turns the body of a 200 into what was asked for. A code that is refused is the
/// person's affair, not a fault of the OAuth host.
template <class T>
result<T> read_answer(const battlenet::answer& answer, result<T> (*parse)(std::string_view)) {
  if (answer.outcome == battlenet::outcome::ok)
    return parse(answer.body);
  if (answer.status == 400)
    return fail(ec::invalid_token);
  if (answer.status == 401 || answer.status == 403)
    return fail(ec::upstream_unauthorised);
  return fail(ec::upstream_down, "The OAuth host does not answer: " + answer.detail);
}

} // namespace

void client_loop::run() {
  while (!io_.stopped())
    try {
      io_.run();
    } catch (const std::exception& error) {
      log::error("battle.net client: {}", error.what());
    }
}

battlenet::client_options client_options_of(const config& cfg, std::string base_url) {
  battlenet::client_options how;
  how.base_url = std::move(base_url);
  how.connections = cfg.battlenet.connections;
  how.request_timeout = cfg.battlenet.request_timeout;
  how.max_body_bytes = cfg.battlenet.max_body_bytes;
  return how;
}

battlenet::client_options oauth_options_of(const config& cfg) {
  auto how = client_options_of(cfg, cfg.battlenet.oauth_host);
  how.max_body_bytes = std::min(how.max_body_bytes, max_oauth_bytes);
  return how;
}

result<void> check_hosts(const config& cfg, boost::asio::io_context& io) {
  auto hosts = api_hosts(cfg);
  hosts["oauth"] = cfg.battlenet.oauth_host;
  for (const auto& [name, host] : hosts)
    if (auto client = battlenet::http_client::make(io, client_options_of(cfg, host)); !client)
      return std::unexpected<failure>(client.error());
  return {};
}

std::string redirect_uri_of(const config& cfg) {
  return cfg.auth.public_url + "/api/auth/callback";
}

actors::token_source
make_token_source(const config& cfg, std::shared_ptr<battlenet::http_client> oauth) {
  return [oauth = std::move(oauth), id = cfg.battlenet.client_id,
          secret = cfg.battlenet.client_secret.value](
             deadline expires, domain::completion<battlenet::access_token> done) {
    oauth->post_form(
        std::string{battlenet::token_target}, id, secret,
        std::string{battlenet::client_credentials_form}, expires,
        [done = std::move(done)](battlenet::answer answer) mutable {
          done(guarded([&] { return read_token(answer); }));
        });
  };
}

actors::login_source
make_login_source(const config& cfg, std::shared_ptr<battlenet::http_client> oauth) {
  return {
      .exchange =
          [oauth, id = cfg.battlenet.client_id, secret = cfg.battlenet.client_secret.value,
           redirect_uri = redirect_uri_of(cfg)](
              const std::string& code, deadline expires,
              domain::completion<battlenet::user_token> done) {
            oauth->post_form(
                std::string{battlenet::token_target}, id, secret,
                battlenet::code_form(code, redirect_uri), expires,
                [done = std::move(done)](battlenet::answer answer) mutable {
                  done(guarded(
                      [&] { return read_answer(answer, battlenet::parse_user_token); }));
                });
          },
      .identify =
          [oauth, requests = battlenet::request_factory{cfg.battlenet.locale}](
              std::string token, deadline expires,
              domain::completion<battlenet::user_info> done) {
            oauth->get(
                requests.user_info(), std::move(token), {}, expires,
                [done = std::move(done)](battlenet::answer answer) mutable {
                  done(
                      guarded([&] { return read_answer(answer, battlenet::parse_user_info); }));
                });
          }};
}

actors::login_source watched(
    actors::login_source source,
    std::function<void(const std::optional<failure>&)> on_verdict) {
  const auto refused = std::make_shared<std::atomic<bool>>(false);
  source.exchange =
      [ask = std::move(source.exchange), on_verdict = std::move(on_verdict), refused](
          std::string code, deadline expires, domain::completion<battlenet::user_token> done) {
        ask(std::move(code), expires,
            [on_verdict, refused,
             done = std::move(done)](result<battlenet::user_token> got) mutable {
              if (got) {
                *refused = false;
                on_verdict(std::nullopt);
              } else if (got.error().code == ec::upstream_unauthorised) {
                if (!refused->exchange(true))
                  log::error("{}", credentials_refused);
                on_verdict(got.error());
              }
              done(std::move(got));
            });
      };
  return source;
}

std::vector<domain::region> regions_of(const config& cfg) {
  std::vector<domain::region> regions;
  for (const auto& name : cfg.battlenet.regions)
    if (const auto region = domain::parse_region(name))
      regions.push_back(*region);
  return regions;
}

} // namespace guildhall::app
