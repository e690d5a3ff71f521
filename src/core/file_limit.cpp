#include "core/file_limit.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace guildhall {

namespace {

/// Standard streams, logs, the configuration while it is read, a name server's sockets, files
/// of the libraries.
constexpr std::uint64_t always{24};
/// epoll, timer and wake-up of each event loop; there are two besides the I/O threads.
constexpr std::uint64_t per_loop{3};
constexpr std::uint64_t other_loops{3};
constexpr unsigned least{8};
/// Of what is left for clients, at most this part for operators.
constexpr std::uint64_t operators_share{4};

} // namespace

std::uint64_t raise_file_limit() {
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0)
    return 1024;
  auto raised = now;
  raised.rlim_cur = now.rlim_max;
  if (now.rlim_cur < now.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0)
    return raised.rlim_cur;
  return now.rlim_cur;
}

void make_room_for_files(std::uint64_t count) {
  const int one = ::eventfd(0, EFD_CLOEXEC);
  if (one < 0)
    return;
  const auto highest = std::min<std::uint64_t>(count - 1, std::numeric_limits<int>::max());
  const int last = ::fcntl(one, F_DUPFD_CLOEXEC, static_cast<int>(highest));
  if (last >= 0)
    ::close(last);
  ::close(one);
}

std::uint64_t open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator all{"/proc/self/fd", error};
  if (error)
    return 0;
  return static_cast<std::uint64_t>(std::distance(begin(all), end(all))) - 1; // its own
}

file_plan plan_files(std::uint64_t limit, const file_needs& needs) {
  const auto taken =
      always + per_loop * (needs.io_threads + other_loops) + needs.database + needs.battlenet;
  const auto left = limit > taken ? limit - taken : 0;
  const auto operators = static_cast<unsigned>(
      std::clamp<std::uint64_t>(left / operators_share, least, needs.operators));
  const auto rest = left > operators ? left - operators : 0;
  const auto connections = static_cast<unsigned>(
      std::min<std::uint64_t>(std::max<std::uint64_t>(rest, least), needs.connections));
  return {
      .connections = connections,
      .operators = operators,
      .is_short = connections < needs.connections,
      .files = std::min<std::uint64_t>(limit, taken + operators + connections)};
}

} // namespace guildhall
