#include "battlenet/sendable.hpp"
#include "tests/integration/battlenet/client_fixture.hpp"

/// Every text that goes into a request, and every one that comes with an answer, at its limit
/// and over it.
namespace guildhall::test {
namespace {

using battlenet::outcome;

class http_client_limits : public http_client_test {
protected:
  pending send(battlenet::request what, std::string bearer, std::string modified = "") {
    auto promise = std::make_shared<std::promise<battlenet::answer>>();
    auto future = promise->get_future();
    client_->get(
        what, std::move(bearer), std::move(modified), in(patience),
        [promise](battlenet::answer got) { promise->set_value(std::move(got)); });
    return pending{std::move(future)};
  }

  pending post(std::string target, std::string user, std::string form) {
    auto promise = std::make_shared<std::promise<battlenet::answer>>();
    auto future = promise->get_future();
    client_->post_form(
        std::move(target), std::move(user), "secret", std::move(form), in(patience),
        [promise](battlenet::answer got) { promise->set_value(std::move(got)); });
    return pending{std::move(future)};
  }

  static battlenet::request asking(std::string target, std::string name_space = "profile-eu") {
    battlenet::request what;
    what.target = std::move(target);
    what.namespace_value = std::move(name_space);
    return what;
  }

  void expect_unsent(pending answer) {
    const auto got = answer.get();
    EXPECT_TRUE(got.unsent) << got.detail;
    EXPECT_EQ(got.outcome, outcome::malformed);
    EXPECT_LE(got.detail.size(), 300u);
  }

