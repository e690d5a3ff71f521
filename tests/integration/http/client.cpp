#include "client.hpp"

#include "http/ascii.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace guildhall::http::test {

namespace {

constexpr std::chrono::milliseconds patience{10'000};

} // namespace

std::string answer::header(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
    const auto colon = line.find(':');
    if (colon != line.npos && equal_ignoring_case(line.substr(0, colon), name))
      return std::string{trimmed(line.substr(colon + 1))};
  }
  return {};
}

client::client(std::uint16_t port, const char* from)
    : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
  sockaddr_in own{};
  own.sin_family = AF_INET;
  ::inet_pton(AF_INET, from, &own.sin_addr);
  // The port is chosen when it connects: it may serve for another server's connection as well.
  const int late = 1;
  ::setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &late, sizeof late);
  ::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

client::~client() {
  if (socket_ >= 0)
    ::close(socket_);
}

bool client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool client::read_more(std::chrono::milliseconds limit) {
  pollfd wait{socket_, POLLIN, 0};
  if (::poll(&wait, 1, static_cast<int>(limit.count())) != 1)
    return false;
  char chunk[16 * 1024];
  const auto size = ::recv(socket_, chunk, sizeof chunk, 0);
  if (size <= 0)
    return false;
  pending_.append(chunk, static_cast<std::size_t>(size));
  return true;
}

std::optional<answer> client::receive(bool has_body) {
  std::size_t end = 0;
  while ((end = pending_.find("\r\n\r\n")) == std::string::npos)
    if (!read_more(patience))
      return std::nullopt;
  answer out;
  out.head = pending_.substr(0, end + 2);
  out.status = std::stoi(out.head.substr(out.head.find(' ')));
  pending_.erase(0, end + 4);
  const auto length = out.header("Content-Length");
  const auto size = has_body && !length.empty() ? std::stoul(length) : 0;
  while (pending_.size() < size)
    if (!read_more(patience))
      return std::nullopt;
  out.body = pending_.substr(0, size);
  pending_.erase(0, size);
  return out;
}

std::optional<answer>
client::ask(std::string_view target, std::string_view headers, std::string_view verb) {
  if (!send(request_text(target, headers, verb)))
    return std::nullopt;
  return receive(verb != "HEAD");
}

bool client::is_closed_within(std::chrono::milliseconds limit) {
  if (!pending_.empty())
    return false;
  pollfd wait{socket_, POLLIN, 0};
  if (::poll(&wait, 1, static_cast<int>(limit.count())) != 1)
    return false;
  char byte = 0;
  return ::recv(socket_, &byte, 1, 0) <= 0;
}

void client::drip() {
  char few[64];
  ::recv(socket_, few, sizeof few, MSG_DONTWAIT);
}

std::string
request_text(std::string_view target, std::string_view headers, std::string_view verb) {
  std::string out{verb};
  out += ' ';
  out += target;
  out += " HTTP/1.1\r\nHost: guildhall.test\r\n";
  out += headers;
  out += "\r\n";
  return out;
}

} // namespace guildhall::http::test
