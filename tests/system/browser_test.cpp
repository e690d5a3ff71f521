#include "tests/system/support/browser.hpp"
#include "tests/system/support/page_server.hpp"
#include "tests/system/support/town.hpp"

#include <memory>

/// A real browser: a small client on a site of its own, guildhall, and Battle.net's authorize
/// page, on which a person clicks.
namespace guildhall::system_test {

namespace {

class a_browser : public testing::Test {
protected:
  static void SetUpTestSuite() {
    pages_ = std::make_unique<page_server>(GUILDHALL_PROJECT_DIR "/tests/system/client_page");
    town_ = std::make_unique<town>(pages_->origin());
    pages_->add(
        "/settings.js",
        "window.apiUrl = 'http://127.0.0.1:" + std::to_string(town_->api().port()) + "/api';");
    chromium_ = std::make_unique<browser>(town_->folder("browser"));
  }
  static void TearDownTestSuite() {
    chromium_.reset();
    town_.reset();
    pages_.reset();
  }

  void SetUp() override {
    at().open(pages_->origin() + "/login");
    at().forget_storage();
    at().open(pages_->origin() + "/login");
  }

  static browser& at() {
    return *chromium_;
  }
  static town& in() {
    return *town_;
  }
  static std::string client(const std::string& path) {
    return pages_->origin() + path;
  }

  /// From the login page to a click on the authorize page.
  static void decide(const resident& who, const std::string& decision) {
    at().click("#log-in");
    at().await_url(in().battlenet().url() + "/authorize");
    at().click("input[name=account][value='" + std::to_string(who.account) + "']");
    at().click("button[value=" + decision + "]");
  }
  static void log_in(const resident& who) {
    decide(who, "allow");
    at().await_url(client("/dashboard"));
    at().text(".guild .title");
  }

private:
  static inline std::unique_ptr<page_server> pages_;
  static inline std::unique_ptr<town> town_;
  static inline std::unique_ptr<browser> chromium_;
};

} // namespace

TEST_F(a_browser, logs_in_with_a_chosen_account_and_shows_the_members) {
  log_in(in().commoner);
  EXPECT_TRUE(at().stored("accessToken"));
  EXPECT_TRUE(at().stored("refreshToken"));
  EXPECT_EQ(at().text("#who"), in().commoner.battletag);
  const auto members = in().battlenet().members(in().home);
  EXPECT_EQ(at().text(".guild .count"), std::to_string(members.size()) + " members");
  EXPECT_EQ(at().count(".manage"), 0);

  at().click(".guild .title");
  EXPECT_EQ(at().text("#region"), "EU");
  EXPECT_EQ(at().count(".member"), static_cast<std::int64_t>(members.size()));
  const auto shown = at().text("table");
  for (const auto& one : members)
    EXPECT_NE(shown.find(one.name), std::string::npos) << one.name << " is not shown";
}

TEST_F(a_browser, shows_the_guild_master_the_link_to_manage) {
  log_in(in().master);
  EXPECT_EQ(at().count(".manage"), 1);
}

TEST_F(a_browser, is_back_on_the_login_page_with_a_reason_when_access_is_denied) {
  decide(in().commoner, "deny");
  const auto landed = at().await_url(client("/login?"));
  EXPECT_GT(landed.size(), client("/login?").size()) << "no reason is given";
  EXPECT_EQ(at().text("h1"), "Log in");
  EXPECT_FALSE(at().stored("accessToken"));
  EXPECT_FALSE(at().stored("refreshToken"));
}

TEST_F(a_browser, stays_logged_in_when_its_access_token_has_expired) {
  log_in(in().commoner);
  const auto refresh_token = at().stored("refreshToken").value();
  const auto old = town::expired(at().stored("accessToken").value());
  at().run("localStorage.setItem('accessToken', arguments[0])", {old});
  at().open(client("/guild/" + std::to_string(in().home_id)));
  EXPECT_EQ(at().text("#region"), "EU");
  EXPECT_NE(at().stored("accessToken").value(), old);
  EXPECT_EQ(at().stored("refreshToken").value(), refresh_token);
}

TEST_F(a_browser, does_not_take_over_a_login_that_another_one_began) {
  auto foreign = in().client();
  tab elsewhere;
  const auto authorize = elsewhere.open(foreign.login_address()).header("location");
  const auto callback = elsewhere
                            .open(
                                authorize + "&account=" + std::to_string(in().stranger.account)
                                + "&wow_profile=on&decision=allow")
                            .header("location");
  at().open(callback);
  at().await_url(client("/login"));
  EXPECT_EQ(at().text("h1"), "Log in");
  EXPECT_FALSE(at().stored("accessToken"));
}

TEST_F(a_browser, shows_why_another_guild_is_closed_to_it) {
  log_in(in().commoner);
  at().open(client("/guild/" + std::to_string(in().elsewhere_id)));
  EXPECT_EQ(at().text(".error"), "You are not a member of this guild");
  EXPECT_TRUE(at().stored("accessToken")) << "a refusal is no reason to log out";
}

} // namespace guildhall::system_test
