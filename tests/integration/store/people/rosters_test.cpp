#include "domain/rosters.hpp"
#include "store/mirror/retention.hpp"
#include "store/postgres/change_feed.hpp"
#include "tests/integration/store/people/guild_people.hpp"

#include <algorithm>

namespace guildhall::test {

using namespace std::chrono_literals;

class roster_writes : public guild_people {
protected:
  domain::roster_row make(const std::string& name = "Raid") {
    const auto made = db->ask(domain::add_roster{by(master), guild, name});
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->value : domain::roster_row{};
  }
  auto add(roster_id id, std::vector<domain::roster_addition> additions) {
    return db->ask(domain::add_places{by(master), id, additions});
  }
  static domain::roster_addition
  one(character_id who, std::optional<std::string> role = std::nullopt) {
    return {who, std::nullopt, std::move(role)};
  }
};

TEST_F(roster_writes, are_read_back_and_written_down) {
  const auto made = make();
  EXPECT_EQ(made.guild_id, guild);
  EXPECT_EQ(made.row_version, 1);
  const auto renamed = db->ask(domain::rename_roster{by(master, 1), made.id, "Mythic"});
  ASSERT_TRUE(renamed);
  EXPECT_EQ(renamed->value.row_version, 2);
  EXPECT_EQ(renamed->tags, std::vector<std::string>{"rosters:" + std::to_string(guild.value)});
  const auto list = db->ask(domain::rosters_of{guild});
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ(list->front().name, "Mythic");
  EXPECT_EQ(audited("roster.create", master), 1);
  EXPECT_EQ(audited("roster.rename", master), 1);
  EXPECT_EQ(
      scalar("select before ->> 'name' from audit_log where action = 'roster.rename'"), "Raid");
  EXPECT_EQ(
      scalar("select after ->> 'name' from audit_log where action = 'roster.rename'"),
      "Mythic");
}

TEST_F(roster_writes, are_the_guild_masters_and_admins) {
  const auto made = make();
  for (const auto& who : {officer, raider, stranger})
    EXPECT_EQ(code_of(db->ask(domain::rename_roster{by(who), made.id, "Mine"})), ec::forbidden)
        << who.battletag;
  auto admin = stranger;
  admin.role = "admin";
  EXPECT_TRUE(db->ask(domain::rename_roster{by(admin), made.id, "Theirs"}));
}

TEST_F(roster_writes, of_a_version_that_somebody_changed_are_refused) {
  const auto made = make();
  make();
  ASSERT_TRUE(db->ask(domain::rename_roster{by(master, 1), made.id, "First"}));
  EXPECT_EQ(
      code_of(db->ask(domain::rename_roster{by(master, 1), made.id, "Second"})),
      ec::precondition_failed);
  EXPECT_EQ(
      scalar("select name from rosters where id = " + std::to_string(made.id.value)), "First");
}

TEST_F(roster_writes, of_unknown_things_are_404_and_of_users_who_are_gone_refused) {
  EXPECT_EQ(code_of(db->ask(domain::remove_roster{by(master), roster_id{99}})), ec::not_found);
  auto admin = stranger;
  admin.role = "admin";
  EXPECT_EQ(code_of(db->ask(domain::add_roster{by(admin), guild_id{999}, "x"})), ec::not_found);
  db->exec("delete from users where id = " + std::to_string(admin.id.value));
  EXPECT_EQ(code_of(db->ask(domain::add_roster{by(admin), guild, "x"})), ec::invalid_token);
}

TEST_F(roster_writes, take_characters_and_ranks_of_the_guild_once) {
  const auto made = make();
  const auto foreign = count(
      "insert into characters (region, realm_id, bnet_character_id, realm, name, name_key) "
      "values ('eu', 1, 5, 'stormrage', 'Foreign', 'foreign') returning id");
  const auto first =
      add(made.id, {one(character(1'001), "Tank"), one(character(1'001)), one({foreign}),
                    one({999'999})});
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_EQ(first->value.places.size(), 1u);
  EXPECT_EQ(first->value.places[0].character_id, character(1'001));
  EXPECT_EQ(first->value.places[0].role, "Tank");
  EXPECT_EQ(first->value.places[0].rank, "Rank 2");
  EXPECT_EQ(first->value.places[0].class_name, "Warrior");
  EXPECT_EQ(first->value.roster.row_version, 2);

  const auto masters = add(made.id, {{std::nullopt, 0, std::nullopt}});
  ASSERT_TRUE(masters);
  EXPECT_EQ(masters->value.places.size(), 2u);
  EXPECT_EQ(audited("roster.add_members", master), 2);
  const auto again = add(made.id, {one(character(1'001))});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->value.places.size(), 2u);
  EXPECT_TRUE(again->tags.empty()) << "nothing changed";
  EXPECT_EQ(audited("roster.add_members", master), 2);
}

TEST_F(roster_writes, change_roles_and_remove_members) {
  const auto made = make();
  ASSERT_TRUE(add(made.id, {one(character(1'001))}));
  const auto set =
      db->ask(domain::set_place_role{by(master), made.id, character(1'001), "Healer"});
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->value.role, "Healer");
  const auto cleared =
      db->ask(domain::set_place_role{by(master), made.id, character(1'001), std::nullopt});
  EXPECT_EQ(cleared->value.role, std::nullopt);
  const auto unknown =
      db->ask(domain::set_place_role{by(master), made.id, character_id{5}, "Tank"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(
      unknown.error().message,
      "Roster member with ID " + std::to_string(made.id.value) + "-5 not found");
  EXPECT_TRUE(db->ask(domain::remove_place{by(master), made.id, character(1'001)}));
  EXPECT_EQ(
      code_of(db->ask(domain::remove_place{by(master), made.id, character(1'001)})),
      ec::not_found);
  EXPECT_TRUE(db->ask(domain::remove_roster{by(master), made.id}));
  EXPECT_EQ(count("select count(*) from rosters"), 0);
}

TEST_F(roster_writes, are_bounded) {
  db->exec(
      "insert into rosters (guild_id, name) select " + std::to_string(guild.value)
      + ", 'R' || n from generate_series(1, 100) n");
  const auto refused = db->ask(domain::add_roster{by(master), guild, "One more"});
  EXPECT_EQ(code_of(refused), ec::limit_reached);
  EXPECT_EQ(count("select count(*) from rosters"), 100);
}

TEST_F(roster_writes, are_told_to_every_instance) {
  auto feed = store::change_feed::open(db->options());
  ASSERT_TRUE(feed);
  make();
  const auto heard = (*feed)->wait(5s);
  ASSERT_TRUE(heard);
  ASSERT_EQ(heard->size(), 1u);
  EXPECT_EQ(heard->front().payload, "rosters:" + std::to_string(guild.value));
}

TEST_F(roster_writes, keep_no_name_of_whoever_is_erased_and_no_rank_of_whoever_left) {
  const auto made = make();
  ASSERT_TRUE(add(made.id, {one(character(1'001)), one(character(1'002))}));
  const auto name = scalar("select name from characters where bnet_character_id = 1001");
  ASSERT_TRUE(
      run([&](store::session& s) { return store::forget_character(s, character(1'001)); }));
  db->exec(
      "update guild_members set left_at = app_now() where character_id = "
      + std::to_string(character(1'002).value));
  const auto now = db->ask(domain::roster_by_id{made.id});
  ASSERT_EQ(now->places.size(), 2u);
  EXPECT_TRUE(
      std::ranges::none_of(now->places, [&](const auto& place) { return place.name == name; }));
  const auto left =
      std::ranges::find(now->places, character(1'002), &domain::roster_place::character_id);
  EXPECT_EQ(left->rank, "");
  EXPECT_EQ(count("select count(*) from audit_log a where a::text ilike '%" + name + "%'"), 0)
      << "the log names characters by id";
}

} // namespace guildhall::test
