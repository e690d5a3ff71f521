#include "core/config.hpp"
#include "core/config_keys.hpp"
#include "core/config_rules.hpp"

#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

namespace guildhall {
namespace {

using namespace std::chrono_literals;

const std::string key_32(32, 'k');

/// A folder of files that goes away with the test.
class config_loading : public testing::Test {
protected:
  config_loading() {
    auto pattern =
        (std::filesystem::temp_directory_path() / "guildhall-config-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~config_loading() override {
    std::filesystem::remove_all(folder_);
  }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name, std::ios::binary} << text;
    return folder_ / name;
  }

  result<config> load(
      const std::string& toml, const std::map<std::string, std::string>& variables = {}) const {
    return load_config(file("guildhall.toml", toml), [&](const std::string& name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional{found->second};
    });
  }

  /// The mistake that is named for `key`, or "".
  std::string mistake(
      const std::string& key, const std::string& toml,
      const std::map<std::string, std::string>& variables = {}) const {
    const auto loaded = load(toml, variables);
    if (loaded || loaded.error().code != ec::bad_config)
      return "";
    const auto found = loaded.error().fields.find(key);
    return found == loaded.error().fields.end() ? "" : found->second;
  }

private:
  std::filesystem::path folder_;
};

std::optional<std::string> no_variables(const std::string&) {
  return std::nullopt;
}

/// Every key of a TOML text, dotted; a table below a section is a value.
std::set<std::string> keys_of(const toml::table& table) {
  std::set<std::string> keys;
  for (const auto& [section, values] : table)
    for (const auto& [name, value] : *values.as_table())
      keys.insert(std::string{section.str()} + "." + std::string{name.str()});
  return keys;
}

std::set<std::string> keys_of_table() {
  std::set<std::string> keys;
  for (const auto& key : config_keys::all())
    EXPECT_TRUE(keys.insert(key.name).second) << key.name << " stands twice in the table";
  return keys;
}

TEST_F(config_loading, without_a_file_gives_the_defaults) {
  const auto loaded = load_config("", no_variables);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->http.port, 8080);
  EXPECT_EQ(loaded->admin.port, 8081);
  EXPECT_EQ(loaded->cors.origins, std::vector<std::string>{"http://127.0.0.1:5000"});
  EXPECT_EQ(loaded->sync.guild_interval, 4h);
  EXPECT_TRUE(loaded->auth.keys.empty());
}

TEST_F(config_loading, the_documented_file_holds_every_key_with_its_default) {
  EXPECT_EQ(keys_of(toml::parse_file(GUILDHALL_CONFIG_FILE)), keys_of_table());
  const auto documented = load_config(GUILDHALL_CONFIG_FILE, no_variables);
  ASSERT_TRUE(documented) << documented.error().message;
  EXPECT_EQ(config_report(*documented), config_report(*load_config("", no_variables)));
}

TEST_F(config_loading, each_key_of_the_documented_file_has_a_comment_above_it) {
  std::ifstream in{GUILDHALL_CONFIG_FILE};
  std::string above;
  for (std::string line; std::getline(in, line); above = line)
    if (line.find(" = ") != std::string::npos && !line.starts_with('#')) {
      EXPECT_TRUE(above.starts_with("# ")) << line;
    }
}

TEST_F(config_loading, reads_every_type_of_value_from_the_file) {
  const auto loaded = load(
      R"(
    [http]
    port = 0
    request_deadline = "250ms"
    [auth]
    keys = ["new:)"
      + key_32 + R"(", "old:)" + key_32 + R"(:x"]
    [database]
    dsn = "host=db password=x"
    migrate_on_start = false
    [battlenet]
    regions = ["us", "kr"]
    api_hosts = { us = "http://127.0.0.1:8090" }
    [budget]
    requests_per_second = 95
    people_share = 0.5
    [retention]
    verify_within = "2d")");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->http.port, 0);
  EXPECT_EQ(loaded->http.request_deadline, 250ms);
  ASSERT_EQ(loaded->auth.keys.size(), 2u);
  EXPECT_EQ(loaded->auth.keys[0].id, "new");
  EXPECT_EQ(loaded->auth.keys[1].key.value, key_32 + ":x");
  EXPECT_EQ(loaded->database.dsn.value, "host=db password=x");
  EXPECT_FALSE(loaded->database.migrate_on_start);
  EXPECT_EQ(loaded->battlenet.regions, (std::vector<std::string>{"us", "kr"}));
  EXPECT_EQ(loaded->battlenet.api_hosts.at("us"), "http://127.0.0.1:8090");
  EXPECT_EQ(loaded->budget.requests_per_second, 95);
  EXPECT_EQ(loaded->budget.people_share, 0.5);
  EXPECT_EQ(loaded->retention.verify_within, 48h);
}

