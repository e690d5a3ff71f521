#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace guildhall::system_test {

using settings = std::map<std::string, std::string>;

/// A program that a test runs. It gets the test's environment without what guildhall reads from
/// there, and ends with the test at the latest.
class process {
public:
  struct options {
    std::vector<std::string> command; ///< found on PATH like a shell's
    settings environment{};           ///< on top of the test's own
    std::filesystem::path output{};   ///< where stdout and stderr go, appended
    unsigned files{0};                ///< at most so many may be open; 0: as here
  };

  /// Throws std::runtime_error when it cannot be started.
  explicit process(options how);
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process(); ///< kills it

  pid_t id() const {
    return pid_;
  }
  void signal(int number) const;
  bool running() {
    return !status();
  }
  /// The exit status once it has ended, 128 + n after signal n.
  std::optional<int> status();
  /// Waits for the end; nothing if it does not come in time.
  std::optional<int> wait(std::chrono::milliseconds bound);
  /// Everything it has printed so far.
  std::string output() const;

private:
  options how_;
  pid_t pid_{-1};
  std::optional<int> status_;
};

struct finished {
  int status{0};
  std::string output;
};

/// Runs a program to its end. Throws std::runtime_error if it does not end in time.
finished run(process::options how, std::chrono::milliseconds bound = std::chrono::seconds{30});

} // namespace guildhall::system_test
