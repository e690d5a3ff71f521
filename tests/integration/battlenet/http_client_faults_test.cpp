#include "tests/integration/battlenet/client_fixture.hpp"
#include "tests/support/gzip.hpp"

#include <atomic>

namespace guildhall::test {
namespace {

using battlenet::outcome;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A server that answers the first request with `first` and all others well.
scripted_server::script at_first(reply first) {
  return [first](const server_request&, int, int request) {
    return request == 1 ? first : respond(200, "{}");
  };
}

struct fault {
  const char* name;
  reply what;
  outcome expected;
};

class after_a_fault : public http_client_test, public testing::WithParamInterface<fault> {};

TEST_P(after_a_fault, the_client_names_it_and_goes_on) {
  scripted_server server{at_first(GetParam().what)};
  auto options = options_for(server);
  options.max_body_bytes = 100'000;
  connect(options);
  const auto got = ask("/").get();
  EXPECT_EQ(to_string(got.outcome), to_string(GetParam().expected)) << got.detail;
  EXPECT_FALSE(got.detail.empty());
  EXPECT_EQ(server.requests(), 1) << "nothing is sent twice";
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
}

reply cut_off(reply what, bool reset) {
  what.bytes.resize(what.bytes.size() - 5);
  what.then_close = !reset;
  what.then_reset = reset;
  return what;
}

reply packed(std::string body, const std::string& encoding = "gzip") {
  return respond(200, std::move(body), "Content-Encoding: " + encoding + "\r\n");
}

std::string chunked(const std::string& body) {
  std::string out = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 4'096)
    out += "1000\r\n" + body.substr(at, 4'096) + "\r\n";
  return out + "0\r\n\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    http_client, after_a_fault,
    testing::Values(
        fault{
            "body_cut_off", cut_off(respond(200, "{\"a\":12345}"), false), outcome::transient},
        fault{
            "reset_in_the_body", cut_off(respond(200, "{\"a\":12345}"), true),
            outcome::transient},
        fault{"closed_without_an_answer", {.then_close = true}, outcome::transient},
        fault{"reset_without_an_answer", {.then_reset = true}, outcome::transient},
        fault{
            "no_http",
            {.bytes = "220 mail.example.com ESMTP\r\n\r\n", .then_close = true},
            outcome::transient},
        fault{
            "endless_headers",
            {.bytes = "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), .then_close = true},
            outcome::transient},
        fault{
            "body_over_the_limit", respond(200, std::string(100'001, 'x')), outcome::malformed},
        fault{
            "chunks_over_the_limit",
            {.bytes = chunked(std::string(25 * 4'096, 'x')), .then_close = true},
            outcome::malformed},
        fault{"gzip_bomb", packed(gzip(std::string(20u << 20, '\0'))), outcome::malformed},
        fault{
            "gzip_cut_off", packed(gzip(std::string(5'000, 'x')).substr(0, 20)),
            outcome::malformed},
        fault{"gzip_that_is_none", packed("{}"), outcome::malformed},
        fault{"foreign_encoding", packed("{}", "br"), outcome::malformed},
        fault{"server_error_in_html", respond(503, "<html>"), outcome::transient}),
    [](const auto& given) { return std::string{given.param.name}; });

TEST_F(http_client_test, takes_a_body_of_exactly_the_limit) {
  scripted_server server{at_first(respond(200, std::string(1'000, 'x')))};
  auto options = options_for(server);
  options.max_body_bytes = 1'000;
  connect(options);
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
}

TEST_F(http_client_test, sends_nothing_on_a_kept_connection_that_was_closed) {
  scripted_server server{[](const server_request&, int connection, int) {
    auto out = respond(200, "{}");
    out.then_close = connection == 1; // without having said so
    return out;
  }};
  connect(server);
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_TRUE(eventually([&] { return server.open_connections() == 0; }));
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(http_client_test, says_that_a_kept_connection_closed_on_the_request_and_asks_no_more) {
  scripted_server server{[](const server_request&, int connection, int request) {
    return connection == 1 && request == 2 ? reply{.then_close = true} : respond(200, "{}");
  }};
  connect(server);
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  const auto got = ask("/").get();
  EXPECT_EQ(got.outcome, outcome::transient);
  EXPECT_TRUE(got.stale);
  EXPECT_EQ(server.requests(), 2);
  EXPECT_FALSE(ask("/").get().stale);
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(server.requests(), 3);
}

TEST_F(http_client_test, a_fresh_connection_that_closes_is_not_called_stale) {
  scripted_server server{
      [](const server_request&, int, int) { return reply{.then_close = true}; }};
  connect(server);
  EXPECT_FALSE(ask("/").get().stale);
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(http_client_test, sends_no_more_requests_than_it_was_asked_for_whatever_is_reset) {
  scripted_server server{[](const server_request&, int, int request) {
    return request % 5 == 0 ? reply{.then_reset = true} : respond(200, "{}");
  }};
  auto options = options_for(server);
  options.connections = 4;
  connect(options);
  constexpr int asked = 400;
  int stale = 0;
  for (int round = 0; round < asked / 8; ++round) {
    std::vector<pending> answers;
    for (int i = 0; i < 8; ++i)
      answers.push_back(ask("/"));
    for (auto& each : answers)
      stale += each.get().stale ? 1 : 0;
  }
  EXPECT_EQ(server.requests(), asked);
  EXPECT_GT(stale, 0);
}

TEST_F(http_client_test, sends_a_form_once_more_by_itself) {
  scripted_server server{[](const server_request&, int, int request) {
    return request == 2 ? reply{.then_close = true} : respond(200, "{}");
  }};
  connect(server);
  EXPECT_EQ(post_form("/token").get().outcome, outcome::ok);
  EXPECT_EQ(post_form("/token").get().outcome, outcome::ok);
  EXPECT_EQ(server.requests(), 3);
}

TEST_F(http_client_test, does_not_ask_again_once_an_answer_has_begun) {
  scripted_server server{[](const server_request&, int, int request) {
    return request == 1 ? respond(200, "{}") : reply{.bytes = "HTTP/1.1 2", .then_close = true};
  }};
  connect(server);
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_EQ(ask("/").get().outcome, outcome::transient);
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(http_client_test, does_not_keep_a_connection_that_the_server_is_about_to_close) {
  scripted_server server{[](const server_request&, int, int) {
    auto out = respond(200, "{}", "Connection: close\r\n");
    out.then_close = true;
    return out;
  }};
  connect(server);
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_EQ(server.requests(), 2);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(http_client_test, trusts_no_bytes_behind_an_answer) {
  auto twice = respond(200, "{}");
  twice.bytes += respond(200, "forged").bytes;
  scripted_server server{at_first(twice)};
  connect(server);
  EXPECT_EQ(ask("/").get().body, "{}");
  EXPECT_EQ(ask("/").get().body, "{}");
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(http_client_test, waits_no_longer_than_the_time_out_for_a_dripping_answer) {
  auto drip = respond(200, std::string(100'000, 'x'));
  drip.pause = 5ms;
  scripted_server server{at_first(drip)};
  auto options = options_for(server);
  options.request_timeout = 200ms;
  connect(options);
  const auto got = ask("/").get();
  EXPECT_EQ(got.outcome, outcome::transient);
  EXPECT_TRUE(contains(got.detail, "time-out")) << got.detail;
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
}

TEST_F(http_client_test, gives_up_at_the_deadline_of_whoever_asks) {
  auto held = respond(200, "{}");
  held.hold = true;
  scripted_server server{at_first(held)};
  connect(server);
  const auto got = ask("/", 100ms).get();
  EXPECT_EQ(got.outcome, outcome::transient);
  EXPECT_TRUE(contains(got.detail, "deadline")) << got.detail;
}

TEST_F(http_client_test, sends_nothing_after_the_deadline) {
  scripted_server server{at_first(respond(200, "{}"))};
  connect(server);
  EXPECT_EQ(ask("/", -1ms).get().outcome, outcome::transient);
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(http_client_test, keeps_to_deadlines_while_waiting_for_a_connection) {
  auto held = respond(200, "{}");
  held.hold = true;
  scripted_server server{at_first(held)};
  auto options = options_for(server);
  options.connections = 1;
  connect(options);
  auto first = ask("/first");
  auto later = ask("/later");
  auto late = ask("/late", 100ms);
  const auto got = late.get();
  EXPECT_EQ(got.outcome, outcome::transient);
  EXPECT_TRUE(contains(got.detail, "waiting for a connection")) << got.detail;
  EXPECT_FALSE(first.is_there());
  EXPECT_FALSE(later.is_there());
  server.release();
  EXPECT_EQ(first.get().outcome, outcome::ok);
  EXPECT_EQ(later.get().outcome, outcome::ok);
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(http_client_test, lets_no_more_wait_than_the_queue_holds) {
  auto held = respond(200, "{}");
  held.hold = true;
  scripted_server server{at_first(held)};
  auto options = options_for(server);
  options.connections = 1;
  options.max_queue = 2;
  connect(options);
  auto first = ask("/");
  auto second = ask("/");
  auto third = ask("/");
  const auto refused = ask("/").get();
  EXPECT_EQ(refused.outcome, outcome::transient);
  EXPECT_TRUE(contains(refused.detail, "too many")) << refused.detail;
  server.release();
  EXPECT_EQ(first.get().outcome, outcome::ok);
  EXPECT_EQ(second.get().outcome, outcome::ok);
  EXPECT_EQ(third.get().outcome, outcome::ok);
}

TEST_F(http_client_test, completes_everything_when_it_is_closed) {
  auto held = respond(200, "{}");
  held.hold = true;
  scripted_server server{[&](const server_request&, int, int) { return held; }};
  auto options = options_for(server);
  options.connections = 2;
  connect(options);
  std::vector<pending> answers;
  for (int i = 0; i < 5; ++i)
    answers.push_back(ask("/"));
  EXPECT_TRUE(eventually([&] { return server.requests() == 2; }));
  client_->close();
  for (auto& each : answers) {
    const auto got = each.get();
    EXPECT_EQ(got.outcome, outcome::transient);
    EXPECT_TRUE(contains(got.detail, "closed")) << got.detail;
  }
  EXPECT_EQ(ask("/").get().outcome, outcome::transient);
}

TEST_F(http_client_test, closes_when_its_owner_lets_go) {
  auto held = respond(200, "{}");
  held.hold = true;
  scripted_server server{[&](const server_request&, int, int) { return held; }};
  connect(server);
  auto answer = ask("/");
  EXPECT_TRUE(eventually([&] { return server.requests() == 1; }));
  client_.reset();
  EXPECT_EQ(answer.get().outcome, outcome::transient);
}

TEST_F(http_client_test, says_so_when_nobody_listens) {
  battlenet::client_options options;
  {
    scripted_server gone{[](const server_request&, int, int) { return reply{}; }};
    options.base_url = gone.url();
  }
  connect(options);
  const auto got = ask("/").get();
  EXPECT_EQ(got.outcome, outcome::transient);
  EXPECT_EQ(got.status, 0u);
  EXPECT_TRUE(contains(got.detail, "connect:")) << got.detail;
}

TEST_F(http_client_test, says_so_when_the_host_is_unknown) {
  battlenet::client_options options;
  options.base_url = "http://no-such-host.invalid";
  connect(options);
  const auto got = ask("/").get();
  EXPECT_EQ(got.outcome, outcome::transient);
  EXPECT_TRUE(contains(got.detail, "resolve:")) << got.detail;
}

TEST_F(http_client_test, survives_a_server_that_fails_at_random) {
  scripted_server server{[](const server_request&, int, int request) {
    switch (request % 7) {
    case 0:
      return reply{.then_reset = true};
    case 3:
      return reply{
          .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", .then_close = true};
    case 5:
      return respond(503, "");
    default:
      return respond(200, "{}");
    }
  }};
  auto options = options_for(server);
  options.connections = 4;
  connect(options);
  std::vector<pending> answers;
  for (int i = 0; i < 300; ++i)
    answers.push_back(ask("/"));
  int good = 0;
  for (auto& each : answers) {
    const auto got = each.get();
    EXPECT_TRUE(got.outcome == outcome::ok || got.outcome == outcome::transient);
    good += got.outcome == outcome::ok ? 1 : 0;
  }
  EXPECT_GT(good, 100);
}

} // namespace
} // namespace guildhall::test