TEST_F(config_loading, the_environment_overrides_the_file) {
  const auto loaded = load(
      "[http]\nport = 1000\naddress = \"::1\"",
      {{"GUILDHALL_HTTP_PORT", "2000"},
       {"GUILDHALL_HTTP_REQUEST_DEADLINE", "3s"},
       {"GUILDHALL_DATABASE_MIGRATE_ON_START", "false"},
       {"GUILDHALL_BUDGET_REQUESTS_PER_SECOND", "12.5"},
       {"GUILDHALL_BATTLENET_REGIONS", "eu, tw"},
       {"GUILDHALL_BATTLENET_API_HOSTS", "eu=http://a:1,tw=https://b"},
       {"GUILDHALL_AUTH_KEYS", "a:" + key_32 + ",b:" + key_32},
       {"GUILDHALL_LOG_LEVEL", ""}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->http.port, 2000);
  EXPECT_EQ(loaded->http.address, "::1");
  EXPECT_EQ(loaded->http.request_deadline, 3s);
  EXPECT_FALSE(loaded->database.migrate_on_start);
  EXPECT_EQ(loaded->budget.requests_per_second, 12.5);
  EXPECT_EQ(loaded->battlenet.regions, (std::vector<std::string>{"eu", "tw"}));
  EXPECT_EQ(loaded->battlenet.api_hosts.at("tw"), "https://b");
  EXPECT_EQ(loaded->auth.keys.at(1).id, "b");
  EXPECT_EQ(loaded->log.level, "info");
}

TEST_F(config_loading, origins_follow_the_web_client_unless_given) {
  EXPECT_EQ(
      load("[cors]\nfrontend_url = \"https://guild.example:8443/app/\"")->cors.origins,
      std::vector<std::string>{"https://guild.example:8443"});
  EXPECT_EQ(
      load("[cors]\norigins = [\"https://other.example\"]")->cors.origins,
      std::vector<std::string>{"https://other.example"});
  EXPECT_EQ( // as browsers spell it
      load("[cors]\nfrontend_url = \"https://Guild.Example:443/\"")->cors.origins,
      std::vector<std::string>{"https://guild.example"});
}

TEST_F(config_loading, secrets_come_from_files_without_their_line_ends) {
  const auto secret = file("secret", "s3cret\r\n");
  const auto loaded = load("", {{"GUILDHALL_BATTLENET_CLIENT_SECRET_FILE", secret}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->battlenet.client_secret.value, "s3cret");
}

TEST_F(config_loading, a_secret_file_that_cannot_be_read_is_a_mistake) {
  EXPECT_NE(
      mistake("auth.keys", "", {{"GUILDHALL_AUTH_KEYS_FILE", "/nowhere/keys"}})
          .find("/nowhere/keys"),
      std::string::npos);
  EXPECT_NE(mistake("auth.keys", "", {{"GUILDHALL_AUTH_KEYS_FILE", "/"}}), "");
}

TEST_F(config_loading, a_secret_given_twice_is_a_mistake) {
  const auto keys = file("keys", "a:" + key_32);
  EXPECT_NE(
      mistake(
          "auth.keys", "",
          {{"GUILDHALL_AUTH_KEYS", "b:" + key_32}, {"GUILDHALL_AUTH_KEYS_FILE", keys}})
          .find("GUILDHALL_AUTH_KEYS_FILE"),
      std::string::npos);
}

TEST_F(config_loading, an_empty_secret_file_is_a_mistake) {
  EXPECT_NE(
      mistake(
          "battlenet.client_secret", "",
          {{"GUILDHALL_BATTLENET_CLIENT_SECRET_FILE", file("none", "\n")}})
          .find("is empty"),
      std::string::npos);
}

TEST_F(config_loading, a_file_without_end_is_a_mistake) {
  EXPECT_NE(mistake("auth.keys", "", {{"GUILDHALL_AUTH_KEYS_FILE", "/dev/zero"}}), "");
  EXPECT_FALSE(load_config("/dev/zero", no_variables));
}

TEST_F(config_loading, a_file_that_cannot_be_read_or_parsed_is_a_mistake) {
  const auto missing = load_config("/nowhere/guildhall.toml", no_variables);
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().fields.contains("/nowhere/guildhall.toml"));
  const auto broken = load("[http]\nport = \n");
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message.find("line 2"), std::string::npos) << broken.error().message;
}

