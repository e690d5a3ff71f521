#include "tests/system/support/page_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

namespace guildhall::system_test {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using files = std::map<std::string, std::string>;

constexpr std::chrono::seconds idle_bound{60};

std::string content_type(const std::string& path) {
  return path.ends_with(".js") ? "text/javascript" : "text/html; charset=utf-8";
}

asio::awaitable<void> serve(boost::beast::tcp_stream stream, const files& all) {
  try {
    boost::beast::flat_buffer buffer;
    for (;;) {
      stream.expires_after(idle_bound);
      http::request<http::empty_body> asked;
      co_await http::async_read(stream, buffer, asked, asio::use_awaitable);
      const std::string target{asked.target()};
      auto found = all.find(target.substr(0, target.find('?')));
      if (found == all.end())
        found = all.find("/index.html");
      http::response<http::string_body> answer{http::status::ok, 11, found->second};
      answer.set(http::field::content_type, content_type(found->first));
      answer.keep_alive(asked.keep_alive());
      answer.prepare_payload();
      co_await http::async_write(stream, answer, asio::use_awaitable);
    }
  } catch (const std::exception&) {
    // The browser has closed the connection.
  }
}

} // namespace

page_server::page_server(const std::filesystem::path& folder)
    : acceptor_{io_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}},
      port_{acceptor_.local_endpoint().port()} {
  for (const auto& one : std::filesystem::directory_iterator{folder}) {
    std::ifstream in{one.path(), std::ios::binary};
    add('/' + one.path().filename().string(), {std::istreambuf_iterator<char>{in}, {}});
  }
  accept();
  thread_ = std::thread{[this] { io_.run(); }};
}

page_server::~page_server() {
  io_.stop();
  thread_.join();
}

void page_server::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket peer) {
    if (error)
      return;
    asio::co_spawn(
        io_, serve(boost::beast::tcp_stream{std::move(peer)}, files_), asio::detached);
    accept();
  });
}

} // namespace guildhall::system_test
