#include "tests/support/postgres.hpp"
#include "tests/support/tcp_proxy.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/prepared_statement>
#include <pqxx/transaction>

#include <poll.h>
#include <string>

/// What a fault of the proxy looks like from both ends.
namespace guildhall::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

class proxied : public testing::Test {
protected:
  tcp::endpoint here(std::uint16_t port) const {
    return {asio::ip::address_v4::loopback(), port};
  }
  void dial() {
    client = tcp::socket{io};
    client.connect(here(proxy.port()));
    server = acceptor.accept();
  }
  static void say(tcp::socket& where, const std::string& text) {
    asio::write(where, asio::buffer(text));
  }
  /// Exactly so many bytes; fewer if the connection ends before.
  std::string hear(tcp::socket& where, std::size_t count) {
    std::string out(count, '\0');
    out.resize(asio::read(where, asio::buffer(out), error));
    return out;
  }
  /// Whether anything, an end as well, can be read within that time.
  static bool says_something(tcp::socket& where, std::chrono::milliseconds within) {
    pollfd one{where.native_handle(), POLLIN, 0};
    return ::poll(&one, 1, static_cast<int>(within.count())) > 0;
  }

  asio::io_context io;
  tcp::acceptor acceptor{io, here(0)};
  tcp_proxy proxy{acceptor.local_endpoint().port()};
  tcp::socket client{io};
  tcp::socket server{io};
  boost::system::error_code error;
};

} // namespace

TEST_F(proxied, passes_everything_on_and_an_end_after_it) {
  dial();
  const std::string large(1'000'000, 'x');
  say(client, "hello");
  EXPECT_EQ(hear(server, 5), "hello");
  std::thread speaker{[&] {
    say(server, large);
    server.close();
  }};
  EXPECT_EQ(hear(client, large.size()), large);
  speaker.join();
  EXPECT_EQ(hear(client, 1), "");
  EXPECT_EQ(error, asio::error::eof);
  EXPECT_EQ(proxy.accepted(), 1);
  EXPECT_EQ(proxy.struck(), 0);
}

TEST_F(proxied, cuts_either_way_after_some_bytes) {
  proxy.cut_after(100);
  for (int i = 0; i < 2; ++i) { // each connection
    dial();
    say(client, std::string(300, 'q'));
    EXPECT_EQ(hear(server, 300).size(), 300u);
    say(server, std::string(300, 'a'));
    EXPECT_EQ(hear(client, 300).size(), 100u);
    EXPECT_EQ(error, asio::error::eof);
  }
  proxy.cut_after(7, tcp_proxy::way::to_server, tcp_proxy::ending::reset);
  dial();
  say(client, "0123456789");
  hear(server, 10);
  EXPECT_EQ(error, asio::error::connection_reset);
  EXPECT_EQ(proxy.struck(), 3);
}

TEST_F(proxied, a_black_hole_takes_bytes_and_gives_them_back_when_it_ends) {
  dial();
  proxy.black_hole(true);
  say(client, "hello");
  say(server, "world");
  EXPECT_FALSE(says_something(server, 100ms));
  EXPECT_FALSE(says_something(client, 0ms));
  proxy.behave();
  EXPECT_EQ(hear(server, 5), "hello");
  EXPECT_EQ(hear(client, 5), "world");
}

TEST_F(proxied, a_delay_holds_every_connection_back_by_itself) {
  dial();
  auto first = std::pair{std::move(client), std::move(server)};
  proxy.delay(200ms);
  const auto begin = std::chrono::steady_clock::now();
  say(first.first, "slow");
  dial();
  say(client, "slow");
  EXPECT_EQ(hear(first.second, 4), "slow");
  EXPECT_EQ(hear(server, 4), "slow");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
}

TEST_F(proxied, drips) {
  dial();
  proxy.drip(100);
  const auto begin = std::chrono::steady_clock::now();
  say(client, std::string(20, 'x'));
  EXPECT_EQ(hear(server, 20).size(), 20u);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 100ms);
}

TEST_F(proxied, half_open_is_an_end_for_the_server_only) {
  dial();
  proxy.half_open(true);
  EXPECT_EQ(hear(server, 1), "");
  EXPECT_EQ(error, asio::error::eof);
  say(client, "is anybody there");
  EXPECT_FALSE(says_something(client, 100ms));
  proxy.behave();
  EXPECT_FALSE(says_something(client, 100ms)) << "that one is lost for good";
  dial();
  say(client, "hello");
  EXPECT_EQ(hear(server, 5), "hello");
}

TEST_F(proxied, refuses_and_resets) {
  dial();
  proxy.refuse(true);
  hear(client, 1);
  EXPECT_EQ(error, asio::error::connection_reset);
  tcp::socket other{io};
  other.connect(here(proxy.port()));
  hear(other, 1);
  EXPECT_EQ(error, asio::error::connection_reset);
  proxy.refuse(false);
  dial();
  proxy.reset();
  hear(client, 1);
  EXPECT_EQ(error, asio::error::connection_reset);
  dial();
  say(client, "hello");
  EXPECT_EQ(hear(server, 5), "hello");
}

namespace {

class a_commit : public testing::Test {
protected:
  void SetUp() override {
    db.exec("create table noted (what text)");
  }
  std::unique_ptr<pqxx::connection> dial() const {
    return std::make_unique<pqxx::connection>(
        postgres_cluster::shared().tcp_dsn(db.name(), proxy.port()));
  }
  /// One in a transaction of libpqxx's: the simple protocol.
  static void note(pqxx::connection& in) {
    pqxx::work transaction{in};
    transaction.exec("insert into noted values ('one')");
    transaction.commit();
  }
  /// The commit is a prepared statement: the extended protocol.
  static void note_by_prepared_statements(pqxx::connection& in) {
    in.prepare("done", "commit");
    pqxx::nontransaction plain{in};
    plain.exec("begin");
    plain.exec("insert into noted values ('two')");
    plain.exec_prepared("done");
  }
  void expect_noted(std::int64_t count) {
    EXPECT_EQ(db.count("select count(*) from noted"), count);
  }

  test_database db;
  tcp_proxy proxy{postgres_cluster::shared().port(), tcp_proxy::protocol::postgres};
};

} // namespace

TEST_F(a_commit, goes_through_where_nothing_is_wrong) {
  note(*dial());
  note_by_prepared_statements(*dial());
  expect_noted(2);
}

TEST_F(a_commit, that_the_server_never_heard_of_did_not_happen) {
  proxy.around_commit(tcp_proxy::at_commit::before);
  EXPECT_THROW(note(*dial()), std::exception);
  EXPECT_THROW(note_by_prepared_statements(*dial()), std::exception);
  EXPECT_EQ(proxy.struck(), 2);
  expect_noted(0);
}

TEST_F(a_commit, whose_answer_is_lost_has_happened) {
  proxy.around_commit(tcp_proxy::at_commit::after);
  EXPECT_THROW(note(*dial()), std::exception);
  EXPECT_THROW(note_by_prepared_statements(*dial()), std::exception);
  EXPECT_EQ(proxy.struck(), 2);
  expect_noted(2);
}

TEST_F(a_commit, is_struck_one_time_in_three_if_so_asked) {
  proxy.around_commit(tcp_proxy::at_commit::before, 3);
  int failed = 0;
  for (int i = 0; i < 6; ++i)
    try {
      note(*dial());
    } catch (const std::exception&) {
      ++failed;
    }
  EXPECT_EQ(failed, 2);
  expect_noted(4);
  proxy.behave();
  note(*dial());
  expect_noted(5);
}

} // namespace guildhall::test
