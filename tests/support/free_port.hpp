#pragma once

#include <cstdint>

namespace guildhall::test {

/// A TCP port of the loopback for a server that is about to start. For a minute the kernel
/// hands it to nobody who asks for any port, be it for listening or as the near end of a
/// connection, while a server that names it (with SO_REUSEADDR) gets it. Throws when there is
/// none.
std::uint16_t free_port();

} // namespace guildhall::test
