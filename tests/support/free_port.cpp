#include "tests/support/free_port.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace guildhall::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

} // namespace

std::uint16_t free_port() {
  asio::io_context io;
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  const auto here = acceptor.local_endpoint();
  tcp::socket far{io};
  far.connect(here);
  auto near = acceptor.accept();
  // Whoever closes first keeps the port in TIME_WAIT (RFC 9293, 3.6): that reserves it.
  near.close();
  char byte = 0;
  boost::system::error_code end;
  far.read_some(asio::buffer(&byte, 1), end);
  return here.port();
}

} // namespace guildhall::test
