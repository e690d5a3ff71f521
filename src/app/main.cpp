#include "app/command_line.hpp"
#include "app/say.hpp"

#include <csignal>
#include <exception>

int main(int argc, char** argv) {
  // A peer that closes its socket is an error value, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return guildhall::app::run_command_line(argc, argv);
  } catch (const std::exception& e) {
    guildhall::app::complain("guildhall: ", guildhall::app::whole{e.what()}, "\n");
    return 70;
  }
}
