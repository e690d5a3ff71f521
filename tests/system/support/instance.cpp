#include "tests/system/support/instance.hpp"

#include "tests/system/support/wait.hpp"

#include <boost/json/serialize.hpp>

#include <csignal>
#include <stdexcept>

namespace guildhall::system_test {

namespace {

std::vector<std::string> command_of(std::string word, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {GUILDHALL_BINARY, std::move(word)});
  return arguments;
}

std::uint16_t port_in(const settings& environment, const std::string& name) {
  return static_cast<std::uint16_t>(std::stoi(environment.at(name)));
}

/// What the command prints is the token.
std::string mint(
    const settings& environment, std::vector<std::string> how,
    const std::filesystem::path& log) {
  auto output = log;
  output += ".token-" + how.back();
  const auto done = run(
      {.command = command_of("token", std::move(how)),
       .environment = environment,
       .output = output});
  if (done.status != 0)
    throw std::runtime_error("no token: " + done.output);
  return done.output.substr(0, done.output.find('\n'));
}

} // namespace

instance::instance(
    settings environment, std::vector<std::string> arguments, std::filesystem::path log,
    unsigned files)
    : port_(port_in(environment, "GUILDHALL_HTTP_PORT")),
      admin_port_(port_in(environment, "GUILDHALL_ADMIN_PORT")),
      environment_(std::move(environment)),
      log_(std::move(log)),
      operator_token_(mint(environment_, {"--operator"}, log_)),
      process_(
          {.command = command_of("serve", std::move(arguments)),
           .environment = environment_,
           .output = log_,
           .files = files}) {}

const std::string& instance::user_token() const {
  std::call_once(minted_, [this] {
    user_token_ = mint(environment_, {"--admin", "--user", "Tester#1234"}, log_);
  });
  return user_token_;
}

reply instance::api(
    const std::string& target, std::map<std::string, std::string> headers,
    std::chrono::milliseconds timeout) const {
  if (!headers.contains("Authorization"))
    headers.emplace("Authorization", "Bearer " + user_token());
  return ask(port_, {.target = target, .headers = std::move(headers), .timeout = timeout});
}

reply instance::admin(
    const std::string& method, const std::string& target,
    const boost::json::value& body) const {
  return ask(
      admin_port_, {.method = method,
                    .target = target,
                    .headers = {{"Authorization", "Bearer " + operator_token_}},
                    .body = body.is_null() ? std::string{} : boost::json::serialize(body)});
}

boost::json::value instance::data(const std::string& target) const {
  const auto answer = api(target);
  if (answer.status != 200)
    throw std::runtime_error(
        target + ": " + std::to_string(answer.status) + ' ' + answer.body + answer.error);
  return answer.json().at("data");
}

std::int64_t instance::counted(const std::string& name) const {
  const auto text = '\n' + ask(admin_port_, {.target = "/metrics"}).body;
  const auto at = text.find("\nguildhall_" + name + ' ');
  if (at == std::string::npos)
    throw std::runtime_error("there is no " + name);
  return std::stoll(text.substr(text.find(' ', at) + 1));
}

int instance::probe(const std::string& target) const {
  return ask(admin_port_, {.target = target, .timeout = std::chrono::seconds{2}}).status;
}

void instance::await_ready(std::chrono::milliseconds bound) {
  eventually("guildhall is ready", bound, [&] {
    if (!process_.running())
      throw std::runtime_error("guildhall has ended:\n" + process_.output());
    return probe("/ready?writes=1") == 200;
  });
}

int instance::stop(std::chrono::milliseconds bound) {
  process_.signal(SIGTERM);
  const auto status = process_.wait(bound);
  if (!status)
    throw std::runtime_error("guildhall does not stop:\n" + process_.output());
  return *status;
}

finished run_guildhall(
    const settings& environment, std::vector<std::string> arguments,
    const std::filesystem::path& output) {
  std::string word = std::move(arguments.front());
  arguments.erase(arguments.begin());
  return run(
      {.command = command_of(std::move(word), std::move(arguments)),
       .environment = environment,
       .output = output});
}

} // namespace guildhall::system_test
