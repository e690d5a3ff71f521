#include "tests/robustness/crowd.hpp"
#include "tests/robustness/load.hpp"
#include "tests/robustness/targets.hpp"

#include <future>

namespace guildhall::robustness {

namespace {

constexpr double most_memory = 150;
constexpr double most_slowdown = 3;

/// One server, somebody who only wants to read, and what attackers do to both.
class siege {
public:
  explicit siege(bench at) : at_(at) {
    w_.simulate(quick_simulator({"--world", "200"}));
    auto how = quick_budget();
    how["GUILDHALL_HTTP_TRUSTED_PROXIES"] = "192.0.2.1/32"; // nobody here is let through
    server_ = &w_.serve(how);
    guild_ = w_.mirror(*server_, w_.sim().guilds().at(0));
    w_.await_idle();
    let_precede(server_->child().id(), at_.lines);
    bystander_ = {
        .port = server_->port(),
        .targets = {"/api/guilds/id/" + std::to_string(guild_)},
        .token = server_->user_token(),
        .per_second = 100,
        .length = 4s,
        .connections = 4,
        .keeps = false}; // it must be let in as well
    run_load(bystander_);
    calm_ = run_load(bystander_);
    at_.lines.note("a bystander alone: " + calm_.text());
  }

  void slow_readers() {
    w_.db.exec(
        "insert into events (guild_id, title, event_type, start_time, end_time, event_details) "
        "select "
        + std::to_string(guild_)
        + ", 'Raid ' || n, 'Raid', now() + n * interval '1 h', now() + (n + 1) * interval '1 "
          "h', jsonb_build_object('text', repeat(md5(n::text), 500)) from generate_series(1, "
          "1800) n");
    const auto id = std::to_string(guild_);
    for (const auto& [name, target, readers] :
         {std::tuple{"X1, a full calendar", "/api/events/guild/" + id + "?fields=full", 40},
          std::tuple{
              "X1, a large member list",
              "/api/guilds/" + id + "/members/enhanced?fields=full&include=equipment", 60}}) {
      // The bystander reads of that guild: what its changes cost is no reader's doing.
      const auto calm = beside([&, readers = readers] { keep_changing(readers, [](int) {}); });
      at_.lines.note("a bystander alone, of a guild that changes: " + calm.text());
      under_attack(name, calm, [&, target = target, readers = readers] {
        const auto whole = server_->api(target);
        at_.lines.note(
            target + ": " + std::to_string(whole.status) + ", "
            + std::to_string(whole.body.size() >> 10U) + " KB");
        crowd never_reading{
            {.port = server_->port(),
             .connections = readers,
             .from = loopback_addresses(10, 4),
             .receive_buffer = 4'096}};
        // One after the other while the guild changes, so that none can share another's answer.
        keep_changing(never_reading.connected(), [&](int i) {
          never_reading.say(
              i, "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                     + server_->user_token() + "\r\n\r\n");
        });
        std::this_thread::sleep_for(1s);
      });
    }
  }

  void one_address_takes_all() {
    under_attack("X9, one address opens 4,500 connections", calm_, [&] {
      crowd greedy{
          {.port = server_->port(), .connections = 4'500, .from = loopback_addresses(10, 1)}};
      std::this_thread::sleep_for(length_);
      at_.lines.note(
          std::to_string(greedy.connected()) + " were connected, "
          + std::to_string(greedy.open()) + " are open");
    });
  }

  void much_to_log() {
    constexpr std::size_t path_bytes = 15'000;
    const auto said = "BREW /" + std::string(path_bytes, 'x') + " HTTP/1.1\r\nHost: x\r\n\r\n";
    const auto before = server_->child().output().size();
    std::int64_t times = 0;
    under_attack("X4, unknown methods with long paths", calm_, [&] {
      times = flood(server_->port(), "127.0.0.10", said, length_);
    });
    constexpr double megabyte = 1 << 20;
    const auto minutes = std::chrono::duration<double, std::ratio<60>>{length_}.count();
    at_.lines.count(
        "R13", "X4: log of " + std::to_string(times) + " such requests",
        static_cast<double>(server_->child().output().size() - before) / megabyte / minutes, 1,
        "MB a minute");
  }

  void bombs() {
    constexpr std::size_t values = 8'000'000;
    std::string zeros{"[0"};
    zeros.reserve(2 * values + 2);
    for (std::size_t i = 1; i < values; ++i)
      zeros += ",0";
    zeros += ']';
    w_.sim().add_fault({{"match", "class:profile"}, {"status", 200}, {"body", zeros}});
    under_attack("X7, 8 million zeros for every profile", calm_, [&] {
      const auto end = steady::now() + length_;
      while (steady::now() < end) {
        w_.make_all_due();
        w_.db.exec("update document_states set retry_at = null");
        std::this_thread::sleep_for(1s);
      }
    });
    w_.sim().clear_faults();
    w_.await_idle();
  }

private:
  /// The guild changes so many times, evenly, and after `each` call.
  template <class Each>
  void keep_changing(int times, Each each) {
    const auto id = std::to_string(guild_);
    for (int i = 0; i < times; ++i) {
      each(i);
      w_.db.exec("notify guildhall_change, 'guild:" + id + " events:" + id + "'");
      std::this_thread::sleep_for(length_ / times);
    }
  }

  /// What a bystander is told while this goes on.
  template <class Happening>
  outcome beside(Happening happening) {
    auto what = bystander_;
    what.length = length_;
    auto seen = std::async(std::launch::async, [&] { return run_load(what); });
    happening();
    return seen.get();
  }

  /// What the bystander, whose `calm` is without it, and the memory say about an attack.
  template <class Attack>
  void under_attack(const std::string& name, const outcome& calm, Attack attack) {
    const auto process = server_->child().id();
    forget_peak(process);
    const auto idle = peak_megabytes(process);
    const auto heard = beside(attack);
    at_.lines.note(name + ": " + heard.text());
    at_.lines.count(
        "R13", name + ": peak memory above idle", peak_megabytes(process) - idle, most_memory,
        "MB");
    at_.lines.count(
        "R13", name + ": others' answers that were not 200",
        static_cast<double>(heard.other_than({200}) + heard.unsent), 0);
    at_.lines.figure(
        "R13", name + ": others' p99, against alone",
        heard.p99_ms() / std::max(1.0, calm.p99_ms()), most_slowdown, "x");
    if (!server_->child().running())
      throw std::runtime_error("guildhall has ended under " + name);
  }

  bench at_;
  const std::chrono::milliseconds length_{at_.how.choose(15s, 6s)}; ///< of each attack
  field w_;
  instance* server_{nullptr};
  std::int64_t guild_{0};
  demand bystander_;
  outcome calm_;
};

} // namespace

void attacked(bench at) {
  siege one{at};
  one.slow_readers();
  one.one_address_takes_all();
  one.much_to_log();
  one.bombs();
}

} // namespace guildhall::robustness
