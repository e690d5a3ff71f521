#include "tests/support/free_port.hpp"
#include "tests/support/nodes.hpp"
#include "tests/system/support/town.hpp"

#include <boost/json/object.hpp>

#include <atomic>
#include <map>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

/// The primary goes and its standby takes over, while people read and write and the sync works.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;
using seconds = std::chrono::seconds;

constexpr seconds patience{60};

/// What Patroni says of a node, for HAProxy.
class health {
public:
  explicit health(bool primary) : primary_{primary}, port_{test::free_port()} {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
        || ::listen(listener_, 16) != 0)
      throw std::runtime_error("health: cannot listen");
    thread_ = std::jthread{[this](const std::stop_token& stop) { answer(stop); }};
  }
  ~health() {
    thread_ = {};
    ::close(listener_);
  }
  health(const health&) = delete;
  health& operator=(const health&) = delete;

  void say(bool primary) {
    primary_ = primary;
  }
  std::string port() const {
    return std::to_string(port_);
  }

private:
  void answer(const std::stop_token& stop) const {
    constexpr int look_ms = 50;
    while (!stop.stop_requested()) {
      pollfd asked{listener_, POLLIN, 0};
      if (::poll(&asked, 1, look_ms) <= 0)
        continue;
      const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      char request[1024];
      [[maybe_unused]] const auto got = ::recv(peer, request, sizeof request, 0);
      const std::string text =
          primary_ ? "HTTP/1.0 200 OK\r\n\r\n" : "HTTP/1.0 503 Service Unavailable\r\n\r\n";
      ::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
      ::close(peer);
    }
  }

  std::atomic<bool> primary_;
  std::uint16_t port_;
  int listener_{-1};
  std::jthread thread_;
};

class failover : public testing::Test {
protected:
  void SetUp() override {
    second.emplace(first);
    // What was acknowledged is on both.
    run("alter system set synchronous_commit = 'on'");
    run("alter system set synchronous_standby_names = '*'");
    run("select pg_reload_conf()");
  }

  void TearDown() override {
    at.reset();
    second.reset();
    if (!first.running())
      first.start();
    run("alter system reset synchronous_standby_names");
    run("alter system reset synchronous_commit");
    run("select pg_reload_conf()");
  }

  void run(const std::string& sql) const {
    database{first.dsn("postgres")}.exec(sql);
  }

  static std::string name_in(const std::string& dsn) {
    constexpr std::string_view mark{"dbname="};
    return dsn.substr(dsn.find(mark) + mark.size());
  }

  /// Both nodes, the first one first.
  std::string both(const std::string& dsn, const std::string& more) const {
    return "host=" + first.folder() + ',' + second->folder()
         + " port=" + std::to_string(first.port()) + ',' + std::to_string(second->port())
         + " user=tester dbname=" + name_in(dsn) + more;
  }

  void begin(const std::function<std::string(const std::string&)>& dsn_of) {
    at.emplace("http://localhost:5173", 30, [&](const std::string& dsn) {
      return settings{{"GUILDHALL_DATABASE_DSN", dsn_of(dsn)}};
    });
    master.emplace(at->client_of(at->master));
    after.emplace(second->dsn(name_in(at->store().dsn())));
  }

  reply ready(const std::string& query = {}) {
    return ask(at->api().admin_port(), {.target = "/ready" + query, .timeout = seconds{5}});
  }

  /// One event of this title, and what became of it.
  void write(const std::string& title) {
    const auto answer = master->call(
        "POST", "/events",
        json::object{
            {"title", title},
            {"event_type", "Raid"},
            {"start_time", "2027-05-13T18:00:00.000Z"},
            {"end_time", "2027-05-13T21:00:00.000Z"},
            {"guild_id", at->home_id}});
    written.emplace(title, answer);
  }

  void write_until(const std::string& what, const std::function<bool(const reply&)>& wanted) {
    eventually(what, patience, [&] {
      const auto title = "event " + std::to_string(written.size());
      write(title);
      return wanted(written.at(title));
    });
  }

  /// What was acknowledged is there once, what was refused is not.
  void expect_nothing_lost_or_doubled() const {
    std::map<int, int> told;
    for (const auto& [title, answer] : written) {
      ++told[answer.status];
      const auto there =
          after->number("select count(*) from events where title = '" + title + "'");
      if (answer.status == 201) {
        EXPECT_EQ(there, 1) << title;
      } else if (answer.body.find("OUTCOME_UNKNOWN") != std::string::npos) {
        EXPECT_LE(there, 1) << title;
        EXPECT_EQ(answer.header("retry-after"), "");
      } else {
        EXPECT_EQ(answer.status, 503) << answer.body << answer.error;
        EXPECT_NE(answer.header("retry-after"), "");
        EXPECT_EQ(there, 0) << title;
      }
    }
    EXPECT_GT(told[201], 1);
    EXPECT_GT(told[503], 0);
  }

  void expect_the_sync_goes_on() {
    after->exec("update tracked_guilds set roster_due_at = app_now(); update sync_queue set "
                "due_at = app_now(), not_before = null where due_at < 'infinity' and "
                "lease_token is null");
    eventually("every guild was synced once more", patience, [&] {
      return after->number("select count(*) from tracked_guilds where roster_due_at <= "
                           "app_now() or last_synced_at < app_now() - interval '1 min'")
          == 0;
    });
  }

  test::postgres_cluster& first{test::postgres_cluster::shared()};
  std::optional<test::standby_node> second;
  std::optional<town> at;
  std::optional<web_client> master;
  std::optional<database> after;
  std::map<std::string, reply> written;
};

