#include "tests/support/nodes.hpp"

#include "tests/support/free_port.hpp"
#include "tests/support/postgres.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <fstream>
#include <unistd.h>

namespace guildhall::test {

namespace fs = std::filesystem;

namespace {

const fs::path helper{GUILDHALL_PROJECT_DIR "/config/dev/cluster"};
constexpr auto pgbouncer = "/usr/sbin/pgbouncer";

/// Beside the cluster's, and removed with it when a test process was killed.
fs::path own_folder(const std::string& what) {
  static int count = 0;
  return "/var/tmp/guildhall-test-" + std::to_string(::getpid()) + '-' + what + '-'
       + std::to_string(++count);
}

} // namespace

standby_node::standby_node(postgres_cluster& primary)
    : folder_(own_folder("standby")),
      port_(free_port()) {
  const auto log = fs::path(folder_.string() + ".log");
  run_to_end({helper, "copy", folder_, primary.dsn("postgres")}, log);
  std::ofstream(folder_ / "data/postgresql.conf", std::ios::app)
      << "unix_socket_directories = '" << folder_.string() << "'\nport = " << port_ << '\n';
  fs::remove(log);
  server_ = child({helper, "serve", folder_}, folder_ / "server.log");
  await_answer(dsn("postgres"), server_, folder_ / "server.log");
}

standby_node::~standby_node() {
  server_.stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string standby_node::dsn(const std::string& database) const {
  return "host=" + folder() + " port=" + std::to_string(port_)
       + " user=tester dbname=" + database;
}

void standby_node::promote() {
  pqxx::connection connection(dsn("postgres"));
  pqxx::nontransaction(connection).exec("select pg_promote()");
}

bool pooler::available() {
  return fs::exists(pgbouncer);
}

pooler::pooler(const std::string& host, std::uint16_t port, options how)
    : folder_(own_folder("pooler")),
      port_(free_port()) {
  fs::create_directory(folder_);
  const auto settings = folder_ / "pgbouncer.ini";
  std::ofstream(settings)
      << "[databases]\n* = host=" << host << " port=" << port
      << " user=tester\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_
      << "\nunix_socket_dir =\nauth_type = any\npool_mode = " << how.mode
      << "\ndefault_pool_size = " << how.pool_size << "\nserver_login_retry = 1\n"
      << (how.ignores_options ? "ignore_startup_parameters = options\n" : "");
  std::vector<std::string> command{pgbouncer};
  if (::getuid() == 0)
    command.insert(command.end(), {"-u", "postgres"});
  command.push_back(settings);
  program_ = child(command, folder_ / "pgbouncer.log");
  await_answer(dsn("postgres"), program_, folder_ / "pgbouncer.log");
}

pooler::~pooler() {
  program_.stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string pooler::dsn(const std::string& database) const {
  return "host=127.0.0.1 port=" + std::to_string(port_) + " user=tester dbname=" + database;
}

} // namespace guildhall::test
