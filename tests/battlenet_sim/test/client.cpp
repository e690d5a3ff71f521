#include "client.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <cctype>
#include <chrono>
#include <zlib.h>

namespace guildhall::sim::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

boost::json::value response::json() const {
  return boost::json::parse(body);
}

client::client(std::uint16_t port) : port_(port) {}

void client::connect() {
  stream_.emplace(io_);
  buffer_.clear();
  stream_->connect({asio::ip::address_v4::loopback(), port_});
}

response client::send(
    const std::string& method, const std::string& target, const headers& fields,
    const std::string& content) {
  if (!stream_)
    connect();
  http::request<http::string_body> out;
  out.version(11);
  out.method_string(method);
  out.target(target);
  out.set(http::field::host, "127.0.0.1");
  for (const auto& [name, value] : fields)
    out.set(name, value);
  out.body() = content;
  out.prepare_payload();
  http::response_parser<http::string_body> parser;
  parser.body_limit(64 * 1024 * 1024);
  boost::system::error_code error;
  http::write(*stream_, out, error);
  if (!error)
    http::read(*stream_, buffer_, parser, error);
  if (error) {
    stream_.reset();
    return {};
  }
  auto in = parser.release();
  response result;
  result.status = static_cast<int>(in.result_int());
  for (const auto& field : in) {
    std::string name(field.name_string());
    for (auto& c : name)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    result.headers[name] = std::string(field.value());
  }
  result.body = std::move(in.body());
  if (!in.keep_alive())
    stream_.reset();
  return result;
}

options quick() {
  options opts;
  opts.world = {{"eu", 60}, {"eu", 12}, {"us", 8}};
  opts.latency_max_ms = 0;
  opts.per_second = 0;
  opts.per_hour = 0;
  return opts;
}

std::string new_token(client& http) {
  // demo:demo
  auto answered = http.send(
      "POST", "/oauth/token",
      {{"Authorization", "Basic ZGVtbzpkZW1v"},
       {"Content-Type", "application/x-www-form-urlencoded"}},
      "grant_type=client_credentials");
  return answered.json().at("access_token").as_string().c_str();
}

void served::begin(options opts) {
  http.emplace(upstream.start(std::move(opts)));
  token = new_token(*http);
}

response served::get(const std::string& path, headers extra) {
  extra.emplace("Authorization", "Bearer " + token);
  if (path.find("namespace=") == std::string::npos)
    extra.emplace("Battlenet-Namespace", "profile-eu");
  auto separator = path.find('?') == std::string::npos ? "?" : "&";
  return http->send("GET", path + separator + "locale=en_GB", extra);
}

response served::post(const std::string& path, const std::string& content) {
  return http->send("POST", path, {}, content);
}

boost::json::value served::control(const std::string& path, const std::string& content) {
  auto answered = post("/_sim/" + path, content);
  EXPECT_EQ(answered.status, 200) << path << ": " << answered.body;
  return answered.json();
}

boost::json::array served::members(const std::string& guild) {
  return http->send("GET", "/_sim/guild/" + guild).json().at("members").as_array();
}

std::string path_of(const std::string& realm_slug, const std::string& name) {
  return "/profile/wow/character/" + percent_encode(realm_slug) + "/"
       + percent_encode(lower(name));
}

std::string path_of(const boost::json::value& character) {
  return path_of(
      character.at("realm").as_string().c_str(), character.at("name").as_string().c_str());
}

boost::json::object available_member(const boost::json::array& members, std::size_t from) {
  for (auto i = from; i < members.size(); ++i) {
    const auto& one = members[i].as_object();
    if (one.at("available").as_bool() && one.at("rank").to_number<int>() > 0)
      return one;
  }
  ADD_FAILURE() << "no member is reachable";
  return {};
}

std::string gunzip(const std::string& compressed) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK)
    return {};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string out;
  std::array<char, 65536> block{};
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = block.size();
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(block.data(), block.size() - stream.avail_out);
  }
  auto complete = state == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  return complete ? out : std::string();
}

} // namespace guildhall::sim::test
