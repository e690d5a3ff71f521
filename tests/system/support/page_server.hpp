#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <thread>

namespace guildhall::system_test {

/// Serves a client's files on a port of its own, as a single-page application is served: an
/// address that is no file is answered with index.html. On localhost, which is another site
/// than 127.0.0.1.
class page_server {
public:
  /// All files of a folder.
  explicit page_server(const std::filesystem::path& folder);
  page_server(const page_server&) = delete;
  page_server& operator=(const page_server&) = delete;
  ~page_server();

  std::string origin() const {
    return "http://localhost:" + std::to_string(port_);
  }
  /// Adds a file; before the first request only.
  void add(const std::string& path, std::string content) {
    files_.insert_or_assign(path, std::move(content));
  }

private:
  void accept();

  std::map<std::string, std::string> files_; ///< by path: "/client.js"
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_{0};
  std::thread thread_;
};

} // namespace guildhall::system_test
