#include "battlenet/base_url.hpp"
#include "core/config.hpp"
#include "core/dsn.hpp"
#include "fuzz/fuzz.hpp"

#include <map>
#include <sys/mman.h>
#include <unistd.h>

/// The configuration: lines NAME=VALUE of the environment up to an empty one, then the file.
namespace guildhall::fuzz {

namespace {

/// A file without a place.
class file_in_memory {
public:
  explicit file_in_memory(std::string_view text) : fd_(::memfd_create("configuration", 0)) {
    expect(fd_ >= 0, "there is memory for a file");
    while (!text.empty()) {
      const auto written = ::write(fd_, text.data(), text.size());
      expect(written > 0, "the file can be written");
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  file_in_memory(const file_in_memory&) = delete;
  file_in_memory& operator=(const file_in_memory&) = delete;
  ~file_in_memory() {
    ::close(fd_);
  }
  std::string path() const {
    return "/proc/self/fd/" + std::to_string(fd_);
  }

private:
  int fd_;
};

} // namespace

} // namespace guildhall::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace guildhall;
  auto rest = fuzz::text_of(data, size);
  std::map<std::string, std::string, std::less<>> variables;
  for (auto line = fuzz::take_until(rest, '\n'); !line.empty();
       line = fuzz::take_until(rest, '\n')) {
    const auto name = fuzz::take_until(line, '=');
    // Files that the environment names are read; not those of this machine.
    if (!name.ends_with("_FILE"))
      variables.emplace(name, line);
  }
  const fuzz::file_in_memory file{rest};
  const auto read = load_config(file.path(), [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  });
  if (read)
    config_report(*read);
  mask_dsn(rest);
  (void)battlenet::parse_base_url(rest);
  return 0;
}
