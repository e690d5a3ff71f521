#include "rows.hpp"

namespace guildhall::api::test {
namespace {

using http::method;

domain::event_row raid_night() {
  domain::event_row out;
  out.id = {9};
  out.guild_id = {7};
  out.title = "Raid night";
  out.event_type = "Raid";
  out.start_time = moment(evening);
  out.end_time = moment(evening + 3'600'000);
  out.created_by = user_id{5};
  out.row_version = 2;
  return out;
}

domain::sign_up_row zoes() {
  domain::sign_up_row out;
  out.id = 3;
  out.event_id = {9};
  out.user_id = {5};
  out.character_id = {101};
  out.status = "Confirmed";
  out.created_at = moment(evening);
  out.battletag = "Some#1234";
  out.character_name = "Zoë";
  out.character_class = "Mage";
  out.character_role = "DPS";
  return out;
}

class events_test : public api_test {
protected:
  events_test() {
    people.events_answer = {{raid_night()}};
    people.event_answer = raid_night();
    people.event_written =
        domain::written<domain::event_row>{raid_night(), {"event:9", "events:7"}};
    people.sign_ups_answer = domain::event_sign_ups{guild_id{7}, {zoes()}};
    people.sign_up_written = domain::written<domain::sign_up_row>{zoes(), {"event:9"}};
    people.withdrawn = domain::written<event_id>{{9}, {"event:9"}};
    become({{.guild = guild_id{7}, .best_rank = 4}});
  }

  void become_stranger() {
    become({{.guild = guild_id{8}, .best_rank = 0, .is_leader = true}});
  }