TEST_F(config_loading, unknown_keys_are_mistakes) {
  EXPECT_NE(mistake("http.prot", "[http]\nprot = 1").find("port"), std::string::npos);
  EXPECT_NE(mistake("htpp", "[htpp]\nport = 1").find("unknown"), std::string::npos);
  EXPECT_NE(mistake("port", "port = 1"), "");
  EXPECT_NE(mistake("http", "http = 1"), "");
  EXPECT_NE(mistake("http.tls", "[http.tls]\nx = 1"), "");
}

TEST_F(config_loading, an_unknown_key_is_told_with_the_nearest_one) {
  const auto asks = [&](const std::string& key, const std::string& toml,
                        const std::string& nearest) {
    const auto said = mistake(key, toml);
    EXPECT_NE(said.find("; did you mean " + nearest + "?"), std::string::npos) << said;
  };
  asks("http.prot", "[http]\nprot = 1", "http.port");
  asks("battlenet.clientid", "[battlenet]\nclientid = 1", "battlenet.client_id");
  asks("database.regions", "[database]\nregions = []", "battlenet.regions");
  asks("htpp", "[htpp]\nport = 1", "http");
  asks("frontend_url", "frontend_url = 1", "cors.frontend_url");
  EXPECT_EQ(mistake("http.tls", "[http.tls]\nx = 1").find("mean"), std::string::npos);
}

TEST_F(config_loading, what_was_found_under_an_odd_name_is_told_in_one_line) {
  const auto loaded = load("\"a\\nb\" = 1\n[http]\n\"\\u001b[2J\" = 1");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().fields.size(), 2u);
  EXPECT_EQ(std::ranges::count(loaded.error().message, '\n'), 1) << loaded.error().message;
  EXPECT_EQ(loaded.error().message.find('\x1b'), std::string::npos);
}

TEST_F(config_loading, names_every_mistake_in_one_go) {
  const auto loaded = load(
      R"(
    [http]
    port = 70000
    adress = "x"
    [battlenet]
    regions = ["eu", "xx"]
    [retention]
    sweep_interval = "soon")",
      {{"GUILDHALL_ADMIN_PORT", "high"}, {"GUILDHALL_AUTH_KEYS", "short:key"}});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ec::bad_config);
  std::set<std::string> keys;
  for (const auto& [key, what] : loaded.error().fields) {
    keys.insert(key);
    EXPECT_NE(loaded.error().message.find(key + ": " + what), std::string::npos);
  }
  EXPECT_EQ(
      keys, (std::set<std::string>{
                "admin.port", "auth.keys", "battlenet.regions", "http.adress", "http.port",
                "retention.sweep_interval"}));
}

TEST_F(config_loading, a_mistake_says_what_was_found_where_and_what_is_accepted) {
  EXPECT_EQ(
      mistake("admin.port", "", {{"GUILDHALL_ADMIN_PORT", "high"}}),
      "found \"high\" in GUILDHALL_ADMIN_PORT; must be a whole number from 0 to 65535");
}

