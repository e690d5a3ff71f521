#include "tests/support/tcp_proxy.hpp"

#include "tests/support/postgres_wire.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <deque>
#include <fcntl.h>
#include <list>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace guildhall::test {

namespace {

using steady = std::chrono::steady_clock;

/// Bytes that one direction of a connection holds back before it reads no more.
constexpr std::size_t most_held = 4U << 20U;
constexpr int longest_poll_ms = 1'000;
/// A drip falls at most so often.
constexpr std::int64_t drops_per_second = 20;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void do_not_block(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void close_so(int& fd, tcp_proxy::ending how) {
  if (fd < 0)
    return;
  if (how == tcp_proxy::ending::reset) {
    const linger at_once{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  ::close(std::exchange(fd, -1));
}

struct chunk {
  std::string bytes;
  steady::time_point due; ///< forwarded no sooner
};

/// What goes from one end to the other.
struct stream {
  std::deque<chunk> held;
  std::size_t size{0};
  steady::time_point next_drop;
  std::int64_t carried{0}; ///< under the present behaviour
  bool ended{false};       ///< nothing more comes

  void hold(std::string bytes, steady::time_point due) {
    size += bytes.size();
    held.push_back({std::move(bytes), due});
  }
  void drop(std::size_t count) {
    size -= count;
    auto& first = held.front().bytes;
    first.erase(0, count);
    if (first.empty())
      held.pop_front();
  }
};

struct link {
  int client{-1};
  int server{-1};
  stream up;
  stream down;
  std::unique_ptr<postgres_wire> wire;
  std::uint64_t version{0};
  bool over{false}; ///< ends once everything was forwarded
  bool mute{false}; ///< half open
};

} // namespace

/// The thread's own state: no other looks at it.
struct tcp_proxy::worker {
  tcp_proxy& owner;
  behaviour now;
  std::list<link> links;
  int commits{0};
  int resets{0};

  void end(link& one, ending how) {
    close_so(one.client, how);
    close_so(one.server, how);
  }
  void strike(link& one, ending how) {
    ++owner.struck_;
    end(one, how);
  }

  void look_at_behaviour() {
    now = owner.present();
    for (auto& one : links) {
      if (one.client >= 0 && (now.refuse || resets != now.resets))
        strike(one, ending::reset);
      else if (one.client >= 0 && now.half_open && !one.mute)
        go_mute(one);
      if (std::exchange(one.version, now.version) != now.version)
        one.up.carried = one.down.carried = 0;
    }
    resets = now.resets;
  }

  void go_mute(link& one) {
    one.mute = true;
    one.up = {};
    one.down = {};
    close_so(one.server, ending::close);
    ++owner.struck_;
  }

  void accept() {
    int client = ::accept4(owner.listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0)
      return;
    ++owner.accepted_;
    if (now.refuse) {
      ++owner.struck_;
      close_so(client, ending::reset);
      return;
    }
    int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(owner.target_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      close_so(client, ending::reset);
      close_so(server, ending::close);
      return;
    }
    do_not_block(client);
    do_not_block(server);
    auto& made = links.emplace_back();
    made.client = client;
    made.server = server;
    made.version = now.version;
    if (owner.spoken_ == protocol::postgres)
      made.wire = std::make_unique<postgres_wire>();
    if (now.half_open)
      go_mute(made);
  }

  bool strikes_at(const wire_message& one, way direction) {
    const auto where = direction == way::to_server ? at_commit::before : at_commit::after;
    return one.commits && now.commit == where && ++commits % now.every == 0;
  }

  /// False: the link was ended.
  bool take(link& one, way direction, std::string_view bytes) {
    auto& into = direction == way::to_server ? one.up : one.down;
    const auto due = steady::now() + now.delay;
    if (!one.wire) {
      into.hold(std::string{bytes}, due);
      return true;
    }
    auto messages = direction == way::to_server ? one.wire->from_client(bytes)
                                                : one.wire->from_server(bytes);
    for (auto& message : messages) {
      if (strikes_at(message, direction)) {
        strike(one, ending::close);
        return false;
      }
      into.hold(std::move(message.bytes), due);
    }
    return true;
  }

  void receive(link& one, way direction) {
    std::array<char, 65536> buffer;
    auto& into = direction == way::to_server ? one.up : one.down;
    const int from = direction == way::to_server ? one.client : one.server;
    const auto got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (one.mute) {
      if (got <= 0)
        end(one, ending::close);
      return;
    }
    if (got <= 0)
      into.ended = one.over = true;
    else
      take(one, direction, {buffer.data(), static_cast<std::size_t>(got)});
  }

  /// How many of the first chunk's bytes may go now.
  std::size_t allowed(const stream& from, way direction) const {
    auto most = static_cast<std::int64_t>(from.held.front().bytes.size());
    if (now.bytes_per_second > 0)
      most = std::min(most, std::max<std::int64_t>(1, now.bytes_per_second / drops_per_second));
    if (now.cut_after >= 0 && now.cut_way == direction)
      most = std::min(most, now.cut_after - from.carried);
    return static_cast<std::size_t>(std::max<std::int64_t>(0, most));
  }

  /// When there is something to forward; never while there is nothing.
  steady::time_point due(const stream& from) const {
    if (from.held.empty() || now.black_hole)
      return steady::time_point::max();
    return std::max(
        from.held.front().due,
        now.bytes_per_second > 0 ? from.next_drop : steady::time_point::min());
  }

  void forward(link& one, way direction) {
    auto& from = direction == way::to_server ? one.up : one.down;
    const int to = direction == way::to_server ? one.server : one.client;
    while (to >= 0 && due(from) <= steady::now()) {
      const auto size = allowed(from, direction);
      const auto sent = ::send(to, from.held.front().bytes.data(), size, MSG_NOSIGNAL);
      if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR)
          end(one, ending::close);
        return;
      }
      from.carried += sent;
      from.drop(static_cast<std::size_t>(sent));
      if (now.bytes_per_second > 0)
        from.next_drop =
            steady::now() + std::chrono::microseconds{sent * 1'000'000 / now.bytes_per_second};
      if (now.cut_after >= 0 && now.cut_way == direction && from.carried >= now.cut_after) {
        strike(one, now.cut_how);
        return;
      }
    }
  }

  void serve(link& one) {
    for (const auto direction : {way::to_server, way::to_client})
      if (one.client >= 0)
        forward(one, direction);
    if (one.over && one.up.held.empty() && one.down.held.empty())
      end(one, ending::close);
  }

  /// Of poll; what is due waits for room at its receiver, and poll says when there is.
  int timeout(steady::time_point time) const {
    auto soonest = steady::time_point::max();
    for (const auto& one : links)
      for (const auto when : {due(one.up), due(one.down)})
        if (when > time)
          soonest = std::min(soonest, when);
    if (soonest == steady::time_point::max())
      return longest_poll_ms;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(soonest - time).count();
    return static_cast<int>(std::min<std::int64_t>(left, longest_poll_ms));
  }

  /// What is waited for at one end: bytes of it, room for bytes to it.
  static pollfd wanted(int fd, const stream& in, bool may_send) {
    const bool reads = !in.ended && in.size < most_held;
    // One that has ended would be reported again and again.
    if (in.ended && !may_send)
      return {-1, 0, 0};
    return {fd, static_cast<short>((reads ? POLLIN : 0) | (may_send ? POLLOUT : 0)), 0};
  }

  /// Waits for whatever comes next and does it.
  void step() {
    const auto time = steady::now();
    std::vector<pollfd> polled{{owner.wake_[0], POLLIN, 0}, {owner.listener_, POLLIN, 0}};
    for (const auto& one : links) {
      polled.push_back(wanted(one.client, one.up, due(one.down) <= time));
      polled.push_back(wanted(one.server, one.down, due(one.up) <= time));
    }
    if (::poll(polled.data(), polled.size(), timeout(time)) < 0)
      return;
    if (polled[0].revents & POLLIN) {
      std::array<char, 64> told;
      [[maybe_unused]] const auto count = ::read(owner.wake_[0], told.data(), told.size());
    }
    look_at_behaviour();
    std::size_t at = 2;
    for (auto& one : links) {
      const auto client = polled[at++].revents;
      const auto server = polled[at++].revents;
      if (one.client >= 0 && (client & (POLLIN | POLLHUP | POLLERR)) && !one.up.ended)
        receive(one, way::to_server);
      if (one.server >= 0 && (server & (POLLIN | POLLHUP | POLLERR)) && !one.down.ended)
        receive(one, way::to_client);
      if (one.client >= 0)
        serve(one);
    }
    links.remove_if([](const link& one) { return one.client < 0; });
    if (polled[1].revents)
      accept();
  }
};

tcp_proxy::tcp_proxy(std::uint16_t target, protocol spoken) : target_(target), spoken_(spoken) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0
      || ::listen(listener_, SOMAXCONN) != 0 || ::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::runtime_error("tcp_proxy: cannot listen");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  do_not_block(listener_);
  thread_ = std::thread([this] {
    worker loop{*this, present(), {}};
    while (!stop_)
      loop.step();
    for (auto& one : loop.links)
      loop.end(one, ending::close);
  });
}

