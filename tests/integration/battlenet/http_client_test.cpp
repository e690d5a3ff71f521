#include "tests/integration/battlenet/client_fixture.hpp"
#include "tests/support/gzip.hpp"

#include <atomic>
#include <map>

namespace guildhall::test {
namespace {

using battlenet::outcome;

/// Header names in lower case.
std::map<std::string, std::string> headers_of(const server_request& request) {
  std::map<std::string, std::string> out;
  for (const auto& field : request) {
    std::string name{field.name_string().data(), field.name_string().size()};
    for (auto& c : name)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    out[name] = std::string{field.value().data(), field.value().size()};
  }
  return out;
}

TEST_F(http_client_test, sends_what_battlenet_wants_to_see) {
  std::map<std::string, std::string> headers;
  std::string line;
  scripted_server server{[&](const server_request& request, int, int) {
    headers = headers_of(request);
    line = std::string{request.method_string()} + " " + std::string{request.target()};
    return respond(200, "{}");
  }};
  connect(server);
  const std::string seen = "Sat, 7 Mar 2020 09:41:14 GMT";
  EXPECT_EQ(
      ask("/data/wow/guild/s/%D1%8D?locale=en_US", patience, seen).get().outcome, outcome::ok);
  EXPECT_EQ(line, "GET /data/wow/guild/s/%D1%8D?locale=en_US");
  EXPECT_EQ(headers["authorization"], "Bearer token");
  EXPECT_EQ(headers["battlenet-namespace"], "profile-eu");
  EXPECT_EQ(headers["if-modified-since"], seen);
  EXPECT_EQ(headers["accept-encoding"], "gzip");
  EXPECT_EQ(headers["user-agent"], "guildhall");
  EXPECT_EQ(headers["host"], "127.0.0.1:" + server.port());

  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_FALSE(headers.contains("if-modified-since"));
}

TEST_F(http_client_test, lets_no_validator_smuggle_a_header) {
  std::map<std::string, std::string> headers;
  scripted_server server{[&](const server_request& request, int, int) {
    headers = headers_of(request);
    return respond(200, "{}");
  }};
  connect(server);
  EXPECT_EQ(ask("/", patience, "x\r\nevil: 1").get().outcome, outcome::ok);
  EXPECT_FALSE(headers.contains("evil"));
  EXPECT_FALSE(headers.contains("if-modified-since"));
}

TEST_F(http_client_test, posts_a_form_with_basic_credentials) {
  std::map<std::string, std::string> headers;
  std::string body;
  scripted_server server{[&](const server_request& request, int, int) {
    headers = headers_of(request);
    body = std::string{request.method_string()} + " " + request.body();
    return respond(200, "{}");
  }};
  connect(server);
  std::promise<battlenet::answer> promise;
  client_->post_form(
      "/token", "Aladdin", "open sesame", "grant_type=client_credentials", in(patience),
      [&](battlenet::answer got) { promise.set_value(std::move(got)); });
  EXPECT_EQ(pending{promise.get_future()}.get().outcome, outcome::ok);
  EXPECT_EQ(body, "POST grant_type=client_credentials");
  EXPECT_EQ(headers["authorization"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(headers["content-type"], "application/x-www-form-urlencoded");
}

TEST_F(http_client_test, unpacks_gzip) {
  const std::string text = "{\"name\":\"Альвеоняша\"}" + std::string(100'000, ' ');
  scripted_server server{[&](const server_request&, int, int) {
    return respond(
        200, gzip(text),
        "Content-Encoding: gzip\r\nLast-Modified: Sat, 7 Mar 2020 09:41:14 GMT\r\n"
        "Cache-Control: public, max-age=10800\r\nBattlenet-Schema-Revision: 18\r\n");
  }};
  connect(server);
  const auto got = ask("/").get();
  EXPECT_EQ(got.outcome, outcome::ok);
  EXPECT_EQ(got.body, text);
  EXPECT_EQ(got.last_modified, "Sat, 7 Mar 2020 09:41:14 GMT");
  EXPECT_EQ(got.max_age, 10'800s);
  EXPECT_EQ(got.schema_revision, "18");
}

TEST_F(http_client_test, takes_a_content_coding_in_any_spelling) {
  std::string coding;
  scripted_server server{[&](const server_request&, int, int) {
    const auto body = coding.starts_with('I') ? std::string{"{}"} : gzip("{}");
    return respond(200, body, "Content-Encoding: " + coding + "\r\n");
  }};
  connect(server);
  for (const auto* spelt : {"gzip", "GZIP", "X-Gzip", "Identity"}) {
    coding = spelt;
    EXPECT_EQ(ask("/").get().body, "{}") << spelt;
  }
  coding = "br";
  EXPECT_EQ(ask("/").get().outcome, outcome::malformed);
}

TEST_F(http_client_test, takes_chunks) {
  scripted_server server{[](const server_request&, int, int) {
    return reply{
        .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n"};
  }};
  connect(server);
  EXPECT_EQ(ask("/").get().body, "{\"a\":1}");
}

TEST_F(http_client_test, takes_chunks_byte_by_byte) {
  std::string chunks;
  scripted_server server{[&chunks](const server_request&, int, int) {
    return reply{
        .bytes = "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
        .pause = 1ms};
  }};
  connect(server);
  for (const auto* sent : {"2\r\n{}\r\n0\r\n\r\n", "0\r\n\r\n", "0\r\nX: y\r\n\r\n"}) {
    chunks = sent;
    EXPECT_EQ(ask("/").get().outcome, outcome::not_found) << sent;
  }
}

TEST_F(http_client_test, keeps_the_connection_over_answers_without_a_body) {
  scripted_server server{[](const server_request&, int, int request) {
    switch (request) {
    case 1:
      return respond(304, "", "Last-Modified: Sat, 7 Mar 2020 09:41:14 GMT\r\n");
    case 2:
      return respond(204, "");
    case 3:
      return respond(200, "");
    case 4:
      return respond(404, R"({"code":404})", "x-trace-traceid: abc\r\n");
    case 5:
      return respond(429, "", "Retry-After: 2\r\n");
    default:
      return respond(200, "{}");
    }
  }};
  connect(server);
  EXPECT_EQ(ask("/").get().outcome, outcome::not_modified);
  EXPECT_EQ(ask("/").get().outcome, outcome::malformed);
  EXPECT_EQ(ask("/").get().outcome, outcome::malformed);
  const auto missing = ask("/").get();
  EXPECT_EQ(missing.outcome, outcome::not_found);
  EXPECT_EQ(missing.detail, "status 404, trace abc");
  const auto throttled = ask("/").get();
  EXPECT_EQ(throttled.outcome, outcome::throttled);
  EXPECT_EQ(throttled.retry_after, 2s);
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(http_client_test, uses_one_connection_for_one_request_after_the_other) {
  scripted_server server{[](const server_request&, int, int) { return respond(200, "{}"); }};
  connect(server);
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests(), 50);
}

TEST_F(http_client_test, opens_no_more_connections_than_allowed) {
  scripted_server server{[](const server_request&, int, int request) {
    auto out = respond(200, "{}");
    out.hold = request <= 4;
    return out;
  }};
  auto options = options_for(server);
  options.connections = 4;
  connect(options);
  std::vector<pending> answers;
  for (int i = 0; i < 100; ++i)
    answers.push_back(ask("/"));
  EXPECT_TRUE(eventually([&] { return server.requests() == 4; }));
  server.release();
  for (auto& each : answers)
    EXPECT_EQ(each.get().outcome, outcome::ok);
  EXPECT_EQ(server.connections(), 4);
  EXPECT_EQ(server.requests(), 100);
}

TEST_F(http_client_test, answers_each_request_once_from_many_threads) {
  scripted_server server{[](const server_request& request, int, int) {
    return respond(200, std::string{request.target()});
  }};
  connect(server);
  constexpr int askers = 4;
  constexpr int each = 100;
  std::atomic<int> answered{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int asker = 0; asker < askers; ++asker)
    threads.emplace_back([&, asker] {
      for (int i = 0; i < each; ++i) {
        battlenet::request what;
        what.target = "/" + std::to_string(asker) + "/" + std::to_string(i);
        client_->get(
            what, "token", "", in(patience),
            [&, expected = what.target](battlenet::answer got) {
              wrong += got.body == expected ? 0 : 1;
              ++answered;
            });
      }
    });
  for (auto& thread : threads)
    thread.join();
  EXPECT_TRUE(eventually([&] { return answered == askers * each; }));
  EXPECT_EQ(wrong, 0);
}

TEST_F(http_client_test, closes_what_was_idle_for_too_long) {
  scripted_server server{[](const server_request&, int, int) { return respond(200, "{}"); }};
  auto options = options_for(server);
  options.idle_timeout = 1s;
  connect(options);
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_EQ(server.open_connections(), 1);
  EXPECT_TRUE(eventually([&] { return server.open_connections() == 0; }));
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(http_client_test, is_not_made_for_a_url_that_is_none) {
  const auto made = battlenet::http_client::make(io_, {.base_url = "blizzard"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ec::bad_config);
}

} // namespace
} // namespace guildhall::test
