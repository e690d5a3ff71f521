#include "tests/bench/anchors.hpp"

#include "tests/support/free_port.hpp"
#include "tests/system/support/http.hpp"
#include "tests/system/support/wait.hpp"

#include <csignal>
#include <fstream>
#include <regex>
#include <stdexcept>

namespace guildhall::bench {

namespace {

double number_after(const std::string& text, const std::string& pattern) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex{pattern}))
    throw std::runtime_error("no " + pattern + " in:\n" + text);
  return std::stod(match[1]);
}

/// wrk prints "812.00us", "1.53ms" or "1.02s".
double p99_of(const std::string& text) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex{R"(99%\s+([0-9.]+)(us|ms|s))"}))
    throw std::runtime_error("no 99% in:\n" + text);
  const double value = std::stod(match[1]);
  return match[2] == "us" ? value / 1000 : match[2] == "ms" ? value : value * 1000;
}

} // namespace

load run_wrk(const wrk_options& how) {
  std::vector<std::string> command{
      "wrk", "--latency", "-t1", "-c" + std::to_string(how.connections),
      "-d" + std::to_string(how.length.count()) + "s"};
  for (const auto& header : how.headers) {
    command.push_back("-H");
    command.push_back(header);
  }
  if (!how.script.empty()) {
    const auto script = how.folder / "wrk.lua";
    std::ofstream{script} << how.script;
    command.push_back("-s");
    command.push_back(script.string());
  }
  command.push_back("http://127.0.0.1:" + std::to_string(how.port) + how.target);
  const auto output = how.folder / "wrk.log";
  std::filesystem::remove(output);
  const auto done = system_test::run(
      {.command = command, .output = output}, how.length + std::chrono::seconds{30});
  if (done.status != 0 || done.output.find("Non-2xx") != std::string::npos)
    throw std::runtime_error("wrk: " + done.output);
  return {number_after(done.output, R"(Requests/sec:\s+([0-9.]+))"), p99_of(done.output)};
}

static_server::static_server(std::filesystem::path folder) : port_(test::free_port()) {
  const auto config = folder / "nginx.conf";
  std::ofstream{config} << "daemon off;\nworker_processes auto;\npid " << folder.string()
                        << "/nginx.pid;\nerror_log stderr;\nuser root;\n"
                        << "events { worker_connections 1024; }\n"
                        << "http { access_log off; sendfile on; tcp_nopush on;\n"
                        << "  keepalive_requests 100000000; open_file_cache max=100;\n"
                        << "  default_type application/json;\n"
                        << "  server { listen 127.0.0.1:" << port_ << "; root "
                        << folder.string() << "; } }\n";
  nginx_ = std::make_unique<system_test::process>(system_test::process::options{
      .command = {"nginx", "-c", config.string(), "-p", folder.string()},
      .output = folder / "nginx.log"});
  system_test::eventually("nginx answers", std::chrono::seconds{10}, [this] {
    return system_test::ask(port_, {.target = "/"}).status != 0;
  });
}

static_server::~static_server() {
  nginx_->signal(SIGTERM);
  nginx_->wait(std::chrono::seconds{5});
}

double run_pgbench(
    const std::string& dsn, const std::string& sql, const std::filesystem::path& folder,
    unsigned connections, std::chrono::seconds length) {
  const auto script = folder / "pgbench.sql";
  std::ofstream{script} << sql << ";\n";
  const auto output = folder / "pgbench.log";
  std::filesystem::remove(output);
  const auto done = system_test::run(
      {.command =
           {"/usr/lib/postgresql/15/bin/pgbench", "-n", "-M", "prepared", "-c",
            std::to_string(connections), "-j", "2", "-T", std::to_string(length.count()), "-f",
            script.string(), dsn},
       .output = output},
      length + std::chrono::seconds{30});
  if (done.status != 0)
    throw std::runtime_error("pgbench: " + done.output);
  return number_after(done.output, R"(tps = ([0-9.]+))");
}

} // namespace guildhall::bench
