#pragma once

#include "domain/authorship.hpp"
#include "tests/integration/store/mirror.hpp"

#include <optional>
#include <string>

/// A guild with a guild master, an officer, a raider and a stranger, who have logged in.
namespace guildhall::test {

class guild_people : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    track();
    guild = scan(crowd(10), 1).guild; // members 1000 to 1009
    master = add_user("Master#1", 1'000);
    officer = add_user("Officer#1", 1'001);
    raider = add_user("Raider#1", 1'002);
    stranger = add_user("Stranger#1");
    db->exec("update guilds set leader_id = " + std::to_string(master.id.value));
  }

  domain::standing add_user(const std::string& battletag, std::int64_t bnet_character = 0) {
    domain::standing who;
    who.id = user_id{count(
        "insert into users (bnet_account_id, battletag) select coalesce(max(bnet_account_id), "
        "0)"
        " + 1, '"
        + battletag + "' from users returning id")};
    who.battletag = battletag;
    who.role = "user";
    if (bnet_character != 0) {
      db->exec(
          "update characters set user_id = " + std::to_string(who.id.value)
          + " where bnet_character_id = " + std::to_string(bnet_character));
      who.guilds.push_back(
          {.guild = guild,
           .best_rank = bnet_character == 1'000 ? 0 : 3,
           .is_officer = bnet_character == 1'001,
           .is_leader = bnet_character == 1'000});
    }
    return who;
  }

  /// An id that nobody has for one who is not there.
  character_id character(std::int64_t bnet) {
    return {count(
        "select coalesce(max(id), 999999) from characters where bnet_character_id = "
        + std::to_string(bnet))};
  }

  /// What was written, and in whose name.
  std::int64_t audited(const std::string& action, const domain::standing& who) {
    return count(
        "select count(*) from audit_log where action = '" + action
        + "' and user_id = " + std::to_string(who.id.value)
        + " and (guild_id = " + std::to_string(guild.value) + " or guild_id is null)");
  }

  static domain::author
  by(const domain::standing& who, std::optional<std::int64_t> seen = std::nullopt) {
    return {who, seen};
  }

  template <class F>
  auto run(F work) {
    return db->run(std::move(work));
  }

  guild_id guild;
  domain::standing master;
  domain::standing officer;
  domain::standing raider;
  domain::standing stranger;
};

/// The code of a failure; none for a success.
template <class T>
ec code_of(const result<T>& outcome) {
  return outcome ? ec::none : outcome.error().code;
}

} // namespace guildhall::test
