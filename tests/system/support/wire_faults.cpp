#include "tests/system/support/wire_faults.hpp"

namespace guildhall::system_test {

using test::tcp_proxy;
using namespace std::chrono_literals;

const std::vector<wire_fault>& wire_faults() {
  static const std::vector<wire_fault> all{
      {"cut after 100 bytes of an answer", [](tcp_proxy& wire) { wire.cut_after(100); }},
      {"cut after 100 bytes of a question",
       [](tcp_proxy& wire) { wire.cut_after(100, tcp_proxy::way::to_server); }},
      {"reset after 100 bytes of an answer",
       [](tcp_proxy& wire) {
         wire.cut_after(100, tcp_proxy::way::to_client, tcp_proxy::ending::reset);
       }},
      {"reset once", [](tcp_proxy& wire) { wire.reset(); }},
      {"1 s of delay", [](tcp_proxy& wire) { wire.delay(1s); }, true},
      {"10 bytes a second", [](tcp_proxy& wire) { wire.drip(10); }, true},
      {"a black hole", [](tcp_proxy& wire) { wire.black_hole(true); }, true},
      {"half open", [](tcp_proxy& wire) { wire.half_open(true); }, true},
      {"refused", [](tcp_proxy& wire) { wire.refuse(true); }}};
  return all;
}

const std::vector<wire_fault>& commit_faults() {
  constexpr int every = 2;
  static const std::vector<wire_fault> all{
      {"closed before every second commit",
       [](tcp_proxy& wire) { wire.around_commit(tcp_proxy::at_commit::before, every); }},
      {"closed after every second commit",
       [](tcp_proxy& wire) { wire.around_commit(tcp_proxy::at_commit::after, every); }}};
  return all;
}

} // namespace guildhall::system_test
