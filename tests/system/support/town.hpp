#pragma once

#include "tests/system/support/web_client.hpp"
#include "tests/system/support/world.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace guildhall::system_test {

/// Somebody with a Battle.net account.
struct resident {
  std::int64_t account{0};
  std::string battletag;
  std::vector<member> characters; ///< in the guild in question, lowest rank number first
};

/// Two mirrored guilds, one server, a client on an origin of its own, and people of every
/// standing. All tests of a suite share one, which a test fixture cannot: it is made in
/// SetUpTestSuite.
class town : public world {
public:
  /// What else guildhall is run with, given the DSN of the town's database.
  using more_settings = std::function<settings(const std::string& dsn)>;
  /// `members`: of the home guild.
  explicit town(std::string client_origin, int members = 30, const more_settings& more = {});

  using world::await_idle;
  using world::expect_sound;

  instance& api() {
    return *api_;
  }
  simulator& battlenet() {
    return sim();
  }
  /// Somewhere to put files that go when the town goes.
  std::filesystem::path folder(const std::string& name) const {
    return file(name);
  }
  database& store() {
    return db;
  }
  const std::string& client_origin() const {
    return client_origin_;
  }
  web_client client() const {
    return {api_->port(), client_origin_};
  }
  /// A client in which this person has logged in.
  web_client client_of(const resident& who) const;
  /// Looks at the home guild now, and waits until everything is mirrored.
  void refresh_home();
  /// An access token of one of the other commands: "--operator", "--user ...".
  std::string token(std::vector<std::string> arguments);
  /// One of guildhall's other commands, with the server's settings.
  finished order(std::vector<std::string> arguments);
  /// The same token with an end that has passed.
  static std::string expired(const std::string& token);
  /// The local id of a character.
  std::int64_t character_id(const member& who) const;

  guild_address home;
  guild_address elsewhere;
  std::int64_t home_id{0};
  std::int64_t elsewhere_id{0};
  resident master;   ///< leads the home guild
  resident officer;  ///< has a character of rank 1 there
  resident commoner; ///< has several characters there, none of them of a low rank
  resident stranger; ///< has characters in the other guild only

private:
  void TestBody() override {}
  void choose_people();

  std::string client_origin_;
  settings more_;
  instance* api_{nullptr};
};

} // namespace guildhall::system_test
