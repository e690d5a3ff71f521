#include "tests/robustness/load.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <set>

namespace guildhall::robustness {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using steady = std::chrono::steady_clock;

constexpr std::uint64_t max_body = 64U << 20U;
constexpr std::chrono::milliseconds tick{1};
constexpr std::chrono::milliseconds pause_after_failure{20};

class generator {
public:
  explicit generator(const demand& what)
      : what_(what),
        begin_(steady::now()),
        end_(begin_ + what.length) {}

  outcome run() {
    if (what_.per_second > 0)
      asio::co_spawn(io_, arrive(), asio::detached);
    for (unsigned i = 0; i < what_.connections; ++i)
      asio::co_spawn(io_, ask(what_.from[i % what_.from.size()]), asio::detached);
    io_.run();
    found_.unsent = due_;
    found_.seconds = std::chrono::duration<double>(what_.length).count();
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
        ++due_;
      for (auto left = due_; left > 0 && !idle_.empty(); --left)
        wake_one();
      timer.expires_after(tick);
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

  /// Waits until a request is due; false at the end.
  asio::awaitable<bool> next_due() {
    if (what_.per_second <= 0)
      co_return !over();
    asio::steady_timer timer{io_, steady::time_point::max()};
    while (!over()) {
      if (due_ > 0) {
        --due_;
        co_return true;
      }
      idle_.insert(&timer);
      boost::system::error_code woken;
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      timer.expires_at(steady::time_point::max());
    }
    co_return false;
  }

  /// One connection after the other, as long as the server keeps each.
  asio::awaitable<void> ask(std::string from) {
    for (;;) {
      if (!co_await next_due())
        co_return;
      auto begin = steady::now();
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
        while (co_await converse(stream, buffer, begin)) {
          if (!co_await next_due())
            co_return;
          begin = steady::now();
        }
      } catch (const std::exception&) {
        note(0, begin);
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
    const auto& target = what_.targets[asked_++ % what_.targets.size()];
    http::request<http::empty_body> request{http::verb::get, target, 11};
    request.set(http::field::host, "127.0.0.1");
    if (!what_.token.empty())
      request.set(http::field::authorization, "Bearer " + what_.token);
    request.keep_alive(what_.keeps);
    stream.expires_after(what_.patience);
    co_await http::async_write(stream, request, asio::use_awaitable);
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
  asio::io_context io_{1};
  steady::time_point begin_;
  steady::time_point end_;
  std::int64_t due_{0}; ///< requests that wait for a connection to be free
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
  char figures[128];
  std::snprintf(
      figures, sizeof figures, "unsent: %lld, %.0f good a second, median %.1f ms, p99 %.1f ms",
      static_cast<long long>(unsent), goodput(), percentile_ms(0.5), p99_ms());
  return out + figures;
}

outcome run_load(const demand& what) {
  return generator{what}.run();
}

std::vector<std::string> loopback_addresses(int first, int count) {
  std::vector<std::string> out;
  for (int i = first; i < first + count; ++i)
    out.push_back("127.0.0." + std::to_string(i));
  return out;
}

} // namespace guildhall::robustness
