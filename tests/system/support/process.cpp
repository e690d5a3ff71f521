#include "tests/system/support/process.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace guildhall::system_test {

namespace {

constexpr std::chrono::milliseconds look_interval{5};

std::vector<std::string> environment_of(const settings& added) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const std::string name{text.substr(0, text.find('='))};
    if (!name.starts_with("GUILDHALL_") && !added.contains(name))
      out.emplace_back(text);
  }
  for (const auto& [name, value] : added)
    out.push_back(name + '=' + value);
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

} // namespace

process::process(options how) : how_(std::move(how)) {
  auto environment = environment_of(how_.environment);
  auto arguments = how_.command;
  const auto envp = pointers_to(environment);
  const auto argv = pointers_to(arguments);
  const int out = ::open(how_.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (out < 0)
    throw std::runtime_error("cannot write " + how_.output.string());
  const auto parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
      ::_exit(126);
    if (const rlimit files{how_.files, how_.files}; how_.files > 0)
      ::setrlimit(RLIMIT_NOFILE, &files);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execvpe(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(out);
  if (pid_ < 0)
    throw std::runtime_error("cannot fork");
}

process::~process() {
  if (!status()) {
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

void process::signal(int number) const {
  if (!status_)
    ::kill(pid_, number);
}

std::optional<int> process::status() {
  int raw = 0;
  if (!status_ && ::waitpid(pid_, &raw, WNOHANG) == pid_)
    status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return status_;
}

std::optional<int> process::wait(std::chrono::milliseconds bound) {
  const auto end = std::chrono::steady_clock::now() + bound;
  while (!status() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(look_interval);
  return status_;
}

std::string process::output() const {
  std::ifstream file{how_.output, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

finished run(process::options how, std::chrono::milliseconds bound) {
  const auto name = how.command.front();
  process child{std::move(how)};
  const auto status = child.wait(bound);
  if (!status)
    throw std::runtime_error(name + " does not end:\n" + child.output());
  return {*status, child.output()};
}

} // namespace guildhall::system_test
