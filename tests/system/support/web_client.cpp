#include "tests/system/support/web_client.hpp"

#include "tests/system/support/web_fields.hpp"

#include <boost/json/serialize.hpp>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace guildhall::system_test {

namespace {

namespace json = boost::json;

constexpr std::string_view local_host = "http://127.0.0.1:";

struct local_address {
  std::uint16_t port{0};
  std::string target;
};

local_address split(const std::string& url) {
  if (!url.starts_with(local_host))
    throw std::runtime_error("not an address of this test: " + url);
  const auto slash = url.find('/', local_host.size());
  const auto port = url.substr(local_host.size(), slash - local_host.size());
  return {
      static_cast<std::uint16_t>(std::stoi(port)),
      slash == std::string::npos ? "/" : url.substr(slash)};
}

bool lists(const std::string& header, const std::string& wanted) {
  return (", " + header + ',').find(", " + wanted + ',') != std::string::npos
      || (',' + header + ',').find(',' + wanted + ',') != std::string::npos;
}

/// What the pages take for "no data".
bool is_nothing(const json::value& value) {
  return value.is_null() || (value.is_string() && value.as_string().empty())
      || (value.is_bool() && !value.as_bool())
      || (value.is_number() && value.to_number<double>() == 0);
}

/// The value of `name=` in a fragment; empty when it is not there.
std::string in_fragment(const std::string& address, const std::string& name) {
  const auto hash = address.find('#');
  if (hash == std::string::npos)
    return {};
  const auto fields = '&' + address.substr(hash + 1) + '&';
  const auto at = fields.find('&' + name + '=');
  if (at == std::string::npos)
    return {};
  const auto begin = at + name.size() + 2;
  return fields.substr(begin, fields.find('&', begin) - begin);
}

} // namespace

reply tab::open(const std::string& url) {
  const auto where = split(url);
  question what{.target = where.target};
  what.headers.emplace("Accept", "text/html");
  std::string sent;
  for (const auto& [name, value] : cookies)
    sent += (sent.empty() ? "" : "; ") + name + '=' + value.substr(0, value.find(';'));
  if (!sent.empty())
    what.headers.emplace("Cookie", sent);
  auto answer = ask(where.port, what);
  if (const auto cookie = answer.header("set-cookie"); !cookie.empty()) {
    const auto equals = cookie.find('=');
    const auto name = cookie.substr(0, equals);
    if (cookie.find("Max-Age=0") == std::string::npos)
      cookies.insert_or_assign(name, cookie.substr(equals + 1));
    else
      cookies.erase(name);
  }
  return answer;
}

web_client::web_client(std::uint16_t api_port, std::string origin)
    : port_{api_port},
      origin_{std::move(origin)} {}

std::string web_client::login_address(const std::string& region) {
  return text_field(data("/auth/login?region=" + region), "authUrl");
}

std::string web_client::log_in(tab& in, std::int64_t account, const std::string& decision) {
  const auto redirected = [&](const std::string& url) {
    const auto answer = in.open(url);
    if (answer.status != 302)
      throw std::runtime_error(
          url + " does not redirect: " + std::to_string(answer.status) + ' ' + answer.body);
    return answer.header("location");
  };
  const auto authorize = redirected(login_address());
  const auto callback = redirected(
      authorize + "&account=" + std::to_string(account)
      + "&wow_profile=on&decision=" + decision);
  const auto home = redirected(callback);
  if (take_tokens(home))
    start();
  return home;
}

bool web_client::take_tokens(const std::string& address) {
  const auto access = in_fragment(address, "accessToken");
  const auto refresh = in_fragment(address, "refreshToken");
  if (!address.starts_with(origin_ + "/auth/callback#") || access.empty() || refresh.empty())
    return false;
  access_token = access;
  refresh_token = refresh;
  return true;
}

void web_client::start() {
  me.reset();
  if (access_token.empty())
    return;
  try {
    const auto found = data("/auth/me");
    me = person{
        number_field(found, "id"), text_field(found, "battletag"), text_field(found, "role")};
  } catch (const std::exception&) {
    access_token.clear();
    refresh_token.clear();
    throw;
  }
}

