#include "tests/robustness/load.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <ctime>
#include <deque>
#include <optional>
#include <set>
#include <sys/resource.h>

namespace guildhall::robustness {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using steady = std::chrono::steady_clock;

constexpr std::uint64_t max_body = 64U << 20U;
constexpr std::chrono::milliseconds pause_after_failure{20};

/// What this thread has computed so far.
double thread_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

/// Clients have processors of their own: this thread, which stands for them, goes before those
/// of the servers while it lives. Where that is not allowed what it measures holds its own
/// waiting too.
class precedence {
public:
  precedence() : before_{::getpriority(PRIO_PROCESS, 0)} {
    ::setpriority(PRIO_PROCESS, 0, first); // of Linux: the thread's
  }
  precedence(const precedence&) = delete;
  precedence& operator=(const precedence&) = delete;
  ~precedence() {
    ::setpriority(PRIO_PROCESS, 0, before_);
  }

private:
  static constexpr int first = -20;
  int before_;
};

class generator {
public:
  explicit generator(const demand& what)
      : what_(what),
        begin_(steady::now()),
        end_(begin_ + what.length) {
    for (const auto& target : what.targets)
      requests_.push_back(
          "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
          + (what.token.empty() ? "" : "Authorization: Bearer " + what.token + "\r\n")
          + (what.keeps ? "\r\n" : "Connection: close\r\n\r\n"));
  }

  outcome run() {
    const auto computed = thread_seconds();
    if (what_.per_second > 0)
      asio::co_spawn(io_, arrive(), asio::detached);
    for (unsigned i = 0; i < what_.connections; ++i)
      asio::co_spawn(io_, ask(what_.from[i % what_.from.size()]), asio::detached);
    io_.run();
    found_.unsent = static_cast<std::int64_t>(due_.size());
    found_.seconds = std::chrono::duration<double>(what_.length).count();
    found_.busy = (thread_seconds() - computed)
                / std::chrono::duration<double>(steady::now() - begin_).count();
    std::ranges::sort(found_.good_ms);
    return std::move(found_);
  }

private:
  bool over() const {
    return steady::now() >= end_;
  }

  /// Requests become due as a clock says, each at its own moment.
  asio::awaitable<void> arrive() {
    asio::steady_timer timer{io_};
    const auto every = std::chrono::duration_cast<steady::duration>(
        std::chrono::duration<double>{1 / what_.per_second});
    auto next = begin_;
    while (!over()) {
      for (; next <= steady::now(); next += every)
        due_.push_back(next);
      for (auto left = due_.size(); left > 0 && !idle_.empty(); --left)
        wake_one();
      timer.expires_at(next);
      co_await timer.async_wait(asio::use_awaitable);
    }
    while (!idle_.empty())
      wake_one();
  }

  void wake_one() {
    const auto first = idle_.begin();
    (*first)->cancel();
    idle_.erase(first);
  }

  /// Waits until a request is due. When it was: a client whose request waits for a connection
  /// waits for its answer all the same. Nothing at the end.
  asio::awaitable<std::optional<steady::time_point>> next_due() {
    if (what_.per_second <= 0)
      co_return over() ? std::nullopt : std::optional{steady::now()};
    asio::steady_timer timer{io_, steady::time_point::max()};
    while (!over()) {
      if (!due_.empty()) {
        const auto since = due_.front();
        due_.pop_front();
        co_return since;
      }
      idle_.insert(&timer);
      boost::system::error_code woken;
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      timer.expires_at(steady::time_point::max());
    }
    co_return std::nullopt;
  }

  /// One connection after the other, as long as the server keeps each.
  asio::awaitable<void> ask(std::string from) {
    for (;;) {
      auto begin = co_await next_due();
      if (!begin)
        co_return;
      bool failed = false;
      try {
        boost::beast::tcp_stream stream{io_};
        stream.socket().open(tcp::v4());
        stream.socket().bind({asio::ip::make_address(from), 0});
        stream.expires_after(what_.patience);
        co_await stream.async_connect(
            tcp::endpoint{asio::ip::address_v4::loopback(), what_.port}, asio::use_awaitable);
        stream.socket().set_option(tcp::no_delay{true});
        boost::beast::flat_buffer buffer;
        while (co_await converse(stream, buffer, *begin)) {
          begin = co_await next_due();
          if (!begin)
            co_return;
        }
      } catch (const std::exception&) {
        note(0, *begin);
        failed = true;
      }
      if (failed) {
        asio::steady_timer timer{io_, pause_after_failure};
        co_await timer.async_wait(asio::use_awaitable);
      }
    }
  }

  /// False: the server keeps this connection no longer.
  asio::awaitable<bool> converse(
      boost::beast::tcp_stream& stream, boost::beast::flat_buffer& buffer,
      steady::time_point begin) {
    const auto& request = requests_[asked_++ % requests_.size()];
    stream.expires_after(what_.patience);
    co_await asio::async_write(stream, asio::buffer(request), asio::use_awaitable);
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_body);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    note(static_cast<int>(parser.get().result_int()), begin);
    co_return parser.get().keep_alive();
  }

  void note(int status, steady::time_point begin) {
    ++found_.by_status[status];
    const auto now = steady::now();
    if (status == 200)
      found_.good_ms.push_back(std::chrono::duration<float, std::milli>(now - begin).count());
    else
      found_.last_bad = std::chrono::duration<double>(now - begin_).count();
  }

  const demand& what_;
  std::vector<std::string> requests_; ///< one for each target, as sent
  asio::io_context io_{1};
  steady::time_point begin_;
  steady::time_point end_;
  std::deque<steady::time_point> due_; ///< requests that wait for a connection to be free
  std::set<asio::steady_timer*> idle_;
  std::size_t asked_{0};
  outcome found_;
};

} // namespace

double outcome::goodput() const {
  return seconds > 0 ? static_cast<double>(good_ms.size()) / seconds : 0;
}

double outcome::percentile_ms(double share) const {
  if (good_ms.empty())
    return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(good_ms.size()));
  return good_ms[std::min(at, good_ms.size() - 1)];
}

double outcome::asked() const {
  return seconds > 0 ? static_cast<double>(other_than({})) / seconds : 0;
}

std::int64_t outcome::other_than(const std::vector<int>& statuses) const {
  std::int64_t out = 0;
  for (const auto& [status, count] : by_status)
    if (std::ranges::find(statuses, status) == statuses.end())
      out += count;
  return out;
}

std::string outcome::text() const {
  std::string out;
  for (const auto& [status, count] : by_status)
    out += (status == 0 ? "no answer" : std::to_string(status)) + ": " + std::to_string(count)
         + ", ";
  char figures[160];
  std::snprintf(
      figures, sizeof figures,
      "unsent: %lld, %.0f good a second, median %.1f ms, p99 %.1f ms; asked by %.0f %% of a "
      "core",
      static_cast<long long>(unsent), goodput(), percentile_ms(0.5), p99_ms(), 100 * busy);
  return out + figures;
}

outcome run_load(const demand& what) {
  const precedence granted;
  return generator{what}.run();
}

std::vector<std::string> loopback_addresses(int first, int count) {
  std::vector<std::string> out;
  for (int i = first; i < first + count; ++i)
    out.push_back("127.0.0." + std::to_string(i));
  return out;
}

} // namespace guildhall::robustness
