#include "tests/robustness/crowd.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace guildhall::robustness {

namespace {

using steady = std::chrono::steady_clock;

constexpr int connect_patience_ms = 2'000;

sockaddr_in endpoint(const std::string& address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &out.sin_addr);
  return out;
}

/// As many as the system lets one have.
void want_many_files() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

/// Not blocking; negative: it could not be connected.
int dial(std::uint16_t port, const std::string& from, int receive_buffer) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -1;
  if (receive_buffer > 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const auto near = endpoint(from, 0);
  const auto far = endpoint("127.0.0.1", port);
  pollfd writable{fd, POLLOUT, 0};
  int error = 0;
  socklen_t size = sizeof error;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&near), sizeof near) == 0
      && (::connect(fd, reinterpret_cast<const sockaddr*>(&far), sizeof far) == 0
          || (errno == EINPROGRESS && ::poll(&writable, 1, connect_patience_ms) == 1
              && ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0)))
    return fd;
  ::close(fd);
  return -1;
}

/// False: the other end has closed it.
bool drain(int fd) {
  std::array<char, 65536> buffer;
  for (;;) {
    const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got > 0)
      continue;
    return got < 0 && (errno == EAGAIN || errno == EINTR);
  }
}

} // namespace

crowd::crowd(const options& what) {
  want_many_files();
  for (int i = 0; i < what.connections; ++i)
    if (const int fd = dial(
            what.port, what.from[static_cast<std::size_t>(i) % what.from.size()],
            what.receive_buffer);
        fd >= 0)
      sockets_.push_back(fd);
  connected_ = static_cast<int>(sockets_.size());
}

crowd::~crowd() {
  for (const int fd : sockets_)
    ::close(fd);
}

void crowd::say(std::string_view bytes) {
  for (int who = 0; who < connected_; ++who)
    say(who, bytes);
}

void crowd::say(int who, std::string_view bytes) {
  [[maybe_unused]] const auto sent =
      ::send(sockets_[static_cast<std::size_t>(who)], bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void crowd::listen() {
  for (const int fd : sockets_)
    drain(fd);
}

int crowd::open() {
  int out = 0;
  for (const int fd : sockets_) {
    pollfd one{fd, POLLRDHUP, 0};
    ::poll(&one, 1, 0);
    out += (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
  }
  return out;
}

std::int64_t flood(
    std::uint16_t port, const std::string& from, std::string_view bytes,
    std::chrono::milliseconds length) {
  const auto end = steady::now() + length;
  std::int64_t said = 0;
  int fd = -1;
  std::size_t at = 0; // of what is being said
  while (steady::now() < end) {
    if (fd < 0) {
      fd = dial(port, from, 0);
      at = 0;
      if (fd < 0)
        continue;
    }
    pollfd one{fd, POLLIN | POLLOUT, 0};
    ::poll(&one, 1, 100);
    const auto sent = ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (sent > 0)
      at += static_cast<std::size_t>(sent);
    if (at == bytes.size()) {
      ++said;
      at = 0;
    }
    if (!drain(fd) || (sent < 0 && errno != EAGAIN))
      ::close(std::exchange(fd, -1));
  }
  if (fd >= 0)
    ::close(fd);
  return said;
}

} // namespace guildhall::robustness
