#include "core/config_process.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <unistd.h>

/// The environment and the files of a process that somebody has configured.
namespace guildhall {
namespace {

const std::string key_32(32, 'k');

std::string mistake(const std::string& name, const std::string& value = "x") {
  const auto wrong = unknown_variables({{name, value}});
  return wrong.empty() ? "" : wrong.begin()->second;
}

void expect_question(const std::string& name, const std::string& meant) {
  EXPECT_NE(mistake(name).find("did you mean " + meant + "?"), std::string::npos)
      << name << ": " << mistake(name);
}

TEST(variables, an_unknown_one_is_a_mistake_with_the_nearest_name) {
  expect_question("GUILDHALL_BATTLENET_CLIENTID", "GUILDHALL_BATTLENET_CLIENT_ID");
  expect_question("GUILDHALL_BATTLENET_CLIENT_SECRTE", "GUILDHALL_BATTLENET_CLIENT_SECRET");
  expect_question("GUILDHALL_AUTH_KEY_FILE", "GUILDHALL_AUTH_KEYS_FILE");
  expect_question("GUILDHALL_CLIENT_ID", "GUILDHALL_BATTLENET_CLIENT_ID");
  expect_question("GUILDHALL_DATABASE_URL", "GUILDHALL_DATABASE_DSN");
  expect_question("GUILDHALL_SIMULATORPORT", "GUILDHALL_SIMULATOR_PORT");
  expect_question("guildhall_http_port", "GUILDHALL_HTTP_PORT");
  EXPECT_NE(mistake("GUILDHALL_"), "");
  EXPECT_NE(mistake("GUILDHALL_TEAPOT").find("config/guildhall.toml"), std::string::npos);
}

TEST(variables, what_is_no_secret_comes_from_no_file) {
  EXPECT_NE(
      mistake("GUILDHALL_HTTP_PORT_FILE").find("set GUILDHALL_HTTP_PORT itself"),
      std::string::npos);
  EXPECT_NE(
      mistake("GUILDHALL_CONFIG_FILE").find("set GUILDHALL_CONFIG itself"), std::string::npos);
  EXPECT_EQ(mistake("GUILDHALL_AUTH_KEYS_FILE"), "");
}

TEST(variables, an_empty_one_counts_as_not_set) {
  EXPECT_EQ(mistake("GUILDHALL_BATTLENET_CLIENTID", ""), "");
}

TEST(variables, what_a_cluster_sets_for_a_service_of_our_name_is_no_mistake) {
  for (const auto* name :
       {"GUILDHALL_SERVICE_HOST", "GUILDHALL_SERVICE_PORT", "GUILDHALL_API_SERVICE_PORT_HTTP",
        "GUILDHALL_PORT_8080_TCP_ADDR", "GUILDHALL_API_PORT_8080_UDP_PORT"})
    EXPECT_EQ(mistake(name), "") << name;
  EXPECT_EQ(mistake("GUILDHALL_PORT", "tcp://10.96.0.7:8080"), "");
  EXPECT_EQ(mistake("GUILDHALL_PORT_8080_TCP", "tcp://10.96.0.7:8080"), "");
  EXPECT_NE(mistake("GUILDHALL_PORT", "8080"), "");
}

TEST(variables, each_that_our_own_files_read_is_known) {
  const std::filesystem::path root{GUILDHALL_PROJECT_DIR};
  const std::regex read{
      R"re((?:getenv|envname|environment)\("(GUILDHALL_\w+)"|\$\{(GUILDHALL_\w+))re"};
  std::map<std::string, std::string> found;
  const auto look = [&](const std::filesystem::path& file) {
    std::ifstream in{file};
    const std::string text{
        std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
    for (std::sregex_iterator one{text.begin(), text.end(), read}, end; one != end; ++one)
      if (!file.filename().string().starts_with("CMake"))
        found.emplace((*one)[1].matched ? (*one)[1] : (*one)[2], file.string());
  };
  look(root / "dev");
  for (const auto* folder : {"src", "actors", "tests", "config"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root / folder})
      if (entry.is_regular_file() && entry.path().filename() != "config_test.cpp")
        look(entry.path());
  EXPECT_TRUE(found.contains("GUILDHALL_IMPORT_DSN"));
  EXPECT_TRUE(found.contains("GUILDHALL_SIMULATOR_PORT"));
  for (const auto& [name, file] : found)
    EXPECT_EQ(mistake(name), "") << file;
}

TEST(variables, are_those_of_this_process_that_have_our_prefix) {
  ::setenv("GUILDHALL_TEST_VARIABLE", "here", 1);
  ::setenv("guildhall_small", "too", 1);
  ::setenv("OTHER_TEST_VARIABLE", "there", 1);
  const auto found = process_variables();
  for (const auto* name : {"GUILDHALL_TEST_VARIABLE", "guildhall_small", "OTHER_TEST_VARIABLE"})
    ::unsetenv(name);
  EXPECT_EQ(found.at("GUILDHALL_TEST_VARIABLE"), "here");
  EXPECT_EQ(found.at("guildhall_small"), "too");
  EXPECT_FALSE(found.contains("OTHER_TEST_VARIABLE"));
}

class files : public testing::Test {
protected:
  files() {
    auto pattern = (std::filesystem::temp_directory_path() / "guildhall-files-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~files() override {
    std::filesystem::remove_all(folder_);
  }
  std::string file(const std::string& text, unsigned mode) const {
    const auto path = folder_ / "file";
    std::ofstream{path, std::ios::binary} << text;
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
    return path;
  }

private:
  std::filesystem::path folder_;
};

TEST_F(files, a_secret_that_everybody_may_write_is_refused) {
  const auto path = file("a:" + key_32, 0666);
  const auto loaded = load_config("", variables{{"GUILDHALL_AUTH_KEYS_FILE", path}});
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().fields.at("auth.keys").find("chmod o= " + path), std::string::npos);
  EXPECT_EQ(loaded.error().message.find(key_32), std::string::npos);
}

TEST_F(files, a_secret_that_everybody_may_read_is_warned_of) {
  for (const auto mode : {0644u, 0444u}) {
    const auto path = file("a:" + key_32, mode);
    const auto loaded = load_config("", variables{{"GUILDHALL_AUTH_KEYS_FILE", path}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_NE(loaded->warnings.at(path).find("chmod o= " + path), std::string::npos);
  }
}

TEST_F(files, a_secret_of_the_owner_and_a_group_is_fine) {
  for (const auto mode : {0600u, 0640u, 0440u, 0400u}) {
    const auto path = file("a:" + key_32, mode);
    const auto loaded = load_config("", variables{{"GUILDHALL_AUTH_KEYS_FILE", path}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_TRUE(loaded->warnings.empty());
  }
}

TEST_F(files, the_configuration_is_looked_at_where_it_holds_secrets) {
  for (const auto& secret :
       {"[auth]\nkeys = [\"a:" + key_32 + "\"]",
        std::string{"[battlenet]\nclient_secret = \"x\""},
        std::string{"[database]\ndsn = \"postgresql://a:b@c/d\""}}) {
    const auto open = load_config(file(secret, 0644), variables{});
    ASSERT_TRUE(open) << open.error().message;
    EXPECT_EQ(open->warnings.size(), 1u) << secret;
    EXPECT_FALSE(load_config(file(secret, 0666), variables{})) << secret;
    EXPECT_TRUE(load_config(file(secret, 0640), variables{})->warnings.empty()) << secret;
  }
  const auto bare =
      load_config(file("[database]\ndsn = \"postgresql:///d\"", 0666), variables{});
  ASSERT_TRUE(bare);
  EXPECT_TRUE(bare->warnings.empty());
}

TEST_F(files, every_mistake_is_named_in_one_go) {
  const auto loaded = load_config(
      file("[http]\nprot = 1", 0600),
      variables{{"GUILDHALL_HTTP_PORT", "high"}, {"GUILDHALL_BATTLENET_CLIENTID", "hidden"}});
  ASSERT_FALSE(loaded);
  for (const auto* name : {"http.prot", "http.port", "GUILDHALL_BATTLENET_CLIENTID"})
    EXPECT_TRUE(loaded.error().fields.contains(name)) << name;
  EXPECT_EQ(loaded.error().message.find("hidden"), std::string::npos);
}

} // namespace
} // namespace guildhall
