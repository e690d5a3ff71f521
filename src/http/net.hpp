#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

/// The Asio types of the server. Everything of one connection runs on one io_context that one
/// thread runs, so that executors need no type erasure and connections no locks.
namespace guildhall::http {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using net_executor = asio::io_context::executor_type;
using net_socket = asio::basic_stream_socket<tcp, net_executor>;
using net_acceptor = asio::basic_socket_acceptor<tcp, net_executor>;
using net_timer = asio::basic_waitable_timer<
    std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, net_executor>;
template <class T = void>
using task = asio::awaitable<T, net_executor>;
inline constexpr asio::use_awaitable_t<net_executor> use_task{};

} // namespace guildhall::http
