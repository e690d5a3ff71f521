#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::test {

/// One message of PostgreSQL's protocol (version 3), or bytes of it that are none.
struct wire_message {
  std::string bytes;
  bool commits{false}; ///< the client asks for a COMMIT, or the server says that it is done
};

/// Splits what the two ends of one connection say into whole messages and tells which of them
/// commit, in the simple and the extended protocol. It must hear the connection from its first
/// byte; once the two agree on encryption it passes everything on as it comes.
class postgres_wire {
public:
  std::vector<wire_message> from_client(std::string_view bytes);
  std::vector<wire_message> from_server(std::string_view bytes);

private:
  bool take_startup(std::vector<wire_message>& out);
  bool asks_to_commit(std::string_view message);

  std::string client_; ///< of a message that is not whole yet
  std::string server_;
  bool started_{false}; ///< messages have a type from now on
  int single_bytes_{0}; ///< answers to requests for encryption that are still to come
  bool opaque_{false};  ///< nobody but the two ends can read it
  std::set<std::string> statements_; ///< prepared ones that commit
  std::set<std::string> portals_;    ///< bound to one of those
};

} // namespace guildhall::test
