#include "tests/system/support/world.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

/// SIGHUP: what can change without a restart changes, and nothing else does.
namespace guildhall::system_test {

namespace {

using namespace std::chrono_literals;

constexpr auto first_key = "a:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr auto second_key = "b:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

class reload : public world {
protected:
  void SetUp() override {
    simulate(quick_simulator({"--world", "20"}));
    write_keys(first_key);
    write_file("");
  }

  void write_keys(const std::string& keys) const {
    std::ofstream{file("keys"), std::ios::trunc} << keys << '\n';
    using std::filesystem::perms; // else every command warns
    std::filesystem::permissions(file("keys"), perms::owner_read | perms::owner_write);
  }
  void write_file(const std::string& text) const {
    std::ofstream{file("guildhall.toml"), std::ios::trunc} << text;
  }

  settings by_file() const {
    auto out = quick_budget();
    out["GUILDHALL_CONFIG"] = file("guildhall.toml").string();
    out["GUILDHALL_AUTH_KEYS"] = "";
    out["GUILDHALL_AUTH_KEYS_FILE"] = file("keys").string();
    return out;
  }

  /// Sends SIGHUP and waits until it says this.
  static void hang_up(instance& to, const std::string& said) {
    const auto before = to.child().output().size();
    to.child().signal(SIGHUP);
    eventually("it says: " + said, 10s, [&] {
      return to.child().output().find(said, before) != std::string::npos;
    });
  }

  static std::string allowed_origin(const instance& where, const std::string& origin) {
    return ask(where.port(), {.target = "/api/healthcheck", .headers = {{"Origin", origin}}})
        .header("access-control-allow-origin");
  }
};

} // namespace

TEST_F(reload, takes_over_what_can_change_and_names_what_cannot) {
  auto& guildhall = serve(by_file());
  EXPECT_EQ(allowed_origin(guildhall, "https://new.example"), "");
  write_file("[cors]\norigins = [\"https://new.example\"]\n"
             "[log]\nlevel = \"debug\"\n"
             "[http]\nidle_timeout = \"9s\"\n"
             "[database]\nlisten_dsn = \"postgresql://me:sesame@elsewhere/x\"\n"
             "[budget]\nrequests_per_second = 7.0\n");
  hang_up(guildhall, "needs a restart: http.idle_timeout");
  EXPECT_EQ(allowed_origin(guildhall, "https://new.example"), "https://new.example");
  const auto log = guildhall.child().output();
  EXPECT_NE(log.find("log.level is \"debug\" now, was \"info\""), std::string::npos) << log;
  EXPECT_NE(log.find("needs a restart: database.listen_dsn"), std::string::npos) << log;
  EXPECT_EQ(log.find("sesame"), std::string::npos) << log;
  guildhall.api("/api/characters");
  eventually("requests are told at debug", 10s, [&] {
    return guildhall.child().output().find("GET /api/characters") != std::string::npos;
  });
  hang_up(guildhall, "needs a restart: http.idle_timeout"); // it still differs
}

TEST_F(reload, of_keys_keeps_old_tokens_as_long_as_their_key_is_there) {
  auto& guildhall = serve(by_file());
  const auto old = guildhall.user_token();
  const auto status_of = [&](const std::string& token) {
    return guildhall.api("/api/characters", {{"Authorization", "Bearer " + token}}).status;
  };
  EXPECT_EQ(status_of(old), 200);
  write_keys(std::string{second_key} + ',' + first_key);
  hang_up(guildhall, "auth.keys is");
  EXPECT_EQ(status_of(old), 200) << "the old key still verifies";
  const auto made = command({"token", "--user", "Tester#1234"}, by_file()).output;
  const auto fresh = made.substr(0, made.find('\n'));
  EXPECT_EQ(status_of(fresh), 200);
  write_keys(second_key);
  hang_up(guildhall, "auth.keys is");
  EXPECT_EQ(status_of(old), 401) << "its key is gone, however often it was good";
  EXPECT_EQ(status_of(fresh), 200);
  EXPECT_EQ(guildhall.child().output().find("bbbbbbbb"), std::string::npos);
}

TEST_F(reload, of_a_configuration_with_mistakes_changes_nothing) {
  auto& guildhall = serve(by_file());
  guildhall.user_token();
  write_file("[cors]\norigins = [\"https://new.example\"]\n[http]\nprot = 1\n");
  hang_up(guildhall, "http.prot");
  EXPECT_NE(guildhall.child().output().find("nothing is changed"), std::string::npos);
  EXPECT_EQ(allowed_origin(guildhall, "https://new.example"), "");
  write_file("[cors]\norigins = []\n");
  write_keys("");
  hang_up(guildhall, "auth.keys");
  EXPECT_EQ(guildhall.api("/api/characters").status, 200);
}

TEST_F(reload, under_load_fails_no_request) {
  auto& guildhall = serve(by_file());
  const auto guild = mirror(guildhall, sim().guilds().at(0));
  guildhall.user_token();
  std::atomic<int> good{0};
  std::atomic<int> failed{0};
  {
    std::atomic<bool> over{false};
    std::vector<std::jthread> clients;
    for (int i = 0; i < 3; ++i)
      clients.emplace_back([&, target = "/api/guilds/" + std::to_string(guild) + "/members"] {
        while (!over)
          ++(guildhall.api(target).status == 200 ? good : failed);
      });
    const at_end finish{[&] { over = true; }};
    for (int i = 0; i < 20; ++i) {
      write_keys(
          i % 2 == 0 ? std::string{second_key} + ',' + first_key
                     : std::string{first_key} + ',' + second_key);
      const auto so_far = good.load();
      hang_up(guildhall, "auth.keys is");
      eventually("clients go on", 10s, [&] { return good > so_far + 20; });
    }
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(guildhall.stop(), 0);
}

} // namespace guildhall::system_test