TEST_F(config_loading, refuses_values_of_the_wrong_type_or_out_of_range) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"http.port", "[http]\nport = \"8080\""},
      {"http.port", "[http]\nport = -1"},
      {"http.port", "[http]\nport = 80.0"},
      {"http.port", "[http]\nport = [80]"},
      {"http.port", "[http]\nport = 1979-05-27"},
      {"http.address", "[http]\naddress = \"localhost\""},
      {"http.header_timeout", "[http]\nheader_timeout = 10"},
      {"http.header_timeout", "[http]\nheader_timeout = \"10\""},
      {"http.header_timeout", "[http]\nheader_timeout = \"-10s\""},
      {"http.header_timeout", "[http]\nheader_timeout = \"0s\""},
      {"http.header_timeout", "[http]\nheader_timeout = \"99999999999999999999h\""},
      {"http.header_timeout", "[http]\nheader_timeout = \"9999999999999999h\""},
      {"sync.lease", "[sync]\nlease = \"1500ms\""},
      {"cors.origins", "[cors]\norigins = [\"https://a.example/\"]"},
      {"cors.origins", "[cors]\norigins = [\"*\"]"},
      {"cors.origins", "[cors]\norigins = [\"null\"]"},
      {"cors.origins", "[cors]\norigins = [\"\"]"},
      {"cors.origins", "[cors]\norigins = [\"https://*.example\"]"},
      {"cors.origins", "[cors]\norigins = [\"https://A.example\"]"},
      {"cors.origins", "[cors]\norigins = [\"https://a.example:443\"]"},
      {"cors.origins", "[cors]\norigins = [\"http://a.example:80\"]"},
      {"cors.frontend_url", "[cors]\nfrontend_url = \"ftp://a\""},
      {"database.migrate_on_start", "[database]\nmigrate_on_start = 1"},
      {"database.dsn", "[database]\ndsn = \"\""},
      {"battlenet.regions", "[battlenet]\nregions = []"},
      {"battlenet.regions", "[battlenet]\nregions = [\"eu\", \"eu\"]"},
      {"battlenet.locale", "[battlenet]\nlocale = \"en\""},
      {"battlenet.api_hosts", "[battlenet]\napi_hosts = { xx = \"http://a\" }"},
      {"battlenet.api_hosts", "[battlenet]\napi_hosts = { eu = \"a:80\" }"},
      {"budget.requests_per_second", "[budget]\nrequests_per_second = 0"},
      {"budget.requests_per_second", "[budget]\nrequests_per_second = nan"},
      {"budget.people_share", "[budget]\npeople_share = 1.0"},
      {"log.format", "[log]\nformat = \"xml\""},
  };
  for (const auto& [key, toml] : wrong)
    EXPECT_NE(mistake(key, toml), "") << toml;
}

TEST_F(config_loading, refuses_signing_keys_that_are_short_nameless_or_named_twice) {
  for (const auto& keys :
       {"a:" + std::string(31, 'k'), ":" + key_32, key_32, "a:" + key_32 + ",a:" + key_32,
        "a b:" + key_32, "a:" + key_32 + ",", "a:" + key_32 + "\nb:" + key_32})
    EXPECT_NE(mistake("auth.keys", "", {{"GUILDHALL_AUTH_KEYS", keys}}), "") << keys;
}

TEST_F(config_loading, admins_are_battletags_or_numbers) {
  const auto admins = [](const std::string& name) {
    return std::map<std::string, std::string>{{"GUILDHALL_AUTH_ADMINS", name}};
  };
  for (const auto* name :
       {"Name#1234", "Тара#21234", "가나#123", "4711", "200000013", "Name#1234, 4711"})
    EXPECT_TRUE(load("", admins(name))) << name;
  for (const auto* name :
       {"#1",
        "a#",
        "#",
        "a",
        "Name",
        "Name#12",
        "Name#",
        "N#1234",
        "Na me#1234",
        "Name #1234",
        "Name#12 34",
        "Name#1234#1",
        "Na!me#1234",
        "Name#-123",
        "1",
        "123",
        "0123456",
        "12345678901234567890",
        "Na\xffme#1234",
        "Name#1234,",
        "Name#1234;Other#1234"})
    EXPECT_NE(mistake("auth.admins", "", admins(name)), "") << name;
}

TEST_F(config_loading, checks_keys_that_depend_on_each_other) {
  EXPECT_NE(mistake("admin.port", "[admin]\nport = 8080"), "");
  EXPECT_EQ(mistake("admin.port", "[admin]\nport = 8080\naddress = \"127.0.0.2\""), "");
  EXPECT_NE(mistake("retention.verify_within", "[retention]\nverify_within = \"30d\""), "");
}

