#include "tests/support/tcp_proxy.hpp"
#include "tests/system/support/world.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

/// How guildhall starts: it answers probes from the first moment, waits for what is away, and
/// whatever it waits for, it stops when it is told to.
namespace guildhall::system_test {

namespace {

using namespace std::chrono_literals;

/// What the migrations of two instances take turns by.
constexpr auto take_turn = "select pg_advisory_lock(7318349394477056)";

class start : public world {
protected:
  void SetUp() override {
    simulate(quick_simulator({"--world", "20"}));
  }

  static reply live(const instance& where) {
    return ask(where.admin_port(), {.target = "/live", .timeout = 2s});
  }
  static reply ready(const instance& where, const std::string& query = {}) {
    return ask(where.admin_port(), {.target = "/ready" + query, .timeout = 2s});
  }
  static std::string reason(const instance& where) {
    const auto answer = ready(where);
    return answer.status == 503 ? text(answer.json().at("reason")) : std::string{};
  }

  static void await_live(const instance& where) {
    eventually("guildhall lives", 20s, [&] { return live(where).status == 200; });
  }
  static void await_reason(const instance& where, const std::string& what) {
    eventually("it is not ready because of: " + what, 20s, [&] {
      return reason(where).find(what) != std::string::npos;
    });
  }

  /// It ends although what it waits for goes on.
  static void expect_stop(instance& which) {
    const auto began = steady::now();
    EXPECT_EQ(which.stop(30s), 0);
    std::cout << "stopped within " << seconds_since(began) << " s\n";
  }
};

/// Open connections to a port of this machine that say nothing.
class idle_connections {
public:
  idle_connections(std::uint16_t port, int count) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < count; ++i) {
      const int one = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      ::connect(one, reinterpret_cast<const sockaddr*>(&where), sizeof where);
      sockets_.push_back(one);
    }
  }
  ~idle_connections() {
    for (const int one : sockets_)
      ::close(one);
  }
  idle_connections(const idle_connections&) = delete;
  idle_connections& operator=(const idle_connections&) = delete;

private:
  std::vector<int> sockets_;
};

} // namespace

TEST_F(start, against_a_hung_database_lives_is_not_ready_and_stops_when_told) {
  test::tcp_proxy proxy{postgres.port()};
  proxy.black_hole(true);
  auto& guildhall = launch(
      {{"GUILDHALL_DATABASE_DSN",
        postgres.tcp_dsn(postgres.create_empty_database(), proxy.port())},
       {"GUILDHALL_DATABASE_CONNECT_TIMEOUT", "60s"}});
  await_live(guildhall);
  await_reason(guildhall, "connecting to the database");
  eventually("its attempt is under way", 20s, [&] { return proxy.accepted() > 0; });
  EXPECT_NE(live(guildhall).body.find("connecting to the database"), std::string::npos);
  const auto read = guildhall.api("/api/healthcheck", {{"Authorization", "Bearer x"}});
  EXPECT_EQ(read.status, 200);
  expect_stop(guildhall);
}

TEST_F(start, against_a_database_that_hangs_later_serves_when_it_answers_again) {
  test::tcp_proxy proxy{postgres.port()};
  proxy.black_hole(true);
  auto& guildhall = launch(
      {{"GUILDHALL_DATABASE_DSN",
        postgres.tcp_dsn(postgres.create_empty_database(), proxy.port())},
       {"GUILDHALL_DATABASE_CONNECT_TIMEOUT", "2s"}});
  await_reason(guildhall, "cannot be used");
  proxy.black_hole(false);
  proxy.refuse(true);
  proxy.refuse(false);
  guildhall.await_ready(30s);
}

TEST_F(start, tells_that_another_instance_migrates_and_stops_while_it_waits_for_it) {
  pqxx::connection other{db.dsn()};
  pqxx::nontransaction work{other};
  work.exec(take_turn);
  auto& first = launch();
  await_reason(first, "migrating: another instance is at it");
  EXPECT_EQ(live(first).status, 200);
  EXPECT_NE(live(first).body.find("migrating"), std::string::npos);
  expect_stop(first);

  auto& second = launch();
  await_reason(second, "migrating: another instance is at it");
  work.exec("select pg_advisory_unlock_all()");
  second.await_ready();
}

TEST_F(start, stops_in_the_middle_of_a_migration_and_the_next_one_goes_on) {
  pqxx::connection other{db.dsn()};
  pqxx::nontransaction work{other};
  // Whoever makes a table of that name now waits for this transaction.
  work.exec("begin; create table guilds (id integer)");
  auto& guildhall = launch();
  await_reason(guildhall, "migrating: 000");
  EXPECT_EQ(live(guildhall).status, 200);
  EXPECT_NE(live(guildhall).body.find("migrating: 000"), std::string::npos);
  expect_stop(guildhall);
  eventually("the server has noticed", 20s, [&] {
    return db.number("select count(*) from pg_locks where not granted") == 0;
  });
  work.exec("rollback");
  serve();
}

