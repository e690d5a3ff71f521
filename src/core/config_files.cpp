#include "core/config_files.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <sys/stat.h>
#include <system_error>

namespace guildhall::config_files {

namespace {

/// Somebody may have named /dev/zero.
constexpr std::size_t most_bytes = 1 << 20;

std::unexpected<std::string> unreadable(int error) {
  return std::unexpected{"cannot be read: " + std::generic_category().message(error)};
}

} // namespace

std::expected<std::string, std::string> contents_of(const std::string& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in{
      std::fopen(file.c_str(), "rbe"), std::fclose};
  if (!in)
    return unreadable(errno);
  std::string text;
  std::array<char, 4096> piece{};
  while (const auto size = std::fread(piece.data(), 1, piece.size(), in.get())) {
    text.append(piece.data(), size);
    if (text.size() > most_bytes)
      return std::unexpected{std::string{"is larger than a megabyte"}};
  }
  if (std::ferror(in.get()) != 0) // a folder opens and cannot be read
    return unreadable(errno);
  return text;
}

others_may exposure_of(const std::string& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode))
    return others_may::nothing;
  if ((found.st_mode & S_IWOTH) != 0)
    return others_may::write;
  return (found.st_mode & S_IROTH) != 0 ? others_may::read : others_may::nothing;
}

} // namespace guildhall::config_files
