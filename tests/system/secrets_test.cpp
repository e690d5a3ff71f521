#include "tests/system/support/world.hpp"

#include <regex>

/// What guildhall prints while it works, fails and is asked the wrong way holds no secret.
namespace guildhall::system_test {

namespace {

class secrets : public world {};

constexpr auto client_secret = "s3cret-of-the-client-7hd83";
constexpr auto signing_key = "kid:9f8e7d6c5b4a39281706f5e4d3c2b1a0-signing";

} // namespace

TEST_F(secrets, no_log_of_a_run_holds_a_secret) {
  simulate(quick_simulator({"--world", "30", "--client-secret", client_secret}));
  auto run = quick_budget();
  run["GUILDHALL_BATTLENET_CLIENT_SECRET"] = client_secret;
  run["GUILDHALL_AUTH_KEYS"] = signing_key;
  run["GUILDHALL_LOG_LEVEL"] = "trace";
  run["GUILDHALL_DATABASE_DSN"] = db.dsn() + " password=p4ssword-of-the-database";
  auto& guildhall = serve(run);
  const auto address = sim().guilds().at(0);
  const auto guild = mirror(guildhall, address);

  // Things go wrong as well: revoked tokens, failing answers, a lost database, bad requests.
  sim().post("tokens/revoke", boost::json::object{});
  sim().add_fault({{"match", "class:profile"}, {"rate", 0.3}, {"status", 500}});
  sim().add_fault({{"match", "class:token"}, {"count", 1}, {"status", 500}});
  sync_now(guildhall, guild);
  guildhall.api("/api/guilds/id/abc");
  ask(guildhall.port(),
      {.target = "/api/guilds/id/1", .headers = {{"Authorization", "Bearer not.a.token"}}});
  eventually("characters fail", std::chrono::seconds{20}, [&] {
    return db.number("select count(*) from document_states where error_class is not null") > 0;
  });
  postgres.stop();
  guildhall.api("/api/guilds/id/" + std::to_string(guild) + "/freshness");
  postgres.start();
  guildhall.await_ready();
  EXPECT_EQ(guildhall.stop(), 0);

  auto other = run;
  other["GUILDHALL_DATABASE_DSN"] = postgres.guarded_dsn("postgres", "wr0ng-password");
  other["GUILDHALL_HTTP_PORT"] = "nonsense";
  auto printed = guildhall.child().output() + command({"check-config"}, run).output
               + command({"check-config"}, other).output;
  other.erase("GUILDHALL_HTTP_PORT");
  printed += command({"status"}, other).output;
  ASSERT_FALSE(printed.empty());

  for (const std::string secret :
       {client_secret, "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "p4ssword-of-the-database",
        "wr0ng-password", "Bearer "})
    EXPECT_EQ(printed.find(secret), std::string::npos) << secret;
  // Battle.net's access tokens as the simulator makes them, and JSON Web Tokens.
  EXPECT_FALSE(std::regex_search(printed, std::regex{"EU[0-9a-f]{16,}"}));
  EXPECT_FALSE(std::regex_search(printed, std::regex{"eyJ[A-Za-z0-9_-]{10,}"}));
}

} // namespace guildhall::system_test
