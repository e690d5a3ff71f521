#pragma once

#include <cstdint>

namespace guildhall {

/// Raises the soft limit of open files to the hard one; the limit that is in force then.
std::uint64_t raise_file_limit();

/// Makes room for so many open files at once. Linux doubles a process's table of them as it
/// fills, and whoever opens a file meanwhile waits for all processors (`synchronize_rcu` in
/// `expand_files`): in a rush of clients an event loop with hundreds of others stood for up to
/// 100 ms at each doubling. Costs eight bytes a file. Does nothing where it cannot.
void make_room_for_files(std::uint64_t count);

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
  bool is_short{false};   ///< less than wanted
  std::uint64_t files{0}; ///< of all kinds, when all of them are open
};

/// Everything but clients comes first, and of what is left operators and probes have a share
/// that nobody can take: one that does not hear /live is killed. Never less than a few.
file_plan plan_files(std::uint64_t limit, const file_needs& needs);

} // namespace guildhall