tcp_proxy::~tcp_proxy() {
  stop_ = true;
  ::close(wake_[1]);
  thread_.join();
  ::close(wake_[0]);
  ::close(listener_);
}

tcp_proxy::behaviour tcp_proxy::present() const {
  const std::lock_guard guard{mutex_};
  return behaviour_;
}

template <class Change>
void tcp_proxy::change(Change what) {
  {
    const std::lock_guard guard{mutex_};
    what(behaviour_);
    ++behaviour_.version;
  }
  [[maybe_unused]] const auto told = ::write(wake_[1], "", 1);
}

void tcp_proxy::black_hole(bool on) {
  change([&](behaviour& now) { now.black_hole = on; });
}
void tcp_proxy::cut_after(std::int64_t bytes, way direction, ending how) {
  change([&](behaviour& now) {
    now.cut_after = bytes;
    now.cut_way = direction;
    now.cut_how = how;
  });
}
void tcp_proxy::delay(std::chrono::milliseconds time) {
  change([&](behaviour& now) { now.delay = time; });
}
void tcp_proxy::drip(std::int64_t bytes_per_second) {
  change([&](behaviour& now) { now.bytes_per_second = bytes_per_second; });
}
void tcp_proxy::half_open(bool on) {
  change([&](behaviour& now) { now.half_open = on; });
}
void tcp_proxy::refuse(bool on) {
  change([&](behaviour& now) { now.refuse = on; });
}
void tcp_proxy::reset() {
  change([&](behaviour& now) { ++now.resets; });
}
void tcp_proxy::around_commit(at_commit where, int every) {
  change([&](behaviour& now) {
    now.commit = where;
    now.every = every;
  });
}
void tcp_proxy::behave() {
  change([&](behaviour& now) { now = {.version = now.version, .resets = now.resets}; });
}

} // namespace guildhall::test
