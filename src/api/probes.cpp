#include "api/json_writer.hpp"
#include "api/resources.hpp"

#include <mutex>

/// What the container's supervisor and Prometheus ask. No token: the listener is not public.
namespace guildhall::api {

namespace {

http::response ready_response(const readiness& state, bool must_write) {
  const bool ready = state.ready && (state.writes || !must_write);
  json_writer out;
  out.begin_object();
  out.field("status", ready ? "ready" : "not ready");
  out.field("writes", state.ready && state.writes);
  if (!ready)
    out.field("reason", state.ready ? "nothing can be written" : state.reason);
  if (!state.trouble.empty())
    out.field("trouble", state.trouble);
  out.end_object();
  auto answer = http::json_response(ready ? 200 : 503, std::move(out).take());
  if (!ready)
    answer.add_header("Retry-After", "1");
  return answer;
}

/// Alive from the first moment, whatever the start-up waits for.
http::response live_response(const std::optional<std::string>& starting) {
  json_writer out;
  out.begin_object();
  out.field("status", "live");
  if (starting)
    out.field("starting", *starting);
  out.end_object();
  return http::json_response(200, std::move(out).take());
}

/// The cache counts by itself, cheaply; its numbers become metrics when somebody asks.
class cache_metrics {
public:
  explicit cache_metrics(metrics& measures)
      : hits_{measures.counter("cache_hits_total", "Answers served from the response cache")},
        reads_{measures.counter("cache_reads_total", "Reads started for want of an answer")},
        joined_{
            measures.counter("cache_joined_total", "Requests that joined a read under way")},
        evicted_{measures.counter("cache_evicted_total", "Answers evicted for want of room")},
        entries_{measures.gauge("cache_entries", "Answers in the response cache")},
        bytes_{measures.gauge("cache_bytes", "Bytes in the response cache")},
        coherent_{measures.gauge("cache_coherent", "1 while the change feed is in force")} {}

  void update(const response_cache::statistics& now) {
    const std::lock_guard guard{lock_};
    const auto add = [](prometheus::Counter& counter, std::uint64_t then, std::uint64_t total) {
      counter.Increment(static_cast<double>(total - then));
    };
    add(hits_, last_.hits, now.hits);
    add(reads_, last_.reads, now.reads);
    add(joined_, last_.joined, now.joined);
    add(evicted_, last_.evicted, now.evicted);
    entries_.Set(static_cast<double>(now.entries));
    bytes_.Set(static_cast<double>(now.bytes));
    coherent_.Set(now.coherent ? 1 : 0);
    last_ = now;
  }

private:
  std::mutex lock_;
  response_cache::statistics last_;
  prometheus::Counter& hits_;
  prometheus::Counter& reads_;
  prometheus::Counter& joined_;
  prometheus::Counter& evicted_;
  prometheus::Gauge& entries_;
  prometheus::Gauge& bytes_;
  prometheus::Gauge& coherent_;
};

} // namespace

void add_probes(http::router& routes, const shared_services& with) {
  using http::method;
  routes.add(method::get, "/live", [with](const http::request&, http::reply_slot slot) {
    slot.send(live_response(with->starting ? with->starting() : std::nullopt));
  });
  routes.add(method::get, "/ready", [with](const http::request& req, http::reply_slot slot) {
    slot.send(ready_response(with->ready(), req.query("writes") == "1"));
  });
  const auto cache = std::make_shared<cache_metrics>(with->measures);
  routes.add(
      method::get, "/metrics", [with, cache](const http::request&, http::reply_slot slot) {
        cache->update(with->cache.stats());
        slot.send(
            {200,
             "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\nCache-Control: "
             "no-store\r\n",
             std::make_shared<const std::string>(with->measures.render())});
      });
}

} // namespace guildhall::api
