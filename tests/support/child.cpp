#include "tests/support/child.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace guildhall::test {

namespace {

constexpr std::chrono::seconds stop_limit{20};
constexpr std::chrono::milliseconds look_interval{5};

} // namespace

int spawn(const std::vector<std::string>& command, const std::filesystem::path& log) {
  std::vector<char*> words;
  for (const auto& word : command)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int child = ::fork();
  if (child != 0)
    return child;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::close_range(3, ~0u, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGINT);
  if (::chdir("/") == 0)
    ::execv(words[0], words.data());
  ::_exit(127);
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void run_to_end(const std::vector<std::string>& command, const std::filesystem::path& log) {
  const int child = spawn(command, log);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error(command.front() + " failed: " + text_of(log));
}

child::child(child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

child& child::operator=(child&& other) noexcept {
  stop();
  pid_ = std::exchange(other.pid_, -1);
  return *this;
}

void child::signal(int number) const {
  if (pid_ > 0)
    ::kill(pid_, number);
}

bool child::running() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_)
    pid_ = -1;
  return pid_ > 0;
}

void child::stop(int number) {
  signal(number);
  const auto until = std::chrono::steady_clock::now() + stop_limit;
  while (running()) {
    if (std::chrono::steady_clock::now() > until)
      signal(SIGKILL);
    std::this_thread::sleep_for(look_interval);
  }
}

} // namespace guildhall::test
