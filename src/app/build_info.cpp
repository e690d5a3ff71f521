#include "app/build_info.hpp"

#include "app/revision.hpp"
#include "core/clock.hpp"
#include "core/file_limit.hpp"
#include "store/postgres/migrations.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace guildhall::app {

namespace {

std::string schema_number(const store::known_schema& newest) {
  return fmt::format("{:04}", newest.version);
}

double resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  double all = 0;
  double resident = 0;
  statm >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double max_open_files() {
  rlimit now{};
  return ::getrlimit(RLIMIT_NOFILE, &now) == 0 ? static_cast<double>(now.rlim_cur) : 0;
}

} // namespace

std::string version_line() {
  const auto newest = store::newest_schema();
  const std::string revision{build_revision};
  return fmt::format(
      "{} ({}schema {} of release {})", GUILDHALL_VERSION,
      revision.empty() ? "" : "revision " + revision + ", ", schema_number(newest),
      newest.release);
}

void publish_build_info(metrics& numbers) {
  const auto newest = store::newest_schema();
  numbers
      .gauge(
          "build_info", "1; the labels say which guildhall this is",
          {{"version", GUILDHALL_VERSION},
           {"revision", std::string{build_revision}},
           {"schema", schema_number(newest)},
           {"release", std::to_string(newest.release)}})
      .Set(1);
  numbers.common_gauge("process_start_time_seconds", "When the process began, in Unix time")
      .Set(std::chrono::duration<double>(wall_now().time_since_epoch()).count());
  numbers.common_gauge("process_max_fds", "How many files may be open").Set(max_open_files());
  auto& files = numbers.common_gauge("process_open_fds", "How many files are open");
  auto& memory =
      numbers.common_gauge("process_resident_memory_bytes", "Memory of the process in bytes");
  numbers.before_render([&files, &memory] {
    files.Set(static_cast<double>(open_files()));
    memory.Set(resident_bytes());
  });
}

} // namespace guildhall::app