void web_client::refresh_by_timer() {
  const auto answer = fetch(
      "POST", "/auth/refresh", json::serialize(json::object{{"refreshToken", refresh_token}}));
  ++refreshes_;
  if (answer.status != 200)
    throw std::runtime_error("logged out by the timer: " + shown_error(answer));
  const auto found = answer.json().at("data");
  access_token = text_field(found, "accessToken");
  refresh_token = text_field(found, "refreshToken");
}

bool web_client::refresh_after_401() {
  const auto answer = fetch(
      "POST", "/auth/refresh", json::serialize(json::object{{"refreshToken", refresh_token}}));
  ++refreshes_;
  if (answer.status != 200 || !flag_field(answer.json(), "success"))
    return false;
  access_token = text_field(answer.json().at("data"), "accessToken");
  return true;
}

reply web_client::call(
    const std::string& method, const std::string& path, const json::value& body) {
  constexpr int most_tries = 4; // the client itself has no limit: this would be its loop
  const auto sent = body.is_null() ? std::string{} : json::serialize(body);
  auto answer = fetch(method, path, sent);
  for (int tries = 1; answer.status == 401; ++tries) {
    if (tries == most_tries)
      throw std::runtime_error("the client loops: 401 with a fresh token for " + path);
    if (refresh_token.empty() || !refresh_after_401()) {
      access_token.clear();
      refresh_token.clear();
      return answer;
    }
    answer = fetch(method, path, sent);
  }
  return answer;
}

json::value
web_client::data(const std::string& method, const std::string& path, const json::value& body) {
  const auto answer = call(method, path, body);
  if (answer.status < 200 || answer.status > 299)
    throw std::runtime_error(
        method + ' ' + path + ": " + std::to_string(answer.status) + ' ' + shown_error(answer));
  const auto parsed = answer.json();
  auto found = parsed.at("data");
  if (!flag_field(parsed, "success") || is_nothing(found))
    throw std::runtime_error(method + ' ' + path + " has no data: " + answer.body);
  return found;
}

reply web_client::fetch(
    const std::string& method, const std::string& path, const std::string& body) {
  preflight(method, path);
  question what{
      .method = method,
      .target = "/api" + path,
      .headers = {{"Origin", origin_}, {"Content-Type", "application/json"}},
      .body = body};
  if (!access_token.empty())
    what.headers.emplace("Authorization", "Bearer " + access_token);
  const auto key = access_token + ' ' + path;
  const auto known = cache_.find(key);
  if (method == "GET" && known != cache_.end())
    what.headers.emplace("If-None-Match", known->second.etag);
  auto answer = ask(port_, what);
  if (answer.header("access-control-allow-origin") != origin_)
    throw std::runtime_error(
        method + ' ' + path + " is kept from the page: no CORS header, status "
        + std::to_string(answer.status) + ' ' + answer.error);
  if (answer.status == 304 && known != cache_.end()) {
    ++not_modified_;
    answer.status = 200;
    answer.body = known->second.body;
  } else if (method == "GET" && answer.status == 200 && !answer.header("etag").empty()) {
    cache_.insert_or_assign(key, kept{answer.header("etag"), answer.body});
  }
  return answer;
}

void web_client::preflight(const std::string& method, const std::string& path) {
  if (!preflighted_.insert(method + ' ' + path).second)
    return;
  const std::string wanted{"authorization,content-type"};
  const auto answer =
      ask(port_, {.method = "OPTIONS",
                  .target = "/api" + path,
                  .headers = {
                      {"Origin", origin_},
                      {"Access-Control-Request-Method", method},
                      {"Access-Control-Request-Headers", wanted}}});
  const auto allowed = answer.header("access-control-allow-headers");
  if (answer.status != 204 || answer.header("access-control-allow-origin") != origin_
      || !lists(answer.header("access-control-allow-methods"), method)
      || !lists(allowed, "authorization") || !lists(allowed, "content-type"))
    throw std::runtime_error(
        "the preflight of " + method + ' ' + path
        + " is refused: " + std::to_string(answer.status) + ' ' + answer.error);
}

std::string shown_error(const reply& answer) {
  const auto parsed = answer.json();
  if (flag_field(parsed, "success"))
    throw std::runtime_error("an error that says success: " + answer.body);
  const auto& body = parsed.as_object();
  if (const auto* error = body.if_contains("error"); error && error->is_object())
    return text_field(*error, "message");
  return text_field(parsed, "message");
}

} // namespace guildhall::system_test
