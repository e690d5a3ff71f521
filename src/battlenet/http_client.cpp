#include "battlenet/http_client.hpp"

#include "battlenet/base_url.hpp"
#include "battlenet/connection.hpp"
#include "battlenet/gunzip.hpp"
#include "battlenet/sendable.hpp"
#include "core/crypto.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include <algorithm>
#include <cctype>
#include <deque>
#include <exception>
#include <utility>
#include <vector>

namespace guildhall::battlenet {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr auto await = asio::as_tuple(asio::use_awaitable);

struct job {
  http_request message;
  deadline expires;
  http_client::completion done;
  bool may_resend{false}; ///< when the kept connection turns out to be stale
};

/// Why this makes no request; empty if it does.
std::string_view refusal_of(const request& what, std::string_view bearer) {
  if (!is_target(what.target))
    return "no path, or one that is too long";
  if (!is_field(what.namespace_value))
    return "no namespace, or one that is too long";
  return is_token(bearer) ? "" : "no token, or one that is too long";
}

answer unpack(raw_response&& response, std::size_t max_bytes) {
  const auto found = response.headers.find("content-encoding");
  auto encoding = found == response.headers.end() ? std::string{} : found->second;
  std::ranges::transform(encoding, encoding.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  const bool packed = !encoding.empty() && encoding != "identity";
  // Bodies of errors are not read, so they need no unpacking.
  if (!packed || response.status != 200 || response.body.empty())
    return classify(std::move(response));
  if (encoding != "gzip" && encoding != "x-gzip")
    return unusable_response(response, "an encoding that was not asked for");
  auto body = gunzip(response.body, max_bytes);
  if (!body)
    return unusable_response(response, std::move(body.error().message));
  response.body = std::move(*body);
  return classify(std::move(response));
}

/// One worker per connection: a coroutine that serves job after job, then waits idle for the
/// next one. Everything below `submit` runs on the strand.
class pool final : public http_client, public std::enable_shared_from_this<pool> {
public:
  pool(asio::io_context& io, client_options options, base_url where)
      : io_(io),
        strand_(asio::make_strand(io)),
        options_(std::move(options)),
        where_(std::move(where)),
        bounds_{options_.connect_timeout, options_.request_timeout, options_.max_body_bytes},
        queue_timer_(strand_) {
    if (where_.tls) {
      tls_.emplace(asio::ssl::context::tls_client);
      tls_->set_default_verify_paths();
      tls_->set_verify_mode(asio::ssl::verify_peer);
      SSL_CTX_set_min_proto_version(tls_->native_handle(), TLS1_2_VERSION);
    }
  }

  void
  get(const request& what, std::string bearer, std::string if_modified_since, deadline expires,
      completion done) override {
    if (const auto why = refusal_of(what, bearer); !why.empty())
      return finish(std::move(done), unsendable(std::string{why}));
    submit(expires, std::move(done), false, [&] {
      http_request message{http::verb::get, what.target, 11};
      if (!what.namespace_value.empty())
        message.set("Battlenet-Namespace", what.namespace_value);
      message.set(http::field::authorization, "Bearer " + bearer);
      if (!if_modified_since.empty() && is_field(if_modified_since))
        message.set(http::field::if_modified_since, if_modified_since);
      return message;
    });
  }

  void post_form(
      std::string target, std::string user, std::string password, std::string form,
      deadline expires, completion done) override {
    const auto credentials = crypto::base64_encode(user + ':' + password);
    if (!is_target(target) || !is_token(credentials) || form.size() > longest_form)
      return finish(std::move(done), unsendable("too long a path, form or client id"));
    submit(expires, std::move(done), true, [&] {
      http_request message{http::verb::post, target, 11, std::move(form)};
      message.set(http::field::authorization, "Basic " + credentials);
      message.set(http::field::content_type, "application/x-www-form-urlencoded");
      message.prepare_payload();
      return message;
    });
  }

  void close() override {
    asio::post(strand_, [self = shared_from_this()] { self->shut(); });
  }

private:
  struct worker {
    worker(const pool& owner, asio::ssl::context* tls)
        : link(std::make_shared<connection>(owner.strand_, owner.where_, tls, owner.bounds_)),
          wake(owner.strand_) {}

    std::shared_ptr<connection> link;
    asio::steady_timer wake; ///< cancelled to hand over a job
    std::optional<job> next;
  };

  /// Whatever the request's library thinks of its text is the request's failure alone.
  template <class Make>
  void submit(deadline expires, completion done, bool may_resend, Make make) {
    std::optional<http_request> message;
    try {
      message.emplace(make());
      message->set(http::field::host, where_.host_header);
      message->set(http::field::user_agent, options_.user_agent);
      message->set(http::field::accept, "application/json");
      message->set(http::field::accept_encoding, "gzip");
    } catch (const std::exception& error) {
      return finish(std::move(done), unsendable(error.what()));
    }
    job work{std::move(*message), expires, std::move(done), may_resend};
    asio::post(strand_, [self = shared_from_this(), work = std::move(work)]() mutable {
      self->accept(std::move(work));
    });
  }

  void accept(job work) {
    if (closed_)
      return finish(std::move(work.done), no_response("the client is closed"));
    if (!idle_.empty()) {
      const auto free = std::move(idle_.back());
      idle_.pop_back();
      free->next = std::move(work);
      free->wake.cancel();
    } else if (workers_.size() < std::max(options_.connections, 1u)) {
      auto fresh = std::make_shared<worker>(*this, tls_ ? &*tls_ : nullptr);
      fresh->next = std::move(work);
      workers_.push_back(fresh);
      asio::co_spawn(strand_, run(shared_from_this(), std::move(fresh)), asio::detached);
    } else if (queue_.size() < options_.max_queue) {
      queue_.push_back(std::move(work));
      watch_queue();
    } else {
      finish(
          std::move(work.done), no_response("too many requests are waiting for a connection"));
    }
  }

  /// `self` keeps the pool alive for as long as the coroutine runs.
  static asio::awaitable<void> run(std::shared_ptr<pool> self, std::shared_ptr<worker> me) {
    while (me->next) {
      auto work = std::move(*me->next);
      me->next.reset();
      auto got = co_await self->serve(*me->link, work);
      self->finish(std::move(work.done), std::move(got));
      self->take_waiting(*me);
      if (!me->next && me->link->is_open() && !self->closed_)
        co_await self->idle(me);
    }
    std::erase(self->workers_, me);
  }

  /// An exception is this request's failure; the connection is as good as its next use.
  asio::awaitable<answer> serve(connection& link, const job& work) {
    std::string thrown;
    try {
      auto exchanged = exchange(link, work);
      co_return co_await std::move(exchanged);
    } catch (const std::exception& error) {
      thrown = error.what();
    }
    link.abort("an exception");
    co_return no_response("failed: " + thrown);
  }

  asio::awaitable<answer> exchange(connection& link, const job& work) {
    for (;;) {
      if (closed_)
        co_return no_response("the client is closed");
      if (work.expires <= connection::clock::now())
        co_return no_response("deadline passed before it was sent");
      auto got = co_await link.exchange(work.message, work.expires);
      if (got)
        co_return unpack(std::move(*got), options_.max_body_bytes);
      // Only a kept connection can be stale, and the next try opens a fresh one: it ends there.
      if (!got.error().stale || !work.may_resend)
        co_return std::move(got.error());
    }
  }

  void take_waiting(worker& me) {
    if (queue_.empty())
      return;
    me.next = std::move(queue_.front());
    queue_.pop_front();
  }

  asio::awaitable<void> idle(std::shared_ptr<worker> me) {
    idle_.push_back(me);
    me->wake.expires_after(options_.idle_timeout);
    co_await me->wake.async_wait(await);
    // `accept` has taken it from the list if there is a job; else it waited for too long.
    if (!me->next)
      std::erase(idle_, me);
  }

  /// Waiting jobs complete at their deadline, even if every connection is busy.
  void watch_queue() {
    if (queue_.empty())
      return;
    const auto soonest = std::ranges::min_element(queue_, {}, &job::expires)->expires;
    queue_timer_.expires_at(soonest);
    queue_timer_.async_wait([weak = weak_from_this()](const auto& error) {
      if (const auto self = weak.lock(); self && !error)
        self->drop_expired();
    });
  }

  void drop_expired() {
    const auto now = connection::clock::now();
    for (auto at = queue_.begin(); at != queue_.end();) {
      if (at->expires > now) {
        ++at;
        continue;
      }
      finish(
          std::move(at->done), no_response("deadline passed while waiting for a connection"));
      at = queue_.erase(at);
    }
    watch_queue();
  }

  void shut() {
    closed_ = true;
    queue_timer_.cancel();
    for (auto& work : queue_)
      finish(std::move(work.done), no_response("the client is closed"));
    queue_.clear();
    for (const auto& each : workers_) {
      each->link->abort("the client is closed");
      each->wake.cancel();
    }
  }

  /// Completions run outside of the strand: what they do delays no other request.
  void finish(completion done, answer got) {
    asio::post(io_, [done = std::move(done), got = std::move(got)]() mutable {
      done(std::move(got));
    });
  }

  asio::io_context& io_;
  asio::strand<asio::io_context::executor_type> strand_;
  client_options options_;
  base_url where_;
  connection::limits bounds_;
  std::optional<asio::ssl::context> tls_;
  std::deque<job> queue_;
  asio::steady_timer queue_timer_;
  std::vector<std::shared_ptr<worker>> workers_;
  std::vector<std::shared_ptr<worker>> idle_; ///< the most recently used one last
  bool closed_{false};
};

} // namespace

result<std::shared_ptr<http_client>>
http_client::make(asio::io_context& io, client_options options) {
  auto where = parse_base_url(options.base_url);
  if (!where)
    return fail(std::move(where.error()));
  auto made = std::make_shared<pool>(io, std::move(options), std::move(*where));
  // Workers keep the pool alive; when its owner lets go of it, it closes.
  auto* const client = made.get();
  return std::shared_ptr<http_client>(
      client, [made = std::move(made)](http_client*) { made->close(); });
}

} // namespace guildhall::battlenet