  /// As the web client's form sends it.
  static std::string form(const std::string& more = "") {
    return R"({"title": "Raid night", "description": "", "event_type": "Raid",
               "start_time": "2025-05-13T18:00", "end_time": "2025-05-13T19:00",
               "max_participants": 20, "guild_id": 7)"
         + more + "}";
  }
};

TEST_F(events_test, one_is_made_as_the_web_clients_form_sends_it) {
  const auto made = send(method::post, "/api/events", form());
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(people.last_write, "add event to 7");
  EXPECT_EQ(people.last_event.start_time, moment(evening));
  EXPECT_EQ(people.last_event.end_time, moment(evening + 3'600'000));
  EXPECT_EQ(people.last_event.max_participants, 20);
  EXPECT_EQ(people.last_event.description, "");
  EXPECT_FALSE(people.last_event.event_details);
  const auto data = made.parsed().at("data");
  EXPECT_EQ(data.at("id"), 9);
  EXPECT_EQ(data.at("start_time"), "2025-05-13T18:00:00.000Z");
  EXPECT_EQ(data.at("description"), "");
  EXPECT_EQ(data.at("max_participants"), domain::default_max_participants);
  EXPECT_EQ(data.at("created_by"), 5);
}

TEST_F(events_test, whoever_is_not_in_the_guild_makes_none) {
  become_stranger();
  const auto refused = send(method::post, "/api/events", form());
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(people.last_write, "");
}

TEST_F(events_test, the_end_is_not_before_the_start) {
  const auto refused = send(
      method::post, "/api/events",
      form(R"(, "end_time": "2025-05-13T17:00")")); // of a field given twice the last counts
  EXPECT_EQ(refused.status, 400);
  EXPECT_TRUE(
      refused.parsed().at("error").at("details").at("fields").as_object().contains("end_time"));
}

TEST_F(events_test, details_are_rewritten_and_bounded) {
  send(method::post, "/api/events", form(R"(, "event_details": {"a": [1, {"b": 1.50}]})"));
  ASSERT_TRUE(people.last_event.event_details && *people.last_event.event_details);
  EXPECT_EQ(
      json::parse(**people.last_event.event_details), json::parse(R"({"a":[1,{"b":1.5}]})"));
  const auto refused = [&](const std::string& details) {
    const auto got =
        send(method::post, "/api/events", form(R"(, "event_details": )" + details));
    return got.status == 400;
  };
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_FALSE(refused(nested(8)));
  EXPECT_TRUE(refused(nested(9)));
  EXPECT_TRUE(refused(R"({"a":")" + std::string(16'400, 'x') + R"("})"));
  EXPECT_TRUE(refused(R"({"a":"\u0000"})"));
  EXPECT_TRUE(refused(R"({"\u0000":1})"));
  EXPECT_TRUE(refused("1"));
}

TEST_F(events_test, an_update_may_say_as_little_as_it_likes) {
  EXPECT_EQ(send(method::put, "/api/events/9", R"({"title": "Later"})").status, 200);
  EXPECT_EQ(people.last_write, "change event 9");
  EXPECT_EQ(people.last_event.title, "Later");
  EXPECT_FALSE(people.last_event.start_time);
  EXPECT_FALSE(people.last_event.description);
  EXPECT_FALSE(people.last_event.max_participants);
  send(
      method::put, "/api/events/9",
      R"({"description": null, "max_participants": null, "event_details": null})");
  EXPECT_EQ(people.last_event.description, "");
  EXPECT_EQ(people.last_event.max_participants, domain::default_max_participants);
  ASSERT_TRUE(people.last_event.event_details);
  EXPECT_FALSE(*people.last_event.event_details);
}

TEST_F(events_test, members_see_the_calendar_and_strangers_nothing) {
  EXPECT_EQ(get("/api/events/guild/7").parsed().at("data").as_array().size(), 1u);
  EXPECT_EQ(get("/api/events/9").parsed().at("data").at("title"), "Raid night");
  EXPECT_EQ(get("/api/events/9/subscribers").parsed().at("data").as_array().size(), 1u);
  become_stranger();
  EXPECT_EQ(get("/api/events/guild/7").status, 403);
  for (const auto* target : {"/api/events/9", "/api/events/9/subscribers"})
    EXPECT_EQ(get(target).status, 404) << target;
}

TEST_F(events_test, an_unknown_one_is_404_and_so_are_its_subscribers) {
  people.event_answer = fail(ec::not_found, "Event not found");
  people.sign_ups_answer = domain::event_sign_ups{};
  EXPECT_EQ(get("/api/events/99").status, 404);
  const auto nobodys = get("/api/events/99/subscribers");
  EXPECT_EQ(nobodys.status, 404);
  EXPECT_EQ(nobodys.body, get("/api/events/99").body);
}

TEST_F(events_test, a_deleted_one_is_answered_whole) {
  const auto gone = send(method::del, "/api/events/9");
  EXPECT_EQ(gone.status, 200);
  EXPECT_EQ(gone.parsed().at("data").at("id"), 9);
}

TEST_F(events_test, a_status_comes_in_any_case_and_is_kept_capitalised) {
  for (const auto& [given, kept] : std::vector<std::pair<std::string, std::string>>{
           {"Confirmed", "Confirmed"},
           {"accepted", "Confirmed"},
           {"TENTATIVE", "Tentative"},
           {"declined", "Declined"}}) {
    const auto got = send(
        method::post, "/api/events/9/subscribe",
        R"({"status": ")" + given + R"(", "character_id": 101})");
    EXPECT_EQ(got.status, 201) << given;
    EXPECT_EQ(people.last_sign_up.status, kept);
    EXPECT_EQ(people.last_sign_up.character, character_id{101});
  }
  EXPECT_EQ(
      send(
          method::post, "/api/events/9/subscribe",
          R"({"status": "maybe", "character_id": 101})")
          .status,
      400);
}

TEST_F(events_test, a_sign_up_is_seen_at_once) {
  get("/api/events/9/subscribers");
  auto declined = zoes();
  declined.status = "Declined";
  people.sign_ups_answer = domain::event_sign_ups{guild_id{7}, {declined}};
  EXPECT_EQ(
      send(
          method::put, "/api/events/9/subscribe",
          R"({"status": "Declined", "character_id": 101})")
          .status,
      200);
  EXPECT_EQ(people.last_write, "change sign-up for 9");
  const auto line = get("/api/events/9/subscribers").parsed().at("data").at(0);
  EXPECT_EQ(line.at("status"), "Declined");
  EXPECT_EQ(line.at("character_role"), "DPS");
  EXPECT_TRUE(line.at("user_id").is_number());
}

TEST_F(events_test, withdrawing_says_so) {
  EXPECT_EQ(
      send(method::del, "/api/events/9/subscribe").parsed(),
      json::parse(
          R"({"success": true, "data": {"message": "Successfully unsubscribed from event"}})"));
  people.withdrawn = fail(ec::not_found, "Subscription not found");
  EXPECT_EQ(send(method::del, "/api/events/9/subscribe").status, 404);
}

TEST_F(events_test, a_full_event_is_a_conflict_with_a_sentence) {
  people.sign_up_written = fail(ec::conflict, "The event is full: all 20 places are taken");
  const auto got = send(
      method::post, "/api/events/9/subscribe", R"({"status": "Confirmed", "character_id": 1})");
  EXPECT_EQ(got.status, 409);
  EXPECT_EQ(got.parsed().at("message"), "The event is full: all 20 places are taken");
}

} // namespace
} // namespace guildhall::api::test
