#pragma once

#include <expected>
#include <string>

/// The files that a configuration is read from, and who else may touch them.
namespace guildhall::config_files {

/// The whole file, of at most a megabyte; else why not, as the end of a sentence ("cannot be
/// read: Permission denied").
std::expected<std::string, std::string> contents_of(const std::string& file);

/// What others than the file's owner and its group may do with it.
enum class others_may { nothing, read, write };

/// `nothing` for what is no regular file (a pipe of the shell) and for what is not there.
others_may exposure_of(const std::string& file);

} // namespace guildhall::config_files
