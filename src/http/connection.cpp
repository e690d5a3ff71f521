#include "http/connection.hpp"

#include "core/log.hpp"
#include "core/log_limit.hpp"
#include "http/door/host_name.hpp"
#include "http/own_answers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace guildhall::http {

namespace {

using boost::system::error_code;
using std::chrono::milliseconds;

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t read_size = 4096; ///< nearly every request; small, since many wait
constexpr std::size_t body_read_size = 16 * 1024;
constexpr std::size_t max_lingering_bytes = 1u << 20;
constexpr milliseconds linger_limit{2'000};
/// How long past its deadline a change is waited for: whoever makes it knows by then whether it
/// is there.
constexpr milliseconds change_grace{500};
constexpr milliseconds drain_grace{
    500}; ///< for a request that is under way to an idle connection
constexpr unsigned requests_in_a_row = 32; ///< of one client, before others get their turn

bool changes_something(const request& asked) noexcept {
  return asked.verb != method::get && asked.verb != method::head
      && asked.verb != method::options;
}

} // namespace

void connection::start(net_socket peer, worker& thread, seat place) {
  auto self = std::make_shared<connection>(std::move(peer), thread, std::move(place));
  if (thread.stopping())
    return;
  thread.add(*self);
  asio::co_spawn(thread.context(), run(std::move(self)), asio::detached);
}

connection::connection(net_socket peer, worker& thread, seat place)
    : seat_{std::move(place)},
      socket_{std::move(peer)},
      thread_{thread},
      from_{seat_.at()},
      mailbox_{std::make_shared<mailbox>(*this, thread)},
      buffer_{from_.limits().max_header_bytes + body_read_size},
      limit_tick_{no_limit},
      idle_since_{std::chrono::steady_clock::now()} {
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
  request_.peer = seat_.from();
  seat_.who().end = [box = mailbox_] { box->end_connection(); };
}

connection::~connection() {
  mailbox_->close();
}

task<> connection::run(std::shared_ptr<connection> self) {
  for (unsigned served = 1; self->keep_; ++served) {
    const auto got = co_await self->read_request();
    if (got == outcome::closed)
      co_return;
    self->received_ = std::chrono::steady_clock::now();
    self->dispatch();
    if (!self->answered_)
      co_await self->wait_for_answer();
    if (!co_await self->write_answer())
      co_return;
    self->finish_request();
    if (served % requests_in_a_row == 0)
      co_await asio::post(self->socket_.get_executor(), use_task);
  }
  co_await self->linger();
}

// --- reading

task<connection::outcome> connection::read_request() {
  parser_.emplace(request_, from_.limits().max_header_bytes, from_.limits().max_body_bytes);
  broken_ = {ec::none, {}};
  bool continued = false;
  enter_idle();
  for (;;) {
    const auto progress = parse_buffered();
    if (seat_.who().state() == guest::gone)
      co_return outcome::closed;
    if (progress == request_parser::progress::complete)
      co_return outcome::complete;
    if (progress == request_parser::progress::broken)
      co_return outcome::broken;
    error_code error;
    if (parser_->expects_continue() && parser_->is_header_done()
        && !std::exchange(continued, true))
      co_await asio::async_write(
          socket_, asio::buffer(std::string_view{"HTTP/1.1 100 Continue\r\n\r\n"}),
          asio::redirect_error(use_task, error));
    if (error || thread_.stopping())
      co_return outcome::closed;
    const auto wanted = stage_ == stage::body ? body_read_size : read_size;
    const auto size = co_await socket_.async_read_some(
        buffer_.prepare(std::min(wanted, buffer_.max_size() - buffer_.size())),
        asio::redirect_error(use_task, error));
    buffer_.commit(size);
    if (timed_out_ && stage_ != stage::idle) {
      broken_ = {ec::request_timeout, {}};
      co_return outcome::broken;
    }
    if (error)
      co_return outcome::closed;
  }
}

request_parser::progress connection::parse_buffered() {
  const auto bytes = buffer_.data();
  if (bytes.size() == 0)
    return request_parser::progress::need_more;
  std::size_t used = 0;
  const auto progress =
      parser_->parse({static_cast<const char*>(bytes.data()), bytes.size()}, used);
  buffer_.consume(used);
  if (stage_ == stage::idle && parser_->has_begun() && seat_.who().works())
    enter(stage::header, from_.limits().header_timeout);
  if (progress == request_parser::progress::broken) {
    broken_ = parser_->why();
  } else if (progress == request_parser::progress::need_more) {
    if (buffer_.size() == buffer_.max_size()) { // a chunk header or a trailer without end
      broken_ = {ec::header_too_large, {}};
      return request_parser::progress::broken;
    }
    if (stage_ == stage::header && parser_->is_header_done())
      enter(stage::body, from_.limits().body_timeout);
  }
  return progress;
}

// --- answering

void connection::dispatch() {
  ++turn_;
  answered_ = false;
  answer_ = {};
  if (const auto given = request_.header("X-Request-Id"); is_sane_request_id(given))
    request_.id = given;
  else
    request_.id = thread_.make_request_id();
  request_.trace = parse_traceparent(request_.header("traceparent"));
  keep_ = broken_.code == ec::none && parser_->keep_alive();
  if (broken_.code != ec::none)
    accept(turn_, error_response(broken_));
  else
    answer_request();
}

void connection::answer_request() {
  // A page of a stranger's name that points here must not read what needs no token.
  if (from_.options().private_hosts_only && !is_private_host(request_.host()))
    return accept(
        turn_, error_response(
                   {ec::forbidden, "Ask this listener by its address, \"localhost\" or a name "
                                   "that only your own network knows"}));
  if (request_.verb == method::options)
    answer_options();
  else
    route();
}

void connection::route() {
  const auto match = from_.options().routes.find(request_);
  if (match.what == router::outcome::undecodable)
    return accept(
        turn_, error_response({ec::bad_request, "The path is not percent-encoded UTF-8"}));
  if (match.what == router::outcome::unknown) {
    auto answer = unknown_route(request_.target);
    if (const auto allowed = from_.options().routes.allowed(request_.path()); !allowed.empty())
      answer.add_header("Allow", allowed);
    return accept(turn_, std::move(answer));
  }
  if (from_.in_flight >= from_.options().max_in_flight)
    return accept(turn_, error_response({ec::overloaded, {}}));
  try {
    (*match.run)(
        request_, reply_slot{mailbox_, turn_, received_ + from_.limits().request_deadline});
  } catch (const std::exception& e) { // the slot has answered 503 while the stack unwound
    if (process_log_limit().admit("http: handlers failed"))
      log::error("http: a handler failed on {}: {}", path_for_log(request_.path()), e.what());
  }
}

void connection::answer_options() {
  accept(
      turn_, options_answer(
                 request_, *from_.options().cors_origins.get(),
                 from_.options().routes.allowed(request_.path())));
}

void connection::accept(std::uint64_t turn, response answer) {
  if (turn != turn_ || answered_)
    return;
  answered_ = true;
  answer_ = std::move(answer);
  if (resume_)
    asio::post(socket_.get_executor(), std::exchange(resume_, nullptr));
}

task<> connection::wait_for_answer() {
  const auto grace = changes_something(request_) ? change_grace : milliseconds{0};
  enter(stage::handling, from_.limits().request_deadline + grace);
  ++from_.in_flight;
  co_await asio::async_initiate<const asio::use_awaitable_t<net_executor>, void()>(
      [this](auto wake) {
        resume_ = [wake = std::move(wake)]() mutable { std::move(wake)(); };
      },
      use_task);
  --from_.in_flight;
}

// --- writing

/// What one client does not take must not cost the others their memory. Only a read can be
/// asked again: of a change the client must learn what came of it.
void connection::shed_large_answer() {
  const auto& unsent = from_.shared().unsent;
  if (!answer_.body || request_.verb != method::get || !from_.options().sheds_large_answers
      || unsent.admits(*answer_.body))
    return;
  constexpr std::chrono::seconds until_some_is_sent{5};
  from_.measures().count_shed_answer();
  if (process_log_limit().admit("http: large answers refused"))
    log::warn(
        "http: {} refuses an answer of {} bytes: {} wait for clients that are slow to read",
        from_.options().name, answer_.body->size(), unsent.held());
  answer_ = error_response({ec::overloaded, {}, wall_now() + until_some_is_sent});
}

void connection::write_head() {
  keep_ = keep_ && !from_.draining() && !thread_.stopping();
  const auto body_size = answer_.body ? answer_.body->size() : 0;
  head_ = "HTTP/1.1 ";
  head_ += std::to_string(answer_.status);
  head_ += ' ';
  head_ += reason_phrase(answer_.status);
  head_ += "\r\n";
  head_ += answer_.headers;
  if (answer_.status != 204 && answer_.status != 304) {
    head_ += "Content-Length: ";
    head_ += std::to_string(body_size);
    head_ += "\r\n";
  }
  head_ += "Vary: Origin, Accept-Encoding, Authorization\r\nDate: ";
  head_ += thread_.date();
  head_ += "\r\nX-Request-Id: ";
  head_ += request_.id;
  if (!request_.trace.trace_id.empty()) {
    head_ += "\r\ntraceparent: ";
    head_ += thread_.traces().header_of(request_.trace);
  }
  head_ += "\r\nX-Content-Type-Options: nosniff\r\n";
  if (const auto origin = request_.header("Origin"); !origin.empty())
    add_cors_headers(head_, origin, *from_.options().cors_origins.get());
  if (!keep_)
    head_ += "Connection: close\r\n";
  else if (parser_->is_http_10())
    head_ += "Connection: keep-alive\r\n";
  head_ += "\r\n";
}

task<bool> connection::write_answer() {
  shed_large_answer();
  write_head();
  std::array<asio::const_buffer, 2> parts{asio::buffer(head_), asio::const_buffer{}};
  if (answer_.body && request_.verb != method::head)
    parts[1] = asio::buffer(*answer_.body);
  const auto total = parts[0].size() + parts[1].size();

  // Nearly every answer fits into the socket's buffer: then no wait is needed.
  error_code error;
  auto sent = socket_.write_some(parts, error);
  if (error && error != asio::error::would_block)
    co_return false;
  if (sent == total)
    co_return true;
  // One time for the whole answer, however the client drips: its memory is held as long.
  enter(stage::writing, from_.limits().write_timeout);
  const auto held = from_.shared().unsent.hold(parts[1].size() > 0 ? answer_.body : nullptr);
  for (auto& part : parts) {
    const auto skipped = std::min(sent, part.size());
    part += skipped;
    sent -= skipped;
  }
  co_await asio::async_write(socket_, parts, asio::redirect_error(use_task, error));
  co_return !error;
}

void connection::finish_request() {
  idle_since_ = std::chrono::steady_clock::now();
  const auto seconds = std::chrono::duration<double>(idle_since_ - received_).count();
  thread_.count(from_, answer_.status, seconds);
  from_.shared().lines.tell(
      from_.options().name, request_,
      {answer_.status, answer_.body ? answer_.body->size() : 0, seconds}, thread_.traces());
  answer_ = {};
}

/// Reads on for a while after the last answer: closing a socket with unread bytes would send a
/// reset, which can overtake the answer.
task<> connection::linger() {
  enter(stage::lingering, linger_limit);
  error_code error;
  socket_.shutdown(net_socket::shutdown_send, error);
  std::size_t discarded = 0;
  while (!error && discarded < max_lingering_bytes && !thread_.stopping()) {
    buffer_.clear();
    discarded += co_await socket_.async_read_some(
        buffer_.prepare(read_size), asio::redirect_error(use_task, error));
  }
}

// --- time

void connection::enter(stage next, milliseconds limit) {
  stage_ = next;
  timed_out_ = false;
  limit_tick_ = thread_.tick_after(limit);
}

void connection::enter_idle() {
  const auto& limits = from_.limits();
  // Whoever connects and says nothing has less time than whoever comes back.
  auto limit =
      turn_ == 0 ? std::min(limits.header_timeout, limits.idle_timeout) : limits.idle_timeout;
  if (from_.draining())
    limit = std::min(limit, drain_grace);
  enter(stage::idle, limit);
  seat_.who().idles(idle_since_);
}

void connection::tick(std::uint64_t now) {
  if (now < limit_tick_)
    return;
  limit_tick_ = no_limit;
  error_code ignored;
  switch (stage_) {
  case stage::idle:
  case stage::header:
  case stage::body:
    timed_out_ = true;
    socket_.cancel(ignored);
    break;
  case stage::handling:
    accept(
        turn_,
        error_response(
            {changes_something(request_) ? ec::outcome_unknown : ec::deadline_expired, {}}));
    break;
  case stage::writing:
  case stage::lingering:
    socket_.close(ignored);
    break;
  }
}

void connection::begin_drain() {
  if (from_.draining() && stage_ == stage::idle)
    limit_tick_ = std::min(limit_tick_, thread_.tick_after(drain_grace));
}

void connection::abort() {
  error_code ignored;
  socket_.close(ignored);
  if (resume_)
    accept(turn_, error_response({ec::shutting_down, {}}));
}

} // namespace guildhall::http