  scripted_server server_{[](const server_request&, int, int) { return respond(200, "{}"); }};
};

std::string of_length(std::size_t length, char c = 'x') {
  return std::string(length, c);
}

TEST_F(http_client_limits, of_a_request_are_kept_where_it_is_made) {
  using namespace battlenet;
  connect(server_);
  EXPECT_EQ(send(asking("/"), of_length(longest_token)).get().outcome, outcome::ok);
  EXPECT_EQ(
      send(asking("/" + of_length(longest_target - 1)), "token").get().outcome, outcome::ok);
  EXPECT_EQ(send(asking("/", of_length(longest_field)), "token").get().outcome, outcome::ok);
  EXPECT_EQ(send(asking("/"), "token", of_length(longest_field)).get().outcome, outcome::ok);
  EXPECT_EQ(server_.requests(), 4);

  for (const auto length : {longest_token + 1, std::size_t{65'536}, std::size_t{100'000}})
    expect_unsent(send(asking("/"), of_length(length)));
  for (const auto* odd : {"", "a b", "a\r\nX: 1", "\xff", "a\n"})
    expect_unsent(send(asking("/"), odd));
  for (const auto length : {longest_target, std::size_t{100'000}})
    expect_unsent(send(asking("/" + of_length(length)), "token"));
  for (const auto* odd : {"", "x", "http://evil/", "/a b", "/a\r\n", "/\xff"})
    expect_unsent(send(asking(odd), "token"));
  for (const auto& odd :
       {of_length(longest_field + 1), of_length(100'000), std::string{"a\r\nb"}})
    expect_unsent(send(asking("/", odd), "token"));
  EXPECT_EQ(server_.requests(), 4) << "nothing of it was sent";
  EXPECT_EQ(send(asking("/"), "token").get().outcome, outcome::ok) << "and the client goes on";
}

TEST_F(http_client_limits, of_a_date_leave_it_out) {
  connect(server_);
  for (const auto& odd : {of_length(battlenet::longest_field + 1), of_length(100'000)})
    EXPECT_EQ(send(asking("/"), "token", odd).get().outcome, outcome::ok);
}

TEST_F(http_client_limits, of_a_form_are_kept_where_it_is_made) {
  connect(server_);
  EXPECT_EQ(
      post("/token", "user", of_length(battlenet::longest_form)).get().outcome, outcome::ok);
  expect_unsent(post("/token", "user", of_length(battlenet::longest_form + 1)));
  expect_unsent(post("/token", of_length(100'000), "a=b"));
  expect_unsent(post("/a b", "user", "a=b"));
  EXPECT_EQ(server_.requests(), 1);
}

std::string fields(std::size_t bytes) {
  constexpr std::string_view one = "X-Y: z\r\n";
  std::string out;
  while (out.size() + one.size() <= bytes)
    out += one;
  return out;
}

TEST_F(http_client_limits, of_the_head_of_an_answer_end_that_answer_alone) {
  constexpr std::size_t longest_head = 32 * 1024;
  std::string head;
  scripted_server server{
      [&](const server_request&, int, int) { return respond(200, "{}", head); }};
  connect(server);
  for (const auto& fits :
       {fields(longest_head - 200), "X: " + of_length(longest_head - 200) + "\r\n",
        "x-trace-traceid: " + of_length(30'000, '\xff') + "\r\n",
        "Location: " + of_length(30'000) + "\r\n"}) {
    head = fits;
    const auto got = ask("/").get();
    EXPECT_EQ(got.outcome, outcome::ok) << got.detail;
  }
  for (const auto& over :
       {fields(longest_head + 1'000), "X: " + of_length(longest_head) + "\r\n",
        "X: " + of_length(1u << 20) + "\r\n"}) {
    head = over;
    const auto got = ask("/").get();
    EXPECT_EQ(got.outcome, outcome::transient) << got.detail;
    EXPECT_FALSE(got.detail.empty());
  }
  head.clear();
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
}

/// Answers with what is in `bytes`.
scripted_server::script saying(const std::string& bytes) {
  return [&bytes](const server_request&, int, int) { return reply{.bytes = bytes}; };
}

TEST_F(http_client_limits, of_interim_answers_are_a_handful) {
  std::string bytes;
  scripted_server server{saying(bytes)};
  connect(server);
  const auto after = [&](int interim) {
    bytes.clear();
    for (int i = 0; i < interim; ++i)
      bytes += "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    bytes += respond(200, "{}").bytes;
    return ask("/").get();
  };
  EXPECT_EQ(after(1).body, "{}");
  EXPECT_EQ(after(8).body, "{}");
  EXPECT_EQ(server.connections(), 1) << "they end no connection";
  EXPECT_EQ(after(9).outcome, outcome::transient);
  EXPECT_EQ(after(10'000).outcome, outcome::transient);
  bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n";
  EXPECT_EQ(ask("/").get().outcome, outcome::transient) << "nobody asked for that";
  EXPECT_EQ(after(0).body, "{}");
}

TEST_F(http_client_limits, of_chunks_hold_for_what_is_around_them) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string bytes;
  scripted_server server{saying(bytes)};
  connect(server);
  const auto with = [&](std::size_t extension, const std::string& trailers) {
    bytes = head + "2;a=" + of_length(extension) + "\r\n{}\r\n0\r\n" + trailers + "\r\n";
    return ask("/").get();
  };
  EXPECT_EQ(with(50'000, "").body, "{}");
  EXPECT_EQ(with(1, fields(50'000)).body, "{}");
  EXPECT_EQ(with(100'000, "").outcome, outcome::transient);
  EXPECT_EQ(with(8u << 20, "").outcome, outcome::transient);
  EXPECT_EQ(with(1, fields(100'000)).outcome, outcome::transient);
  EXPECT_EQ(with(1, fields(4u << 20)).outcome, outcome::transient);
  const auto got = with(1, "Content-Encoding: br\r\nRetry-After: 9\r\nLast-Modified: x\r\n");
  EXPECT_EQ(got.body, "{}") << "what stands behind a body says nothing about it";
  EXPECT_EQ(got.retry_after, std::nullopt);
  EXPECT_EQ(got.last_modified, "");
}

TEST_F(http_client_limits, of_a_length_are_kept_before_a_byte_is_read) {
  std::string length;
  scripted_server server{[&](const server_request&, int, int) {
    return reply{
        .bytes = "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n{}",
        .then_close = true};
  }};
  auto options = options_for(server);
  options.max_body_bytes = 1'000;
  connect(options);
  for (const auto* odd :
       {"1001", "18446744073709551615", "99999999999999999999999", "-1", "2, 3", "x", "0x2",
        "3"}) {
    length = odd;
    const auto got = ask("/").get();
    EXPECT_TRUE(got.outcome == outcome::transient || got.outcome == outcome::malformed) << odd;
    EXPECT_EQ(got.body, "") << odd;
  }
  length = "2";
  EXPECT_EQ(ask("/").get().body, "{}");
}

TEST_F(http_client_limits, of_an_errors_body_change_nothing_of_what_it_is) {
  int status = 0;
  std::size_t size = 0;
  scripted_server server{
      [&](const server_request&, int, int) { return respond(status, of_length(size)); }};
  connect(server);
  for (const auto& [said, meant] :
       {std::pair{404, outcome::not_found}, std::pair{429, outcome::throttled},
        std::pair{503, outcome::transient}, std::pair{401, outcome::unauthorised}})
    for (const std::size_t bytes : {100u, 65'536u, 65'537u, 30u << 20}) {
      status = said;
      size = bytes;
      EXPECT_EQ(ask("/").get().outcome, meant) << said << ", " << bytes;
    }
}

} // namespace
} // namespace guildhall::test
