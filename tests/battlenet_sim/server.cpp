#include "battlenet_sim/server.hpp"

#include "battlenet_sim/hostile.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <atomic>
#include <chrono>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

namespace guildhall::sim {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t drip_bytes = 1024;
/// Smaller bodies are not worth compressing.
constexpr std::size_t gzip_above = 256;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

request read_request(http::request<http::string_body>&& raw) {
  request result;
  result.method = view(raw.method_string());
  auto whole = view(raw.target());
  auto question = whole.find('?');
  result.path = whole.substr(0, question);
  if (question != std::string_view::npos)
    result.query = parse_form(whole.substr(question + 1));
  result.authorization = view(raw[http::field::authorization]);
  result.name_space = view(raw["Battlenet-Namespace"]);
  result.if_modified_since = view(raw[http::field::if_modified_since]);
  result.content = std::move(raw.body());
  return result;
}

using raw_response = http::response<http::string_body>;

raw_response make_response(answer&& content, bool accepts_gzip, bool keep_alive) {
  raw_response out;
  out.version(11);
  out.result(static_cast<unsigned>(content.status));
  out.keep_alive(keep_alive);
  auto header = [&](std::string_view name, const std::string& value) {
    if (!value.empty())
      out.set(beast::string_view(name.data(), name.size()), value);
  };
  header("Date", http_date(world_clock::real_us() / 1'000'000));
  header("Battlenet-Namespace", content.name_space);
  header("Battlenet-Schema", content.schema);
  header("Battlenet-Schema-Revision", content.schema_revision);
  header("Last-Modified", content.last_modified);
  header("Cache-Control", content.cache_control);
  header("Location", content.location);
  header("Retry-After", content.retry_after);
  header("x-trace-traceid", content.trace_id);
  // A 304 has no body and says nothing about one.
  if (content.status == 304)
    return out;
  header("Content-Type", content.content_type);
  if (accepts_gzip && content.content.size() > gzip_above) {
    out.set(http::field::content_encoding, "gzip");
    out.body() = content.content.gzipped();
  } else {
    out.body() = content.content.plain();
  }
  out.prepare_payload();
  return out;
}

std::string serialize(const raw_response& response) {
  std::ostringstream out;
  out << response;
  return std::move(out).str();
}

/// Pauses without a busy connection's deadline running out.
asio::awaitable<void> pause(std::uint32_t ms) {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(ms));
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

/// Sends in the way a fault wants it. False when the connection is over.
asio::awaitable<bool>
send_badly(beast::tcp_stream& stream, const raw_response& response, const fault_action& wrong) {
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  if (wrong.what == fault_action::kind::reset) {
    // A close with nothing to linger for is a reset.
    stream.socket().set_option(asio::socket_base::linger(true, 0), error);
    stream.socket().close(error);
    co_return false;
  }
  if (wrong.what == fault_action::kind::hostile) {
    stream.expires_after(std::chrono::seconds(server::idle_seconds));
    const auto odd = hostile_answer(wrong.text, response.body());
    co_await asio::async_write(stream, asio::buffer(odd), token);
    co_return false;
  }
  auto bytes = serialize(response);
  if (wrong.what == fault_action::kind::truncate) {
    bytes.resize(bytes.size() - response.body().size() / 2 - 1);
    co_await asio::async_write(stream, asio::buffer(bytes), token);
    stream.socket().shutdown(tcp::socket::shutdown_both, error);
    co_return false;
  }
  for (std::size_t at = 0; at < bytes.size() && !error; at += drip_bytes) {
    stream.expires_after(std::chrono::seconds(server::idle_seconds));
    auto size = std::min(drip_bytes, bytes.size() - at);
    co_await asio::async_write(stream, asio::buffer(bytes.data() + at, size), token);
    co_await pause(wrong.delay_ms);
  }
  co_return !error && response.keep_alive();
}

bool needs_care(const fault_action& wrong) {
  using enum fault_action::kind;
  return wrong.what == reset || wrong.what == truncate || wrong.what == drip
      || wrong.what == hostile;
}

asio::awaitable<void> converse(beast::tcp_stream& stream, simulation& service) {
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  beast::flat_buffer buffer;
  for (;;) {
    stream.expires_after(std::chrono::seconds(server::idle_seconds));
    http::request_parser<http::string_body> parser;
    parser.header_limit(server::max_header_bytes);
    parser.body_limit(server::max_body_bytes);
    co_await http::async_read(stream, buffer, parser, token);
    if (error)
      co_return;
    auto raw = parser.release();
    auto keep_alive = raw.keep_alive();
    auto gzip = view(raw[http::field::accept_encoding]).find("gzip") != std::string_view::npos;
    auto result = service.handle(read_request(std::move(raw)));
    if (result.delay_ms > 0) {
      stream.expires_never();
      co_await pause(result.delay_ms);
      stream.expires_after(std::chrono::seconds(server::idle_seconds));
    }
    gzip = gzip && result.transport.what != fault_action::kind::hostile;
    auto response = make_response(std::move(result.content), gzip, keep_alive);
    if (needs_care(result.transport)) {
      if (!co_await send_badly(stream, response, result.transport))
        co_return;
      continue;
    }
    co_await http::async_write(stream, response, token);
    if (error || !keep_alive)
      co_return;
  }
}

} // namespace

struct server::state {
  explicit state(options opts)
      : service(std::move(opts)),
        io(static_cast<int>(service.opts.threads)),
        acceptor(io) {}

  simulation service;
  std::atomic<std::size_t> connections{0};
  asio::io_context io;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::vector<std::jthread> threads;

  void bind() {
    tcp::endpoint endpoint(asio::ip::make_address(service.opts.bind), service.opts.port);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
    port = acceptor.local_endpoint().port();
  }

  /// Counts a connection for as long as it is served, however that ends.
  struct place {
    explicit place(std::atomic<std::size_t>& taken) : count(taken) {
      ++count;
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
      --count;
    }
    std::atomic<std::size_t>& count;
  };

  asio::awaitable<void> serve(tcp::socket socket) {
    place taken(connections);
    beast::tcp_stream stream(std::move(socket));
    boost::system::error_code ignored;
    stream.socket().set_option(tcp::no_delay(true), ignored);
    co_await converse(stream, service);
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  asio::awaitable<void> accept() {
    while (acceptor.is_open()) {
      boost::system::error_code error;
      tcp::socket socket(asio::make_strand(io));
      co_await acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
      if (error) {
        // Out of descriptors, for example: not a reason to spin.
        co_await pause(10);
        continue;
      }
      if (connections >= max_connections)
        continue;
      auto executor = socket.get_executor();
      asio::co_spawn(executor, serve(std::move(socket)), asio::detached);
    }
  }
};

server::server() = default;

server::~server() {
  stop();
}

std::uint16_t server::start(options opts) {
  stop();
  state_ = std::make_unique<state>(std::move(opts));
  state_->bind();
  asio::co_spawn(state_->io, state_->accept(), asio::detached);
  auto count = std::max<std::size_t>(1, state_->service.opts.threads);
  for (std::size_t i = 0; i < count; ++i)
    state_->threads.emplace_back([io = &state_->io] { io->run(); });
  return state_->port;
}

void server::stop() {
  if (!state_)
    return;
  state_->io.stop();
  state_->threads.clear();
  state_.reset();
}

simulation& server::service() {
  return state_->service;
}

std::string server::url() const {
  return "http://" + state_->service.opts.bind + ":" + std::to_string(state_->port);
}

} // namespace guildhall::sim
