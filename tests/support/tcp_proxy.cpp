#include "tests/support/tcp_proxy.hpp"

#include <arpa/inet.h>
#include <array>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace guildhall::test {

namespace {

constexpr int poll_ms = 20; // how soon a changed mode is seen

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

struct pair_of_sockets {
  int client;
  int server;
};

void send_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const auto sent = ::send(fd, data, size, MSG_NOSIGNAL);
    if (sent <= 0)
      return;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

} // namespace

tcp_proxy::tcp_proxy(std::uint16_t target) : target_(target) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0
      || ::listen(listener_, 64) != 0 || ::pipe2(wake_, O_CLOEXEC) != 0)
    throw std::runtime_error("tcp_proxy: cannot listen");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { loop(); });
}

tcp_proxy::~tcp_proxy() {
  stop_ = true;
  ::close(wake_[1]);
  thread_.join();
  ::close(wake_[0]);
  ::close(listener_);
}

void tcp_proxy::loop() {
  std::vector<pair_of_sockets> open;
  std::array<char, 65536> buffer;
  const auto close_at = [&](std::size_t i) {
    ::close(open[i].client);
    ::close(open[i].server);
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
  };
  /// False: the pair is at its end.
  const auto pump = [&](int from, int to, bool from_server) {
    const auto got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got <= 0)
      return false;
    if (black_hole_)
      return true;
    if (const auto wait = delay_ms_.load(); wait > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(wait));
    auto size = static_cast<std::int64_t>(got);
    bool cut = false;
    if (from_server) {
      const auto left = bytes_left_.load();
      cut = size >= left;
      size = std::min(size, left);
      bytes_left_ = left - size;
    }
    send_all(to, buffer.data(), static_cast<std::size_t>(size));
    return !cut;
  };
  while (!stop_) {
    if (refuse_)
      while (!open.empty())
        close_at(0);
    std::vector<pollfd> polled{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& pair : open) {
      polled.push_back({pair.client, POLLIN, 0});
      polled.push_back({pair.server, POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), poll_ms) <= 0)
      continue;
    for (std::size_t i = open.size(); i-- > 0;) {
      bool alive = true;
      if (polled[2 + 2 * i].revents)
        alive = pump(open[i].client, open[i].server, false);
      if (alive && polled[3 + 2 * i].revents)
        alive = pump(open[i].server, open[i].client, true);
      if (!alive)
        close_at(i);
    }
    if (polled[1].revents) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      ++accepted_;
      const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const auto address = loopback(target_);
      if (refuse_
          || ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address)
                 != 0) {
        ::close(client);
        ::close(server);
      } else {
        open.push_back({client, server});
      }
    }
  }
  while (!open.empty())
    close_at(0);
}

} // namespace guildhall::test
