#pragma once

#include <cstdint>

namespace guildhall {

/// Raises the soft limit of open files to the hard one; the limit that is in force then.
std::uint64_t raise_file_limit();

/// Files that are open now; 0 where the system does not tell.
std::uint64_t open_files();

/// What a process that serves needs files for.
struct file_needs {
  unsigned connections{4096}; ///< wanted for clients
  unsigned operators{64};     ///< the same for the listener of probes and operators
  unsigned database{10};      ///< readers, writers and what listens
  unsigned battlenet{32};     ///< connections to Battle.net
  unsigned io_threads{8};
};

/// How many connections each listener may have at once.
struct file_plan {
  unsigned connections{0};
  unsigned operators{0};
  bool is_short{false}; ///< less than wanted

  friend bool operator==(const file_plan&, const file_plan&) = default;
};

/// Everything but clients comes first, and of what is left operators and probes have a share
/// that nobody can take: one that does not hear /live is killed. Never less than a few.
file_plan plan_files(std::uint64_t limit, const file_needs& needs);

} // namespace guildhall
