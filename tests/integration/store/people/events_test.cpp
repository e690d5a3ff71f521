#include "domain/events.hpp"
#include "domain/sign_ups.hpp"
#include "store/people/users.hpp"
#include "tests/integration/store/people/guild_people.hpp"

namespace guildhall::test {

using namespace std::chrono_literals;

class event_writes : public guild_people {
protected:
  domain::event_change raid() {
    domain::event_change out;
    out.title = "Raid night";
    out.event_type = "Raid";
    out.start_time = in(24h);
    out.end_time = *out.start_time + 2h;
    return out;
  }
  domain::event_row make(domain::event_change what, const domain::standing& who) {
    const auto made = db->ask(domain::add_event{by(who), guild, what});
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->value : domain::event_row{};
  }
  domain::event_row make() {
    return make(raid(), raider);
  }
  auto change(
      event_id id, const domain::standing& who, domain::event_change what,
      std::optional<std::int64_t> seen = std::nullopt) {
    return db->ask(domain::change_event{by(who, seen), id, what});
  }
  auto join(
      event_id id, const domain::standing& who, std::int64_t bnet,
      const std::string& status = "Confirmed") {
    return db->ask(domain::sign_up{by(who), id, {status, character(bnet), std::nullopt}});
  }
};

TEST_F(event_writes, are_read_back_without_nulls) {
  const auto made = make();
  EXPECT_EQ(made.created_by, raider.id);
  const auto read = db->ask(domain::event_by_id{made.id});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->title, "Raid night");
  EXPECT_EQ(read->description, "");
  EXPECT_EQ(read->max_participants, domain::default_max_participants);
  EXPECT_EQ(read->end_time - read->start_time, 2h);
  const auto list = db->ask(domain::events_of{guild});
  EXPECT_EQ(list->size(), 1u);
  EXPECT_EQ(audited("event.create", raider), 1);
}

TEST_F(event_writes, change_only_what_they_name) {
  auto what = raid();
  what.event_details = R"({"boss": [1, 2.5]})";
  what.description = "bring flasks";
  const auto made = make(what, raider);
  domain::event_change title;
  title.title = "Later";
  const auto changed = change(made.id, raider, title, 1);
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->value.title, "Later");
  EXPECT_EQ(changed->value.description, "bring flasks");
  EXPECT_EQ(changed->value.event_details, R"({"boss": [1, 2.5]})");
  EXPECT_EQ(changed->value.row_version, 2);
  EXPECT_EQ(code_of(change(made.id, raider, title, 1)), ec::precondition_failed);
  domain::event_change cleared;
  cleared.event_details = std::optional<std::string>{};
  EXPECT_EQ(change(made.id, raider, cleared)->value.event_details, std::nullopt);
  domain::event_change ends_early;
  ends_early.end_time = in(1h);
  const auto refused = change(made.id, raider, ends_early);
  EXPECT_EQ(code_of(refused), ec::validation);
  EXPECT_TRUE(refused.error().fields.contains("end_time"));
}

