#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace guildhall::test {

/// Starts a program, whose output is appended to `log`; the test's end ends it too. Its process
/// id.
int spawn(const std::vector<std::string>& command, const std::filesystem::path& log);

/// Runs one to its end. Throws std::runtime_error, with its output, if it fails.
void run_to_end(const std::vector<std::string>& command, const std::filesystem::path& log);

/// What a file holds.
std::string text_of(const std::filesystem::path& file);

/// A program that runs until it is told to stop.
class child {
public:
  child() = default;
  child(const std::vector<std::string>& command, const std::filesystem::path& log)
      : pid_(spawn(command, log)) {}
  ~child() {
    stop();
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  child(child&& other) noexcept;
  child& operator=(child&& other) noexcept;

  /// Sends the signal and waits for the end; kills what does not hear it.
  void stop(int signal = 2);
  bool running();
  void signal(int number) const;

private:
  int pid_{-1};
};

} // namespace guildhall::test
