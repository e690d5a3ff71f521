#include "tests/support/postgres.hpp"

#include "store/postgres/migrations.hpp"
#include "tests/support/free_port.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace guildhall::test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

/// Makes the cluster and becomes the server, as PostgreSQL's user if this is root.
const fs::path helper{GUILDHALL_PROJECT_DIR "/config/dev/cluster"};
constexpr auto template_name = "guildhall_template";
constexpr std::chrono::seconds start_limit{30};
constexpr std::chrono::seconds statement_limit{60};

/// Directories of test processes that were killed.
void remove_leftovers(const fs::path& parent, const std::string& prefix) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(prefix))
      continue;
    const int pid = std::atoi(name.c_str() + prefix.size());
    if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH)
      fs::remove_all(entry.path(), ignored);
  }
}

} // namespace

void await_answer(const std::string& dsn, child& program, const fs::path& log) {
  const auto until = std::chrono::steady_clock::now() + start_limit;
  for (;;) {
    try {
      pqxx::connection probe(dsn);
      pqxx::nontransaction(probe).exec("select 1");
      return;
    } catch (const std::exception& error) {
      if (!program.running() || std::chrono::steady_clock::now() > until)
        throw std::runtime_error(std::string(error.what()) + ": " + text_of(log));
      std::this_thread::sleep_for(20ms);
    }
  }
}

bool postgres_cluster::available() {
  return fs::exists("/usr/lib/postgresql/15/bin/postgres");
}

postgres_cluster& postgres_cluster::shared() {
  static postgres_cluster cluster;
  return cluster;
}

postgres_cluster::postgres_cluster() {
  const fs::path parent{"/var/tmp"}; // the user postgres must reach it
  const std::string prefix{"guildhall-test-"};
  remove_leftovers(parent, prefix);
  dir_ = parent / (prefix + std::to_string(::getpid()));
  fs::create_directory(dir_);
  fs::permissions(dir_, fs::perms::owner_all);
  try {
    init();
    start();
  } catch (...) {
    stop();
    std::error_code ignored;
    fs::remove_all(dir_, ignored);
    throw;
  }
}

postgres_cluster::~postgres_cluster() {
  stop();
  std::error_code ignored;
  fs::remove_all(dir_, ignored);
}

void postgres_cluster::init() {
  port_ = free_port();
  run_to_end(
      {helper, "make", dir_, "tester", "--auth=trust", "--no-sync",
       "listen_addresses = '127.0.0.1'", "port = " + std::to_string(port_), "fsync = off",
       "synchronous_commit = off", "full_page_writes = off", "shared_buffers = 64MB",
       "log_min_messages = warning", "log_min_error_statement = panic",
       "autovacuum_naptime = 1h"},
      dir_ / "initdb.log");
  std::ofstream(dir_ / "data/pg_hba.conf") << "local all all trust\n"
                                              "local replication all trust\n"
                                              "host all guarded 127.0.0.1/32 scram-sha-256\n"
                                              "host all all 127.0.0.1/32 trust\n";
}

void postgres_cluster::start() {
  const auto log = dir_ / "server.log";
  server_ = child({helper, "serve", dir_}, log);
  await_answer(dsn("postgres"), server_, log);
}

void postgres_cluster::stop(shutdown how) {
  server_.stop(how == shutdown::fast ? SIGINT : SIGQUIT);
}

void postgres_cluster::become_standby() {
  stop();
  std::ofstream{dir_ / "data" / "standby.signal"}.close();
  start();
}

void postgres_cluster::promote() {
  admin("select pg_promote()");
}

std::string postgres_cluster::dsn(const std::string& database) const {
  return "host=" + dir_.string() + " port=" + std::to_string(port_)
       + " user=tester dbname=" + database;
}

std::string postgres_cluster::tcp_dsn(const std::string& database, std::uint16_t port) const {
  return "host=127.0.0.1 port=" + std::to_string(port) + " user=tester dbname=" + database;
}

std::string
postgres_cluster::guarded_dsn(const std::string& database, const std::string& password) const {
  return "host=127.0.0.1 port=" + std::to_string(port_) + " user=guarded dbname=" + database
       + " password=" + password;
}

void postgres_cluster::admin(const std::string& sql) {
  pqxx::connection connection(dsn("postgres"));
  pqxx::nontransaction(connection).exec(sql);
}

void postgres_cluster::terminate_backends(const std::string& database) {
  admin(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + database
      + "' and pid <> pg_backend_pid()");
}

std::string postgres_cluster::next_name() {
  return "test_" + std::to_string(++databases_);
}

std::string postgres_cluster::create_empty_database() {
  const auto name = next_name();
  admin("create database " + name);
  return name;
}

void postgres_cluster::make_template() {
  if (has_template_)
    return;
  admin(std::string("create database ") + template_name);
  admin("create role guarded login password 'correct'");
  auto connection = store::connection::open(
      {.dsn = dsn(template_name), .statement_timeout = statement_limit});
  if (!connection)
    throw std::runtime_error(connection.error().message);
  const auto done =
      store::migrate(**connection, std::chrono::steady_clock::now() + statement_limit);
  if (!done)
    throw std::runtime_error("migrations: " + done.error().message);
  has_template_ = true;
}

std::string postgres_cluster::create_database() {
  make_template();
  const auto name = next_name();
  admin("create database " + name + " template " + template_name);
  return name;
}

void postgres_cluster::drop_database(const std::string& name) {
  if (running())
    admin("drop database if exists " + name + " with (force)");
}

test_database::test_database() : name_(postgres_cluster::shared().create_database()) {}

test_database::~test_database() {
  own_.reset();
  try {
    postgres_cluster::shared().drop_database(name_);
  } catch (const std::exception&) {
    // It goes with the cluster.
  }
}

std::string test_database::dsn() const {
  return postgres_cluster::shared().dsn(name_);
}

store::connection_options test_database::options() const {
  return {.dsn = dsn(), .statement_timeout = statement_limit};
}

std::unique_ptr<store::connection> test_database::connect() const {
  auto connection = store::connection::open(options());
  if (!connection)
    throw std::runtime_error(connection.error().message);
  return std::move(*connection);
}

store::connection& test_database::own() {
  if (!own_ || own_->broken())
    own_ = connect();
  return *own_;
}

void test_database::run_on(
    store::connection& connection, const std::function<void(store::session&)>& work) {
  const auto done = connection.run(
      std::chrono::steady_clock::now() + statement_limit, "test",
      [&](store::session& db) -> result<void> {
        work(db);
        return {};
      });
  if (!done)
    throw std::runtime_error(
        std::string(to_string(done.error().code)) + ": " + done.error().message);
}

std::string test_database::scalar(const std::string& sql) {
  std::string out;
  run_on(own(), [&](store::session& db) {
    const auto rows = db.exec_raw(sql);
    if (!rows.empty())
      out = rows[0][0].c_str();
  });
  return out;
}

std::int64_t test_database::count(const std::string& sql) {
  return std::stoll(scalar(sql));
}

void test_database::exec(const std::string& sql) {
  run_on(own(), [&](store::session& db) { db.exec_raw(sql); });
}

void test_database::shift_clock(std::chrono::seconds by) {
  exec("update app_clock set shift = shift + interval '" + std::to_string(by.count()) + " s'");
}

} // namespace guildhall::test
