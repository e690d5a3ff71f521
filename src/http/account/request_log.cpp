#include "http/account/request_log.hpp"

#include "core/log.hpp"

#include <utility>

namespace guildhall::http {

namespace {

/// Nothing is changed by these.
bool is_reading(method verb) noexcept {
  return verb == method::get || verb == method::head || verb == method::options;
}

} // namespace

std::string path_for_log(std::string_view path) {
  constexpr std::size_t limit = 256;
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const auto is_plain = byte > 0x20 && byte < 0x7f;
    if (out.size() + (is_plain ? 1 : 3) > limit)
      return out + "...";
    if (is_plain) {
      out += c;
      continue;
    }
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

void request_log::tell(
    std::string_view listener, const request& what, const outcome& how, trace_ids& traces,
    log_limit::clock::time_point now) {
  const auto level =
      is_reading(what.verb) && how.status != 500 ? log::level::debug : log::level::info;
  if (!log::should_log(level))
    return;
  if (level == log::level::info) {
    const bool done = how.status < 400;
    const auto kind = done             ? "http: changes"
                    : how.status < 500 ? "http: refused requests"
                                       : "http: failed requests";
    if (!admits(done ? changes_ : refusals_, kind, what, now))
      return;
  }
  // The path without its query: that one may hold what no log should.
  const auto path = path_for_log(what.path());
  const auto trace = what.trace.trace_id.empty() ? traces.new_trace() : what.trace;
  log_event(
      level, "http.request",
      {{"listener", listener},
       {"method", to_string(what.verb)},
       {"path", path},
       {"status", how.status},
       {"duration_ms", how.seconds * 1e3},
       {"request_id", what.id},
       {"trace_id", trace.trace_id}},
      "http: {} {} {} {} {} B {:.2f} ms from={} id={}", listener, to_string(what.verb), path,
      how.status, how.bytes, how.seconds * 1e3, client_address(what, trust_).text(), what.id);
}

bool request_log::admits(
    limit& by, std::string_view kind, const request& what, log_limit::clock::time_point now) {
  const auto from = client_address(what, trust_).household();
  std::string of_address{kind};
  of_address.append(reinterpret_cast<const char*>(from.bytes.data()), from.bytes.size());
  if (by.of_address.admit(of_address, now))
    return by.of_all.admit(kind, now);
  by.of_all.leave_out(kind, now);
  return false;
}

void request_log::write_left_out() {
  guildhall::write_left_out(changes_.of_all);
  guildhall::write_left_out(refusals_.of_all);
}

} // namespace guildhall::http
