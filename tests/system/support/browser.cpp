#include "tests/system/support/browser.hpp"

#include "tests/system/support/wait.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <stdexcept>
#include <unistd.h>

namespace guildhall::system_test {

namespace {

namespace json = boost::json;

/// How the protocol calls the field that holds an element's id.
constexpr auto element_key = "element-6066-11e4-a52e-4f735466cecf";

constexpr std::chrono::seconds start_bound{30};
constexpr std::chrono::seconds call_bound{30};
constexpr std::chrono::seconds look_bound{10};
constexpr std::chrono::seconds end_bound{5};

std::string text_of(const json::value& value) {
  return std::string{value.as_string()};
}

process::options driver_in(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const settings inside{
      {"HOME", folder.string()},
      {"XDG_CONFIG_HOME", folder.string()},
      {"XDG_CACHE_HOME", folder.string()},
      {"TMPDIR", folder.string()}};
  return {{"chromedriver", "--port=0"}, inside, folder / "chromedriver.log"};
}

std::uint16_t port_of(process& driver) {
  constexpr std::string_view before = "started successfully on port ";
  std::string printed;
  eventually("chromedriver listens", start_bound, [&] {
    if (!driver.running())
      throw std::runtime_error("chromedriver has ended:\n" + driver.output());
    printed = driver.output();
    const auto at = printed.find(before);
    return at != std::string::npos && printed.find('\n', at) != std::string::npos;
  });
  return static_cast<std::uint16_t>(
      std::stoi(printed.substr(printed.find(before) + before.size())));
}

json::value capabilities(const std::filesystem::path& folder) {
  const auto milliseconds = [](std::chrono::milliseconds bound) { return bound.count(); };
  json::array arguments{
      "--headless",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--remote-debugging-pipe",
      "--user-data-dir=" + (folder / "profile").string()};
  if (::geteuid() == 0)
    arguments.emplace_back("--no-sandbox"); // Chromium refuses to run otherwise
  return {
      {"capabilities",
       {{"alwaysMatch",
         {{"timeouts",
           {{"implicit", milliseconds(look_bound)},
            {"pageLoad", milliseconds(call_bound)},
            {"script", milliseconds(look_bound)}}},
          {"goog:chromeOptions", {{"args", arguments}}}}}}}};
}

} // namespace

browser::browser(const std::filesystem::path& folder)
    : driver_{driver_in(folder)},
      port_{port_of(driver_)} {
  session_ =
      "/session/" + text_of(command("POST", "/session", capabilities(folder)).at("sessionId"));
}

browser::~browser() {
  ask(port_, {.method = "DELETE", .target = session_, .timeout = end_bound});
  driver_.signal(SIGTERM);
  driver_.wait(end_bound);
}

json::value browser::command(
    const std::string& method, const std::string& what, const json::value& arguments) const {
  question asked{.method = method, .target = session_ + what, .timeout = 2 * call_bound};
  if (method == "POST")
    asked.body = arguments.is_null() ? "{}" : json::serialize(arguments);
  const auto answer = ask(port_, asked);
  if (answer.status != 200)
    throw std::runtime_error(
        "browser: " + what + ": " + std::to_string(answer.status) + ' '
        + answer.body.substr(0, 1'000) + answer.error);
  return answer.json().at("value");
}

void browser::open(const std::string& url) {
  command("POST", "/url", {{"url", url}});
}

std::string browser::url() const {
  return text_of(command("GET", "/url"));
}

std::string browser::await_url(const std::string& beginning) const {
  std::string seen;
  try {
    eventually("the page is " + beginning, look_bound, [&] {
      seen = url();
      return seen.starts_with(beginning);
    });
  } catch (const std::exception& e) {
    throw std::runtime_error(std::string{e.what()} + "; it is " + seen);
  }
  return seen;
}

std::string browser::find(const std::string& selector) const {
  return text_of(command("POST", "/element", {{"using", "css selector"}, {"value", selector}})
                     .at(element_key));
}

void browser::click(const std::string& selector) const {
  command("POST", "/element/" + find(selector) + "/click");
}

std::string browser::text(const std::string& selector) const {
  return text_of(command("GET", "/element/" + find(selector) + "/text"));
}

std::int64_t browser::count(const std::string& selector) const {
  return run("return document.querySelectorAll(arguments[0]).length", {selector})
      .to_number<std::int64_t>();
}

json::value browser::run(const std::string& script, const json::array& arguments) const {
  return command("POST", "/execute/sync", {{"script", script}, {"args", arguments}});
}

std::optional<std::string> browser::stored(const std::string& key) const {
  const auto found = run("return localStorage.getItem(arguments[0])", {key});
  return found.is_null() ? std::nullopt : std::optional{text_of(found)};
}

void browser::forget_storage() const {
  run("localStorage.clear()");
}

} // namespace guildhall::system_test