TEST_F(config_loading, mistakes_show_no_secret) {
  const auto loaded = load(
      "[battlenet]\nclient_secret = \"hidden gem\"",
      {{"GUILDHALL_AUTH_KEYS", "a:hidden"}, {"GUILDHALL_DATABASE_DSN", "hidden"}});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().fields.size(), 3u);
  EXPECT_EQ(loaded.error().message.find("hidden"), std::string::npos) << loaded.error().message;
}

TEST_F(config_loading, the_report_is_toml_with_every_key_and_no_secret) {
  const auto loaded = load(
      "", {{"GUILDHALL_AUTH_KEYS", "main:hidden-" + key_32},
           {"GUILDHALL_DATABASE_DSN", "postgresql://guild:hidden@db/guildhall"},
           {"GUILDHALL_BATTLENET_CLIENT_ID", "an-id"},
           {"GUILDHALL_BATTLENET_CLIENT_SECRET", "hidden"},
           {"GUILDHALL_BATTLENET_API_HOSTS", "eu=http://a:1"}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  const auto report = config_report(*loaded);
  EXPECT_EQ(report.find("hidden"), std::string::npos) << report;
  const auto parsed = toml::parse(report);
  EXPECT_EQ(keys_of(parsed), keys_of_table());
  EXPECT_EQ(parsed["auth"]["keys"][0].value_or(""), std::string{"main:***"});
  EXPECT_EQ(
      parsed["database"]["dsn"].value_or(""),
      std::string{"postgresql://guild:***@db/guildhall"});
  EXPECT_EQ(parsed["battlenet"]["client_secret"].value_or(""), std::string{"***"});
  EXPECT_EQ(parsed["battlenet"]["client_id"].value_or(""), std::string{"an-id"});
  EXPECT_EQ(parsed["sync"]["guild_interval"].value_or(""), std::string{"4h"});
}

TEST_F(config_loading, serving_needs_a_signing_key_and_syncing_a_client) {
  const auto bare = load_config("", no_variables);
  const auto names = [](const std::map<std::string, std::string>& missing) {
    std::set<std::string> keys;
    for (const auto& [key, what] : missing)
      keys.insert(key);
    return keys;
  };
  EXPECT_EQ(names(missing_for_serve(*bare, false)), std::set<std::string>{"auth.keys"});
  EXPECT_EQ(
      names(missing_for_serve(*bare, true)),
      (std::set<std::string>{"auth.keys", "battlenet.client_id", "battlenet.client_secret"}));
  const auto complete = load(
      "", {{"GUILDHALL_AUTH_KEYS", "main:" + key_32},
           {"GUILDHALL_BATTLENET_CLIENT_ID", "id"},
           {"GUILDHALL_BATTLENET_CLIENT_SECRET", "s"}});
  EXPECT_TRUE(missing_for_serve(*complete, true).empty());
}

TEST(config_keys, variables_are_named_after_their_keys) {
  const auto key = std::ranges::find(
      config_keys::all(), "database.migrate_on_start", &config_keys::key::name);
  ASSERT_NE(key, config_keys::all().end());
  EXPECT_EQ(key->env_name(), "GUILDHALL_DATABASE_MIGRATE_ON_START");
}

TEST(origin_of, takes_scheme_host_and_port) {
  EXPECT_EQ(config_keys::origin_of("http://127.0.0.1:5000/x?y"), "http://127.0.0.1:5000");
  EXPECT_EQ(config_keys::origin_of("https://[::1]:8443"), "https://[::1]:8443");
  EXPECT_EQ(config_keys::origin_of("https://guild.example"), "https://guild.example");
  for (const auto* wrong :
       {"", "guild.example", "ftp://a", "http://", "http:///x", "http://a:", "http://a:0",
        "http://a:99999", "http://user:pw@a", "http://a b", "http://[::1", "http://[x]",
        "http://a/\n"})
    EXPECT_EQ(config_keys::origin_of(wrong), std::nullopt) << wrong;
}

} // namespace
} // namespace guildhall
