#pragma once

#include "battlenet_sim/messages.hpp"

#include <map>
#include <string>
#include <string_view>

namespace guildhall::sim {

/// Recorded answers, found by path and namespace. Everything else is 404.
class replay_table {
public:
  /// Reads the bodies of a folder of recordings, or of its sub-folders `rbattlenet` and
  /// `argentpony`. An empty name loads nothing. Throws std::runtime_error when a named folder
  /// holds no recordings.
  static replay_table load(const std::string& folder);

  bool is_loaded() const {
    return !answers_.empty();
  }
  std::size_t size() const {
    return answers_.size();
  }

  /// `path` is decoded. Without a Last-Modified in the recording there is no 304.
  answer find(
      const std::string& path, std::string_view name_space,
      const std::string& if_modified_since) const;

private:
  void add_folder(const std::string& folder);

  std::map<std::string, answer> answers_;
};

} // namespace guildhall::sim
