#include "app/startup.hpp"

#include "core/log.hpp"
#include "domain/readiness.hpp"

#include <algorithm>

namespace guildhall::app {

namespace {

constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{2'000};
constexpr std::chrono::minutes told_again_after{5};

} // namespace

bool ends_the_start(ec code) noexcept {
  switch (code) {
  case ec::database_down:
  case ec::database_refuses:
  case ec::contended:
  case ec::deadline_expired:
  case ec::unavailable:
  case ec::overloaded:
  case ec::outcome_unknown:
    return false;
  default:
    return true;
  }
}

int exit_status(ec code) noexcept {
  switch (code) {
  case ec::bad_config:
  case ec::wrong_credentials:
  case ec::schema_mismatch:
  case ec::upstream_mismatch:
    return 2;
  default:
    return 1;
  }
}

startup::startup(database_gate& gate, options how) : gate_{gate}, how_{std::move(how)} {}

void startup::begin() {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

startup::~startup() = default;

std::optional<std::string> startup::doing() const {
  const std::lock_guard guard{lock_};
  return doing_;
}

std::optional<failure> startup::no_writer() const {
  const std::lock_guard guard{lock_};
  return no_writer_;
}

bool startup::stop(std::chrono::milliseconds at_most) {
  thread_.request_stop();
  gate_.interrupt_all();
  std::unique_lock guard{lock_};
  return changed_.wait_for(guard, at_most, [this] { return ended_; });
}

void startup::run(const std::stop_token& stop) {
  auto outcome = prepare(stop);
  if (!stop.stop_requested()) {
    if (outcome)
      set_doing(std::nullopt);
    how_.on_done(std::move(outcome));
  }
  {
    const std::lock_guard guard{lock_};
    ended_ = true;
  }
  changed_.notify_all();
}

/// Until it has succeeded, something ends the start, or nobody waits for it any more.
result<void> startup::prepare(const std::stop_token& stop) {
  const store::migration_watch watch{
      .on_step = [this](const store::migration* which) { note_step(which); },
      .is_over = [&stop] { return stop.stop_requested(); }};
  auto wait = first_pause;
  set_doing("connecting to the database");
  while (true) {
    auto outcome = gate_.prepare(watch);
    if (outcome) {
      if (!told_.empty())
        log::info("database: reached");
      return outcome;
    }
    if (stop.stop_requested() || ends_the_start(outcome.error().code))
      return outcome;
    note_outage(outcome.error());
    const auto up = std::chrono::steady_clock::now() - began_;
    if (how_.reads_suffice && up >= domain::reads_alone_after && gate_.prepare_for_reads()) {
      log::warn("database: starting with reading alone");
      const std::lock_guard guard{lock_};
      no_writer_ = std::move(outcome.error());
      return {};
    }
    pause(stop, wait);
    wait = std::min(wait * 2, longest_pause);
  }
}

void startup::note_step(const store::migration* which) {
  const auto what = which ? "migrating: " + store::number_of(*which)
                          : std::string{"migrating: another instance is at it"};
  if (doing() == what)
    return;
  log::info("database: {}", what);
  set_doing(what);
}

void startup::note_outage(const failure& why) {
  const std::string what{message_of(why)};
  set_doing("the database cannot be used: " + what);
  const auto now = std::chrono::steady_clock::now();
  if (what == told_ && now - told_at_ < told_again_after)
    return;
  log::warn("database: {}; waiting for it", what);
  told_ = what;
  told_at_ = now;
}

void startup::set_doing(std::optional<std::string> what) {
  const std::lock_guard guard{lock_};
  doing_ = std::move(what);
}

void startup::pause(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::unique_lock guard{lock_};
  changed_.wait_for(guard, stop, time, [] { return false; });
}

} // namespace guildhall::app