TEST_F(start, stops_while_the_database_does_not_say_what_it_is) {
  EXPECT_EQ(command({"migrate"}).status, 0);
  pqxx::connection other{db.dsn()};
  pqxx::nontransaction work{other};
  work.exec("begin; lock table schema_migrations in access exclusive mode");
  auto& guildhall = launch();
  await_live(guildhall);
  eventually("it waits for the lock", 20s, [&] {
    return db.number("select count(*) from pg_locks where not granted") > 0;
  });
  EXPECT_EQ(ready(guildhall).status, 503);
  expect_stop(guildhall);
}

TEST_F(start, stops_while_the_database_is_down) {
  EXPECT_EQ(command({"migrate"}).status, 0);
  postgres.stop();
  const at_end restart{[&] { postgres.start(); }};
  auto& guildhall = launch();
  await_reason(guildhall, "the database cannot be used");
  expect_stop(guildhall);
}

TEST_F(start, a_mistake_that_shows_when_the_database_comes_up_ends_it_all_the_same) {
  EXPECT_EQ(command({"migrate"}).status, 0);
  db.exec("insert into schema_migrations (version, name, checksum, release, applied_at) "
          "values (9999, 'later', 'x', 9, now())");
  test::tcp_proxy proxy{postgres.port()};
  proxy.refuse(true);
  const auto name = db.value("select current_database()");
  auto& guildhall = launch({{"GUILDHALL_DATABASE_DSN", postgres.tcp_dsn(name, proxy.port())}});
  await_reason(guildhall, "the database cannot be used");
  proxy.refuse(false);
  const auto status = guildhall.child().wait(30s);
  ASSERT_TRUE(status);
  EXPECT_EQ(*status, 2);
  EXPECT_NE(guildhall.child().output().find("the database is at release 9"), std::string::npos);
}

TEST_F(start, who_only_answers_is_ready_with_reading_alone_when_only_a_standby_is_there) {
  EXPECT_EQ(serve(quick_budget()).stop(), 0); // what the database mirrors is recorded
  postgres.become_standby();
  bool is_standby = true;
  const auto promote = [&] {
    if (std::exchange(is_standby, false))
      postgres.promote();
  };
  const at_end in_any_case{promote};
  auto& guildhall = launch(quick_budget(), {"--role", "api"});
  await_live(guildhall);
  EXPECT_EQ(ready(guildhall).status, 503) << "it waits for a primary at first";
  eventually(
      "it is ready with reading alone", 90s, [&] { return ready(guildhall).status == 200; });
  EXPECT_NE(ready(guildhall).body.find(R"("writes":false)"), std::string::npos);
  EXPECT_EQ(ready(guildhall, "?writes=1").status, 503);
  auto& syncing = launch(quick_budget(), {"--role", "sync"});
  await_live(syncing);
  EXPECT_EQ(ready(syncing).status, 503) << "it can do nothing";
  promote();
  guildhall.await_ready(30s);
  syncing.await_ready(30s);
}

TEST_F(start, has_room_for_all_its_files_before_anybody_comes) {
  auto& guildhall = launch();
  await_live(guildhall);
  std::ifstream status{"/proc/" + std::to_string(guildhall.child().id()) + "/status"};
  std::size_t room = 0;
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("FDSize:"))
      room = std::stoul(line.substr(7));
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  EXPECT_GE(room, std::min<rlim_t>(4'096, files.rlim_max));
}

TEST_F(start, with_few_files_serves_says_so_once_and_keeps_some_for_operators) {
  auto& guildhall = launch(quick_budget(), {}, 200);
  guildhall.await_ready(30s);
  mirror(guildhall, sim().guilds().at(0));
  {
    const idle_connections crowd{guildhall.port(), 300};
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(live(guildhall).status, 200);
    EXPECT_EQ(ready(guildhall).status, 200);
    EXPECT_EQ(guildhall.admin("GET", "/status").status, 200);
  }
  eventually("clients are served again", 20s, [&] {
    return ask(guildhall.port(), {.target = "/api/healthcheck"}).status == 200;
  });
  const auto log = guildhall.child().output();
  EXPECT_EQ(count_of("http.max_connections is", log), 1u) << log;
  EXPECT_EQ(count_of("cannot accept", log), 0u) << log;
  const auto scraped = ask(guildhall.admin_port(), {.target = "/metrics"}).body;
  EXPECT_NE(scraped.find("process_max_fds 200"), std::string::npos);
  EXPECT_EQ(
      scraped.find("guildhall_http_connections_limit{listener=\"api\"} 4096"),
      std::string::npos);
}

TEST_F(start, signals_that_mean_nothing_to_it_do_nothing) {
  auto& guildhall = launch(quick_budget());
  await_live(guildhall);
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE})
    guildhall.child().signal(signal);
  guildhall.await_ready();
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE})
    guildhall.child().signal(signal);
  eventually("they are told", 10s, [&] {
    const auto log = guildhall.child().output();
    return log.find("SIGUSR1 does nothing") != std::string::npos
        && log.find("SIGUSR2 does nothing") != std::string::npos;
  });
  EXPECT_EQ(guildhall.probe("/ready"), 200);
  EXPECT_EQ(guildhall.stop(), 0);
}

} // namespace guildhall::system_test