/// Counts what reads answer until it ends.
class readers {
public:
  explicit readers(const instance& where, std::string target)
      : thread_{[this, &where, target = std::move(target)](const std::stop_token& stop) {
          while (!stop.stop_requested())
            ++statuses_[where.api(target).status];
        }} {}

  std::map<int, int> end() {
    thread_.request_stop();
    thread_.join();
    return statuses_;
  }

private:
  std::map<int, int> statuses_;
  std::jthread thread_;
};

} // namespace

TEST_F(failover, with_both_nodes_in_the_dsn_loses_nothing_and_is_over_by_itself) {
  begin([&](const auto& dsn) { return both(dsn, " target_session_attrs=read-write"); });
  at->api().user_token();
  at->store().exec("update tracked_guilds set roster_due_at = app_now(); update sync_queue set "
                   "due_at = app_now(), not_before = null where due_at < 'infinity'");
  readers reading{at->api(), "/api/guilds/" + std::to_string(at->home_id) + "/members"};
  for (int i = 0; i < 5; ++i)
    write("event " + std::to_string(written.size()));
  first.stop();
  write_until("a write is refused", [](const auto& answer) { return answer.status == 503; });
  eventually("it is not ready", patience, [&] { return ready().status == 503; });
  second->promote();
  write_until("writes are taken", [](const auto& answer) { return answer.status == 201; });
  eventually("it is ready", patience, [&] { return ready("?writes=1").status == 200; });
  const auto seen = reading.end();
  for (const auto& [status, count] : seen)
    EXPECT_TRUE(status == 200 || status == 503) << count << " times " << status;
  expect_nothing_lost_or_doubled();
  expect_the_sync_goes_on();
  EXPECT_EQ(at->api().stop(), 0);
}

TEST_F(failover, reads_go_on_by_the_standby_while_nobody_takes_writes) {
  begin([&](const auto& dsn) { return both(dsn, ""); });
  at->api().user_token();
  first.stop();
  write_until("a write is refused", [](const auto& answer) { return answer.status == 503; });
  eventually("reads are answered", patience, [&] {
    const auto answer = ready();
    return answer.status == 200 && !answer.json().at("writes").as_bool();
  });
  EXPECT_EQ(ready("?writes=1").status, 503);
  EXPECT_EQ(
      at->api().api("/api/guilds/" + std::to_string(at->home_id) + "/members").status, 200);
  second->promote();
  eventually("it is ready", patience, [&] { return ready("?writes=1").status == 200; });
  write_until("writes are taken", [](const auto& answer) { return answer.status == 201; });
  EXPECT_EQ(at->api().stop(), 0);
}

TEST_F(failover, through_haproxy_is_over_by_itself_too) {
  if (!std::filesystem::exists("/usr/sbin/haproxy"))
    GTEST_FAIL() << "HAProxy is not installed";
  health one{true};
  health two{false};
  const auto listens = std::to_string(test::free_port());
  const auto node = [](std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); };
  process proxy{
      {.command =
           {"/usr/sbin/haproxy", "-db", "-f",
            GUILDHALL_PROJECT_DIR "/config/haproxy/haproxy.cfg"},
       .environment =
           {{"DB_PROXY", "127.0.0.1:" + listens},
            {"DB_ONE", node(first.port())},
            {"DB_ONE_HEALTH", one.port()},
            {"DB_TWO", node(second->port())},
            {"DB_TWO_HEALTH", two.port()}},
       .output = first.folder() + "/haproxy.log"}};
  begin([&](const auto& dsn) {
    return "host=127.0.0.1 port=" + listens + " user=tester dbname=" + name_in(dsn);
  });
  for (int i = 0; i < 3; ++i)
    write("event " + std::to_string(written.size()));
  first.stop();
  one.say(false);
  write_until("a write is refused", [](const auto& answer) { return answer.status == 503; });
  second->promote();
  two.say(true);
  write_until("writes are taken", [](const auto& answer) { return answer.status == 201; });
  eventually("it is ready", patience, [&] { return ready("?writes=1").status == 200; });
  expect_nothing_lost_or_doubled();
  expect_the_sync_goes_on();
  EXPECT_EQ(at->api().stop(), 0);
}

class read_only_role : public world {};

TEST_F(read_only_role, is_told_once_serves_reads_and_is_over_by_itself) {
  simulate(quick_simulator({"--world", "12"}));
  auto& guildhall = serve(quick_budget());
  const auto id = mirror(guildhall, sim().guilds().front());
  await_idle();
  guildhall.user_token(); // that is written
  const auto ready = [&] { return ask(guildhall.admin_port(), {.target = "/ready"}); };
  const database admin{
      postgres.dsn("postgres") + " options='-c default_transaction_read_only=off'"};
  const at_end as_before{[&] {
    admin.exec("alter system reset default_transaction_read_only");
    admin.exec("select pg_reload_conf()");
  }};
  admin.exec("alter system set default_transaction_read_only = on");
  admin.exec("select pg_reload_conf()");
  eventually("nothing can be written", patience, [&] {
    const auto answer = ready();
    return answer.status == 200 && !answer.json().at("writes").as_bool();
  });
  EXPECT_EQ(guildhall.api("/api/guilds/" + std::to_string(id) + "/members").status, 200);
  const auto refused = guildhall.admin("POST", "/guilds/" + std::to_string(id) + "/sync");
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_NE(refused.header("retry-after"), "");
  EXPECT_NE(
      guildhall.child().output().find("takes no writes: its role may only read"),
      std::string::npos);
  admin.exec("alter system reset default_transaction_read_only");
  admin.exec("select pg_reload_conf()");
  eventually(
      "it is ready", patience, [&] { return guildhall.probe("/ready?writes=1") == 200; });
  refresh(guildhall, id);
  EXPECT_EQ(guildhall.stop(), 0);
}

} // namespace guildhall::system_test
