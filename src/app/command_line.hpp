#pragma once

namespace guildhall::app {

/// Parses the command line, loads the configuration and runs the command. Answers the exit
/// status: 0 done, 1 failed (with a sentence on stderr), 2 the configuration is wrong, else
/// CLI11's own.
int run_command_line(int argc, char** argv);

} // namespace guildhall::app