TEST_F(event_writes, may_be_removed_by_whoever_leads_the_guild) {
  const auto remove = [&](const domain::standing& who, event_id id) {
    return db->ask(domain::remove_event{by(who), id});
  };
  const auto made = make();
  const auto refused = remove(officer, made.id);
  EXPECT_EQ(code_of(refused), ec::forbidden);
  EXPECT_EQ(
      refused.error().message, "Forbidden: You do not have permission to delete this event");
  EXPECT_EQ(code_of(remove(stranger, made.id)), ec::not_found);
  EXPECT_EQ(code_of(change(made.id, master, raid())), ec::forbidden)
      << "editing is the author's";
  EXPECT_EQ(code_of(remove(master, made.id)), ec::none);
  EXPECT_EQ(audited("event.delete", master), 1);

  const auto of_a_leaver = make();
  db->exec(
      "update guild_members set left_at = app_now() where character_id = "
      + std::to_string(character(1'002).value));
  auto left = raider;
  left.guilds.clear();
  EXPECT_EQ(code_of(remove(left, of_a_leaver.id)), ec::not_found);
  EXPECT_EQ(code_of(remove(master, of_a_leaver.id)), ec::none);

  const auto of_nobody = make(raid(), officer);
  ASSERT_TRUE(run([&](store::session& s) { return store::forget_user(s, officer.id); }));
  EXPECT_EQ(code_of(remove(raider, of_nobody.id)), ec::forbidden);
  EXPECT_EQ(code_of(remove(master, of_nobody.id)), ec::none);
}

TEST_F(event_writes, of_one_author_are_no_more_than_a_guild_can_bear) {
  const auto have = [&](int many, const std::string& made, const std::string& ends) {
    db->exec(
        "delete from events; insert into events (guild_id, title, event_type, start_time, "
        "end_time, created_by, created_at) select "
        + std::to_string(guild.value)
        + ", 'Raid', 'Raid', app_now() - interval '1 year', app_now() " + ends + ", "
        + std::to_string(raider.id.value) + ", app_now() " + made + " from generate_series(1, "
        + std::to_string(many) + ") n");
  };
  const auto more = [&](const domain::standing& who) {
    return db->ask(domain::add_event{by(who), guild, raid()});
  };
  have(domain::max_events_ahead, "- interval '2 days'", "+ interval '1 h'");
  const auto refused = more(raider);
  EXPECT_EQ(code_of(refused), ec::limit_reached);
  EXPECT_TRUE(
      refused.error().message.starts_with("You have 100 events in this guild that are "))
      << refused.error().message;
  EXPECT_EQ(code_of(more(officer)), ec::none) << "others have their own";
  EXPECT_EQ(code_of(more(master)), ec::none);
  have(domain::max_events_ahead - 1, "- interval '2 days'", "+ interval '1 h'");
  EXPECT_EQ(code_of(more(raider)), ec::none);

  have(domain::max_events_a_day, "- interval '23 h'", "- interval '1 h'");
  EXPECT_EQ(code_of(more(raider)), ec::limit_reached) << "those of the past fill it as well";
  have(domain::max_events_of_author, "- interval '2 days'", "- interval '1 h'");
  EXPECT_EQ(code_of(more(raider)), ec::limit_reached);
}

TEST_F(event_writes, that_are_over_are_not_moved_ahead_past_the_limit) {
  auto past = raid();
  past.start_time = in(-48h);
  past.end_time = in(-47h);
  const auto old = make(past, raider);
  db->exec(
      "insert into events (guild_id, title, event_type, start_time, end_time, created_by, "
      "created_at) select guild_id, title, event_type, app_now(), app_now() + interval '1 h', "
      "created_by, app_now() - interval '2 days' from events, generate_series(1, 100) n");
  EXPECT_EQ(code_of(change(old.id, raider, raid())), ec::limit_reached);
  auto admin = stranger;
  admin.role = "admin";
  EXPECT_EQ(code_of(change(old.id, admin, raid())), ec::limit_reached) << "the author counts";
  domain::event_change title;
  title.title = "Long ago";
  EXPECT_EQ(code_of(change(old.id, raider, title)), ec::none);
}

TEST_F(event_writes, are_not_there_for_whoever_may_not_see_them) {
  const auto made = make();
  const event_id unknown{99'999};
  const auto same = [](const auto& hidden, const auto& missing) {
    return !hidden && !missing && hidden.error().code == ec::not_found
        && missing.error().code == ec::not_found
        && hidden.error().message == missing.error().message;
  };
  EXPECT_TRUE(same(change(made.id, stranger, raid()), change(unknown, stranger, raid())));
  EXPECT_TRUE(same(
      db->ask(domain::remove_event{by(stranger), made.id}),
      db->ask(domain::remove_event{by(stranger), unknown})));
  EXPECT_TRUE(same(join(made.id, stranger, 1'002), join(unknown, stranger, 1'002)));
  const domain::sign_up_change later{"Tentative", character(1'002), std::nullopt};
  EXPECT_TRUE(same(
      db->ask(domain::change_sign_up{by(stranger), made.id, later}),
      db->ask(domain::change_sign_up{by(stranger), unknown, later})));
  EXPECT_TRUE(same(
      db->ask(domain::withdraw{by(stranger), made.id}),
      db->ask(domain::withdraw{by(stranger), unknown})));
  auto reader = by(stranger);
  reader.reads_all = true;
  EXPECT_EQ(code_of(db->ask(domain::change_event{reader, made.id, raid()})), ec::forbidden)
      << "where everybody reads, it is there";
  EXPECT_EQ(
      code_of(db->ask(domain::sign_up{reader, made.id, {"Confirmed", character(1'002), {}}})),
      ec::forbidden);
}

TEST_F(event_writes, are_their_authors_and_those_who_look_after_all) {
  const auto made = make();
  EXPECT_EQ(code_of(change(made.id, officer, raid())), ec::forbidden);
  EXPECT_EQ(code_of(change(made.id, master, raid())), ec::forbidden);
  auto manager = officer;
  manager.role = "guild_leader";
  EXPECT_TRUE(change(made.id, manager, raid()));
  auto foreign_manager = stranger;
  foreign_manager.role = "guild_leader";
  EXPECT_EQ(code_of(change(made.id, foreign_manager, raid())), ec::not_found);
  auto admin = stranger;
  admin.role = "admin";
  EXPECT_TRUE(change(made.id, admin, raid()));
  auto left = raider;
  left.guilds.clear();
  EXPECT_EQ(code_of(change(made.id, left, raid())), ec::not_found) << "has left the guild";
  const auto gone = db->ask(domain::remove_event{by(raider), made.id});
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->value.id, made.id);
  EXPECT_EQ(code_of(change(made.id, raider, raid())), ec::not_found);
}

TEST_F(event_writes, with_what_cannot_be_stored_are_refused_with_a_sentence) {
  auto short_title = raid();
  short_title.title = "x";
  auto many = raid();
  std::string numbers = "[1e300";
  for (int i = 0; i < 2'000; ++i)
    numbers += ",1e300";
  many.event_details = numbers + "]";
  for (const auto& what : {short_title, many})
    EXPECT_EQ(code_of(db->ask(domain::add_event{by(raider), guild, what})), ec::validation);
  EXPECT_EQ(count("select count(*) from events"), 0);
}

TEST_F(event_writes, take_one_sign_up_of_each_with_a_character_of_theirs) {
  const auto made = make();
  const auto joined = join(made.id, raider, 1'002);
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->value.battletag, "Raider#1");
  EXPECT_EQ(joined->value.character_class, "Warrior");
  EXPECT_EQ(joined->value.user_id, raider.id);
  const auto twice = join(made.id, raider, 1'002);
  EXPECT_EQ(code_of(twice), ec::validation);
  EXPECT_EQ(twice.error().message, "Already subscribed to this event");
  EXPECT_EQ(code_of(join(made.id, officer, 1'002)), ec::forbidden) << "another's character";
  EXPECT_EQ(code_of(join(made.id, stranger, 1'002)), ec::not_found) << "not in the guild";
  EXPECT_EQ(code_of(join(made.id, officer, 77)), ec::forbidden) << "nobody's";
  EXPECT_EQ(code_of(join(event_id{99}, raider, 1'002)), ec::not_found);

  const auto changed = db->ask(
      domain::change_sign_up{by(raider), made.id, {"Declined", character(1'002), "sorry"}});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->value.status, "Declined");
  EXPECT_EQ(changed->value.note, "sorry");
  EXPECT_EQ(
      code_of(db->ask(domain::change_sign_up{
          by(officer), made.id, {"Declined", character(1'001), std::nullopt}})),
      ec::not_found);
  const auto list = db->ask(domain::sign_ups_of{made.id});
  EXPECT_EQ(list->guild_id, guild);
  EXPECT_EQ(list->list.size(), 1u);
  const auto withdraw = [&] { return db->ask(domain::withdraw{by(raider), made.id}); };
  EXPECT_TRUE(withdraw());
  EXPECT_EQ(code_of(withdraw()), ec::not_found);
  EXPECT_EQ(audited("event.subscribe", raider), 1);
  EXPECT_EQ(audited("event.unsubscribe", raider), 1);
  const auto empty = db->ask(domain::sign_ups_of{made.id});
  EXPECT_EQ(empty->guild_id, guild);
  EXPECT_TRUE(empty->list.empty());
  const auto unknown = db->ask(domain::sign_ups_of{{99}});
  EXPECT_FALSE(unknown->guild_id);
}

TEST_F(event_writes, take_a_members_character_of_whichever_guild) {
  const auto made = make();
  const auto elsewhere = count(
      "insert into characters (region, realm_id, bnet_character_id, realm, name, name_key, "
      "user_id) values ('eu', 9, 90001, 'draenor', 'Twin', 'twin', "
      + std::to_string(raider.id.value) + ") returning id");
  const auto joined =
      db->ask(domain::sign_up{by(raider), made.id, {"Confirmed", {elsewhere}, std::nullopt}});
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->value.character_name, "Twin");
  auto admin = add_user("Admin#1", 1'003);
  admin.guilds.clear();
  EXPECT_EQ(code_of(join(made.id, admin, 1'003)), ec::not_found);
  admin.role = "admin";
  EXPECT_EQ(code_of(join(made.id, admin, 1'003)), ec::none) << "an admin with an own character";
}

TEST_F(event_writes, let_whoever_is_listed_step_back) {
  auto what = raid();
  what.max_participants = 1;
  const auto made = make(what, raider);
  ASSERT_TRUE(join(made.id, raider, 1'002));
  const auto say = [&](const domain::standing& who, const std::string& status,
                       std::int64_t bnet = 1'002) {
    return code_of(
        db->ask(domain::change_sign_up{by(who), made.id, {status, character(bnet), "sorry"}}));
  };
  ASSERT_TRUE(join(made.id, officer, 1'001, "Tentative"));
  EXPECT_EQ(say(officer, "Confirmed", 1'001), ec::conflict) << "full";
  EXPECT_EQ(say(officer, "Declined", 1'001), ec::none) << "full or not";

  db->exec(
      "update guild_members set left_at = app_now() where character_id = "
      + std::to_string(character(1'002).value));
  for (const auto* status : {"Declined", "Tentative", "Confirmed", "Declined"})
    EXPECT_EQ(say(raider, status), ec::none) << status << ": it has left, its player has not";

  db->exec(
      "update characters set user_id = null where id = "
      + std::to_string(character(1'002).value));
  EXPECT_EQ(say(raider, "Tentative"), ec::none) << "it is not theirs any more";
  EXPECT_EQ(say(raider, "Confirmed"), ec::forbidden);
  EXPECT_EQ(say(raider, "Declined", 1'001), ec::forbidden) << "another's";
  auto left = raider;
  left.guilds.clear();
  EXPECT_EQ(say(left, "Declined"), ec::none) << "has left the guild";
  EXPECT_EQ(say(left, "Confirmed"), ec::not_found);
  EXPECT_EQ(code_of(db->ask(domain::withdraw{by(left), made.id})), ec::none);
  EXPECT_EQ(say(left, "Declined"), ec::not_found) << "is not listed any more";
}

TEST_F(event_writes, keep_the_places_of_those_who_have_one) {
  const auto made = make();
  ASSERT_TRUE(join(made.id, raider, 1'002));
  ASSERT_TRUE(join(made.id, officer, 1'001));
  domain::event_change smaller;
  smaller.max_participants = 1;
  ASSERT_TRUE(change(made.id, raider, smaller));
  EXPECT_TRUE(db->ask(
      domain::change_sign_up{by(officer), made.id, {"Confirmed", character(1'001), "late"}}));
  EXPECT_EQ(code_of(join(made.id, master, 1'000)), ec::conflict);
}

TEST_F(event_writes, have_no_more_confirmed_than_places) {
  auto what = raid();
  what.max_participants = 1;
  const auto made = make(what, raider);
  EXPECT_TRUE(join(made.id, raider, 1'002));
  const auto full = join(made.id, officer, 1'001);
  EXPECT_EQ(code_of(full), ec::conflict);
  EXPECT_EQ(full.error().message, "The event is full: all 1 places are taken");
  EXPECT_TRUE(join(made.id, officer, 1'001, "Tentative"));
  const auto again = db->ask(domain::change_sign_up{
      by(raider), made.id, {"Confirmed", character(1'002), std::nullopt}});
  EXPECT_TRUE(again) << "has a place already";
}

TEST_F(event_writes, forget_whoever_asks_for_it) {
  auto what = raid();
  what.title = "Zzmarker";
  const auto made = make(what, raider);
  auto admin = stranger;
  admin.role = "admin";
  what.description = "Zzmarker";
  ASSERT_TRUE(change(made.id, admin, what));
  ASSERT_TRUE(join(made.id, raider, 1'002));
  ASSERT_TRUE(run([&](store::session& s) { return store::forget_user(s, raider.id); }));
  EXPECT_EQ(count("select count(*) from event_subscriptions"), 0);
  EXPECT_EQ(count("select count(*) from events e where e::text like '%Zzmarker%'"), 0);
  EXPECT_EQ(count("select count(*) from audit_log a where a::text like '%Zzmarker%'"), 0);
}

} // namespace guildhall::test
