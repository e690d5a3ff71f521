#pragma once

#include "http/listener.hpp"
#include "http/mailbox.hpp"
#include "http/net.hpp"
#include "http/request.hpp"
#include "http/request_parser.hpp"
#include "http/response.hpp"
#include "http/worker.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace guildhall::http {

/// One client connection: reads a request, has it answered, writes the answer, and again. Lives
/// on one I/O thread; its coroutine keeps it alive.
class connection final : public connection_hook,
                         public std::enable_shared_from_this<connection> {
public:
  static void start(net_socket peer, worker& thread, seat place);

  connection(net_socket peer, worker& thread, seat place);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  /// The answer to request number `turn`; any but the first is ignored.
  void accept(std::uint64_t turn, response answer);

  /// Ends what takes too long.
  void tick(std::uint64_t now);
  /// An idle connection gets a short time for a request that may be under way to it.
  void begin_drain();
  /// Ends it now.
  void abort();

private:
  enum class stage : std::uint8_t { idle, header, body, handling, writing, lingering };
  enum class outcome : std::uint8_t { complete, broken, closed };

  static task<> run(std::shared_ptr<connection> self);
  task<outcome> read_request();
  task<> wait_for_answer();
  task<bool> write_answer();
  task<> linger();

  void enter(stage next, std::chrono::milliseconds limit);
  void enter_idle();
  request_parser::progress parse_buffered();
  void dispatch();
  void answer_request();
  void route();
  void answer_options();
  void shed_large_answer();
  void write_head();
  void finish_request();

  seat seat_; ///< given back when everything else here has gone
  net_socket socket_;
  worker& thread_;
  listener& from_;
  std::shared_ptr<mailbox> mailbox_;
  boost::beast::flat_buffer buffer_;
  request request_;
  std::optional<request_parser> parser_;

  stage stage_{stage::idle};
  std::uint64_t limit_tick_;
  bool timed_out_{false}; ///< the current stage took too long
  bool keep_{true};       ///< another request may follow
  failure broken_;        ///< why the last request could not be read

  std::uint64_t turn_{0};
  bool answered_{true};
  response answer_;
  std::move_only_function<void()> resume_; ///< set while the coroutine waits for the answer
  std::chrono::steady_clock::time_point received_{};
  std::chrono::steady_clock::time_point idle_since_; ///< or since it came
  std::string head_;
};

} // namespace guildhall::http
