#include "fixture.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace guildhall::http::test {
namespace {

/// The process may open so many more files from now on, for as long as this lives.
class few_descriptors {
public:
  explicit few_descriptors(int more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::open("/dev/null", O_RDONLY);
    fillers_.push_back(next);
    // Everything below the new limit is in use but for so many.
    constexpr int above = 3000;
    for (int one = next; one < above;) {
      one = ::open("/dev/null", O_RDONLY);
      if (one < 0)
        break;
      fillers_.push_back(one);
    }
    auto less = before_;
    less.rlim_cur = static_cast<rlim_t>(fillers_.back()) + 1;
    ::setrlimit(RLIMIT_NOFILE, &less);
    for (int i = 0; i < more; ++i) {
      ::close(fillers_.back());
      fillers_.pop_back();
    }
  }
  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;
  ~few_descriptors() {
    for (const auto one : fillers_)
      ::close(one);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

private:
  rlimit before_{};
  std::vector<int> fillers_;
};

/// Sockets that were made while there were descriptors, and connect when there are none.
class sockets {
public:
  explicit sockets(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      all_.push_back(::socket(AF_INET, SOCK_STREAM, 0));
  }
  sockets(const sockets&) = delete;
  sockets& operator=(const sockets&) = delete;
  ~sockets() {
    for (const auto one : all_)
      ::close(one);
  }

  void connect(std::size_t which, std::uint16_t port) const {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(
        ::connect(all_[which], reinterpret_cast<const sockaddr*>(&where), sizeof where), 0);
  }

  void say(std::size_t which, std::string_view bytes) const {
    ::send(all_[which], bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  /// The status of the answer to one request, which closes; 0 when none comes within 10 s.
  int ask(std::size_t which, std::uint16_t port, const char* target) const {
    connect(which, port);
    const timeval patience{10, 0};
    ::setsockopt(all_[which], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const auto text = request_text(target, "Connection: close\r\n");
    ::send(all_[which], text.data(), text.size(), MSG_NOSIGNAL);
    std::string got;
    char chunk[1024];
    for (ssize_t size = 0; (size = ::recv(all_[which], chunk, sizeof chunk, 0)) > 0;)
      got.append(chunk, static_cast<std::size_t>(size));
    return got.size() > 12 ? std::atoi(got.c_str() + 9) : 0;
  }

private:
  std::vector<int> all_;
};

class descriptors_test : public server_test {
protected:
  void start_both() {
    listener_options admin;
    admin.name = "admin";
    admin.uses_spare_descriptors = true;
    admin.routes.add(method::get, "/live", [](const request&, reply_slot slot) {
      slot.send(text(200, "1"));
    });
    server_options how;
    how.listeners.push_back(std::move(admin));
    listener_options api;
    api.max_connections_per_address = 4096;
    start(std::move(how), std::move(api));
    admin_port = running->port("admin");
  }

  std::uint16_t admin_port{0};
};

TEST_F(descriptors_test, the_operators_listener_answers_when_there_are_none_left) {
  start_both();
  const sockets crowd{200};
  const sockets probes{40};
  const few_descriptors limit{20};
  for (std::size_t i = 0; i < 200; ++i) {
    crowd.connect(i, port);
    crowd.say(i, "GET /hel"); // nobody idles, so that nobody makes room
  }
  for (std::size_t i = 0; i < 40; ++i)
    ASSERT_EQ(probes.ask(i, admin_port, "/live"), 200) << i;
}

TEST_F(descriptors_test, those_that_idle_make_room_when_there_are_none_left) {
  start_both();
  const sockets crowd{200};
  const sockets readers{20};
  const few_descriptors limit{20};
  for (std::size_t i = 0; i < 200; ++i)
    crowd.connect(i, port);
  for (std::size_t i = 0; i < 20; ++i)
    ASSERT_EQ(readers.ask(i, port, "/hello"), 200) << i;
}

} // namespace
} // namespace guildhall::http::test
