#include "core/log.hpp"
#include "http/account/request_log.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace guildhall::http {
namespace {

using namespace std::chrono_literals;

const log_limit::clock::time_point start{1h};

class request_log_test : public ::testing::Test {
protected:
  request_log_test() {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(written));
    before = spdlog::default_logger();
    spdlog::set_default_logger(logger);
  }
  ~request_log_test() override {
    spdlog::set_default_logger(before);
  }

  void
  tell(method verb, int status, std::string target = "/api/x", const char* peer = "192.0.2.1") {
    request what;
    what.verb = verb;
    what.target = std::move(target);
    what.id = "id";
    what.peer = *ip_address::parse(peer);
    told.tell("api", what, {status, 10, 0.001}, traces, start);
  }

  trace_ids traces;

  std::size_t lines() const {
    const auto text = written.str();
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  proxy_trust trust;
  request_log told{trust};
  std::ostringstream written;
  std::shared_ptr<spdlog::logger> before;
};

TEST_F(request_log_test, a_change_is_told_with_who_asked) {
  tell(method::post, 201, "/api/rosters/1?secret=x");
  const auto text = written.str();
  EXPECT_NE(text.find("http: api POST /api/rosters/1 201 10 B"), std::string::npos) << text;
  EXPECT_NE(text.find("from=192.0.2.1 id=id"), std::string::npos) << text;
  EXPECT_EQ(text.find("secret"), std::string::npos) << text;
}

TEST_F(request_log_test, reads_are_told_when_they_meet_a_bug) {
  for (const auto verb : {method::get, method::head, method::options})
    for (const auto status : {200, 204, 304, 400, 404, 429, 503})
      tell(verb, status);
  EXPECT_EQ(lines(), 0u);
  tell(method::get, 500);
  EXPECT_EQ(lines(), 1u);
}

TEST_F(request_log_test, refusals_of_one_address_are_few_lines) {
  for (int i = 0; i < 1000; ++i)
    tell(method::other, 404);
  EXPECT_LE(lines(), 20u);
  tell(method::post, 201);
  EXPECT_NE(written.str().find(" 201 "), std::string::npos)
      << "what is done is told all the same";
}

TEST_F(request_log_test, no_number_of_addresses_fills_a_minute) {
  const std::string path = "/" + std::string(15'000, 'p');
  for (int i = 0; i < 65'536; ++i) {
    const auto peer = "2001:db8:" + std::to_string(i % 10'000) + "::1";
    tell(method::other, 404, path, peer.c_str());
    tell(method::post, 503, path, peer.c_str());
    tell(method::post, 200, path, peer.c_str());
  }
  EXPECT_LT(written.str().size(), 1'000'000u);
}

TEST(path_for_log, is_short_and_plain) {
  EXPECT_EQ(path_for_log("/api/guilds/1"), "/api/guilds/1");
  EXPECT_EQ(path_for_log("/\x1b[2J\n\xc2\x9b\xe2\x80\xae x"), "/%1B[2J%0A%C2%9B%E2%80%AE%20x");
  EXPECT_EQ(path_for_log(std::string(256, 'a')), std::string(256, 'a'));
  EXPECT_EQ(path_for_log(std::string(257, 'a')), std::string(256, 'a') + "...");
  EXPECT_EQ(path_for_log(std::string(300, '\n')).size(), 255u + 3u);
}

} // namespace
} // namespace guildhall::http
