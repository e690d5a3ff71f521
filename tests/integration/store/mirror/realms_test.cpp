#include "domain/control.hpp"
#include "tests/integration/store/mirror.hpp"

namespace guildhall::test {

class realms : public mirror {
protected:
  void know(std::vector<domain::realm> list) {
    const auto done = db->ask(domain::set_realms{domain::region::eu, std::move(list)});
    ASSERT_TRUE(done) << done.error().message;
  }
  void know_some() {
    know(
        {{realm_id{1}, "stormrage", {"Stormrage"}},
         {realm_id{2}, "aggra-português", {"Aggra (Português)"}},
         {realm_id{3}, "gordunni", {"Gordunni", "Гордунни"}},
         {realm_id{4}, "kelthuzad", {"Kel'Thuzad", "a \"quoted\\ name"}}});
  }
  std::string target(const std::string& realm) {
    const auto job = db->ask(domain::track{{domain::region::eu, realm, "avalerion"}, "test"});
    return job ? job->target : "refused: " + job.error().message;
  }
};

TEST_F(realms, decide_which_one_is_meant) {
  know_some();
  EXPECT_EQ(target("aggra-portugues"), "eu/aggra-português/avalerion");
  EXPECT_EQ(target("Гордунни"), "eu/gordunni/avalerion");
  EXPECT_EQ(target("Kel\u2019Thuzad"), "eu/kelthuzad/avalerion");
  EXPECT_EQ(target("a \"quoted\\ name"), "eu/kelthuzad/avalerion");
  EXPECT_EQ(
      target("stormrge"), "refused: There is no realm \"stormrge\" in this region; the nearest "
                          "are stormrage (realms of eu)");
  EXPECT_EQ(count("select count(*) from tracked_guilds"), 3);
}

TEST_F(realms, that_are_not_known_yet_leave_a_slug_as_it_is) {
  EXPECT_EQ(target("stormrge"), "eu/stormrge/avalerion");
  EXPECT_NE(target("Kel'Thuzad").find("perhaps kelthuzad, not"), std::string::npos);
  EXPECT_NE(target("Aggra (Português)").find("perhaps aggra-português"), std::string::npos);
  EXPECT_NE(target("\xff").find("such as argent-dawn"), std::string::npos);
  know_some();
  EXPECT_EQ(
      db->ask(domain::track{{domain::region::us, "other", "x"}, "test"})->target, "us/other/x")
      << "of another region";
}

TEST_F(realms, let_a_guild_be_untracked_under_either_spelling) {
  target("stormrge");
  know_some();
  target("Гордунни");
  EXPECT_TRUE(db->ask(domain::untrack{{domain::region::eu, "stormrge", "avalerion"}}));
  EXPECT_TRUE(db->ask(domain::untrack{{domain::region::eu, "Гордунни", "avalerion"}}));
  EXPECT_EQ(count("select count(*) from tracked_guilds"), 0);
}

TEST_F(realms, follow_the_index_but_for_half_a_list) {
  know_some();
  know({{realm_id{1}, "stormrage", {"Stormrage"}}}); // three of four missing: odd
  EXPECT_EQ(count("select count(*) from realms"), 4);
  ASSERT_TRUE(db->ask(domain::set_realms{
      domain::region::eu,
      {{realm_id{1}, "stormrage", {"Stormrage"}},
       {realm_id{3}, "gordunni", {}},
       {realm_id{4}, "kelthuzad", {"Kel'Thuzad"}}},
      false}));
  EXPECT_EQ(count("select count(*) from realms"), 4) << "the fourth could not be read";
  EXPECT_EQ(target("Гордунни"), "eu/gordunni/avalerion") << "its names are kept";
  know({});
  EXPECT_EQ(count("select count(*) from realms"), 4);
  know(
      {{realm_id{1}, "stormrage", {"Stormrage"}},
       {realm_id{3}, "gordunni", {"Gordunni"}},
       {realm_id{5}, "draenor", {"Draenor"}}});
  EXPECT_EQ(
      scalar("select string_agg(slug, ' ' order by slug) from realms"),
      "draenor gordunni stormrage");
  EXPECT_TRUE(target("Гордунни").starts_with("refused"));
}

} // namespace guildhall::test
