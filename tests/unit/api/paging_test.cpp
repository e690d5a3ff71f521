#include "rows.hpp"

#include <algorithm>
#include <set>

/// Lists in pages: as much as is good to send at once, and a way to the rest.
namespace guildhall::api::test {
namespace {

class paging_test : public api_test {
protected:
  paging_test() {
    std::vector<domain::member_detail> members;
    for (int i = 1; i <= 7; ++i)
      members.push_back(detail(i, "Member" + std::to_string(i), 9 - i));
    reads.details_answer = members;
    activity.joined = {members[0], members[2]};
    for (auto& one : activity.joined)
      one.joined_at = moment(evening);
    activity.left = {members[1]};
    activity.left[0].left_at = moment(evening);
    reads.activity_answer = activity;
    std::vector<domain::event_row> events;
    std::vector<domain::character_row> characters;
    for (int i = 1; i <= 5; ++i) {
      events.emplace_back().id = {i};
      events.back().event_details = "{}";
      characters.emplace_back().id = {i};
    }
    people.events_answer = events;
    people.own_characters_answer = characters;
  }

  struct page_seen {
    json::value body;
    std::string next; ///< the cursor
    std::string link; ///< the address of the next page
  };

  page_seen page(const std::string& target) {
    const auto got = get(target);
    EXPECT_EQ(got.status, 200) << target << got.body;
    page_seen out{got.parsed(), {}, {}};
    if (const auto* found = out.body.as_object().if_contains("page"))
      out.next = found->at("next").as_string();
    const auto header = got.header("Link");
    const auto end = header.find(">; rel=\"next\"");
    if (header.starts_with('<') && end != std::string::npos)
      out.link = header.substr(1, end - 1);
    EXPECT_EQ(out.next.empty(), out.link.empty());
    return out;
  }

  /// The ids on all pages, from link to link.
  std::vector<std::int64_t> walked(std::string target, const char* id = "id") {
    std::vector<std::int64_t> out;
    while (!target.empty()) {
      const auto here = page(target);
      for (const auto& row : here.body.at("data").as_array())
        out.push_back(row.at(id).to_number<std::int64_t>());
      target = here.link;
    }
    std::ranges::sort(out);
    return out;
  }

  domain::member_activity activity;
};

TEST_F(paging_test, every_list_is_walked_to_its_end_by_its_links) {
  using ids = std::vector<std::int64_t>;
  EXPECT_EQ(walked("/api/guilds/7/members?limit=3"), (ids{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(
      walked("/api/guilds/7/members/enhanced?limit=1&include=equipment"),
      (ids{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(
      walked("/api/guilds/7/classified-roster?fields=full&limit=2"),
      (ids{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(walked("/api/events/guild/7?fields=full&limit=2"), (ids{1, 2, 3, 4, 5}));
  EXPECT_EQ(walked("/api/characters?fields=full&limit=4"), (ids{1, 2, 3, 4, 5}));
}

TEST_F(paging_test, a_link_asks_for_the_same_parts_in_one_spelling) {
  const auto got = page(
      "/api/guilds/7/members/enhanced?limit=2&include=character_data,equipment&fields=full");
  EXPECT_EQ(
      got.link, "/api/guilds/7/members/enhanced?fields=full&include=equipment,character_data"
                "&limit=2&cursor="
                    + got.next);
}

TEST_F(paging_test, what_fits_on_one_page_has_none_after_it) {
  for (const std::string target :
       {"/api/guilds/7/members?limit=7", "/api/guilds/7/members?fields=full",
        "/api/guilds/7/members/enhanced?include=equipment",
        "/api/guilds/7/classified-roster?fields=full", "/api/guilds/7/member-activity?limit=3",
        "/api/events/guild/7?fields=full", "/api/characters?include=equipment"}) {
    const auto got = get(target);
    EXPECT_EQ(got.status, 200) << target;
    EXPECT_FALSE(got.parsed().as_object().contains("page")) << target;
    EXPECT_EQ(got.header("Link"), "") << target;
  }
}

TEST_F(paging_test, what_the_web_client_asks_for_stays_whole) {
  reads.members_answer = std::vector(2'000, member(1, "Zoë", 3));
  reads.details_answer = std::vector(2'000, detail(1, "Zoë", 3));
  people.events_answer = std::vector(2'000, domain::event_row{});
  for (const std::string target :
       {"/api/guilds/7/members", "/api/guilds/7/members/enhanced", "/api/events/guild/7"}) {
    const auto got = get(target).parsed();
    EXPECT_EQ(got.at("data").as_array().size(), 2'000u) << target;
    EXPECT_FALSE(got.as_object().contains("page")) << target;
  }
}

TEST_F(paging_test, activity_is_two_lists_on_every_page) {
  std::multiset<std::int64_t> joined;
  std::multiset<std::int64_t> left;
  std::string target = "/api/guilds/7/member-activity?fields=full&limit=2";
  int pages = 0;
  for (; !target.empty(); ++pages) {
    const auto here = page(target);
    for (const auto& [list, into] :
         {std::pair{"newMembers", &joined}, std::pair{"leftMembers", &left}})
      for (const auto& row : here.body.at("data").at(list).as_array())
        into->insert(row.at("id").to_number<std::int64_t>());
    target = here.link;
  }
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(joined, (std::multiset<std::int64_t>{1, 3}));
  EXPECT_EQ(left, std::multiset<std::int64_t>{2});
}

TEST_F(paging_test, mains_and_alts_are_found_among_everybody) {
  for (auto& one : *reads.details_answer)
    one.member.user_id = user_id{5};
  std::string target = "/api/guilds/7/classified-roster?fields=full&limit=1";
  int mains = 0;
  while (!target.empty()) {
    const auto here = page(target);
    const auto& row = here.body.at("data").at(0);
    mains += row.at("classification") == "Main";
    if (row.at("classification") == "Alt") {
      EXPECT_EQ(row.at("mainCharacterId"), 107) << "of the highest rank";
    }
    target = here.link;
  }
  EXPECT_EQ(mains, 1);
}

TEST_F(paging_test, stats_are_of_the_members_on_the_page) {
  reads.details_answer->at(1).character_synced_at.reset();
  const auto first = page("/api/guilds/7/members/enhanced?limit=2").body.at("stats");
  EXPECT_EQ(first.at("total"), 2);
  EXPECT_EQ(first.at("failed"), 1);
}

TEST_F(paging_test, a_cursor_is_good_for_its_own_list_only) {
  const auto cursor = page("/api/guilds/7/members?limit=2").next;
  EXPECT_EQ(get("/api/guilds/7/members?cursor=" + cursor).status, 200);
  EXPECT_EQ(get("/api/guilds/7/members?fields=full&cursor=" + cursor).status, 200);
  for (const std::string foreign :
       {"/api/guilds/8/members", "/api/guilds/7/members/enhanced",
        "/api/guilds/7/classified-roster", "/api/guilds/7/member-activity",
        "/api/events/guild/7", "/api/characters"}) {
    const auto got = get(foreign + "?cursor=" + cursor);
    EXPECT_EQ(got.status, 400) << foreign;
    const auto error = got.parsed().at("error");
    EXPECT_EQ(error.at("code"), "VALIDATION_ERROR");
    EXPECT_TRUE(error.at("details").at("fields").as_object().contains("cursor"));
  }
}

TEST_F(paging_test, a_forged_cursor_is_refused_with_a_sentence) {
  auto changed = page("/api/guilds/7/members?limit=2").next;
  changed[10] = changed[10] == 'A' ? 'B' : 'A';
  for (const auto& cursor :
       {changed, std::string{}, std::string{"2"}, std::string{"AAAAAAAAAAI"},
        std::string(34, 'A'), std::string{"%00"}, std::string{"%FF"},
        std::string{"%F0%9F%98%80"}})
    EXPECT_EQ(get("/api/guilds/7/members?cursor=" + cursor).status, 400) << cursor;
  auth::verifier other{{key("k1", 'b')}};
  EXPECT_NE(other.seal("x"), tokens.seal("x"));
  EXPECT_FALSE(tokens.has_sealed("x", other.seal("x")));
  auth::verifier rotated{{key("k2", 'b'), signing_key}};
  EXPECT_TRUE(rotated.has_sealed("x", tokens.seal("x"))) << "an older key still opens";
}

TEST_F(paging_test, a_limit_is_a_number_of_rows) {
  for (const std::string limit :
       {"0", "-1", "1001", "x", "", "1.5", "%FF", "99999999999999999999"}) {
    const auto got = get("/api/guilds/7/members?limit=" + limit);
    EXPECT_EQ(got.status, 400) << limit;
  }
  EXPECT_EQ(page("/api/guilds/7/members?limit=1000").body.at("data").as_array().size(), 7u);
}

TEST_F(paging_test, every_spelling_of_the_same_parts_is_one_answer) {
  std::vector<std::string> names{
      "roster_json", "equipment", "character_data", "member_data_json"};
  std::ranges::sort(names);
  std::set<std::string> etags;
  int spellings = 0;
  do {
    std::string include;
    for (const auto& name : names)
      include += (include.empty() ? "" : ",") + name;
    etags.insert(
        get("/api/guilds/7/classified-roster?fields=full&include=" + include).header("ETag"));
    ++spellings;
  } while (std::ranges::next_permutation(names).found);
  EXPECT_EQ(spellings, 24);
  EXPECT_EQ(etags.size(), 1u);
  EXPECT_EQ(reads.asked, 1);
}

TEST_F(paging_test, parts_that_a_list_does_not_have_make_no_second_answer) {
  get("/api/guilds/7/members?include=equipment");
  get("/api/guilds/7/members?include=roster_json,character_data");
  EXPECT_EQ(reads.asked, 1);
}

TEST_F(paging_test, one_row_has_as_many_answers_as_it_can_look_like) {
  reads.guild_answer = avalerion();
  domain::character_row row;
  row.id = {9};
  reads.character_answer = row;
  const std::vector<std::string> queries{
      "?include=roster_json",
      "?include=roster_json,equipment",
      "?include=member_data_json",
      "?include=character_data",
      "?fields=full&include=equipment,roster_json",
      "?fields=full",
      "?fields=full&include=member_data_json",
      "?include=equipment,character_data"};
  for (const auto& query : queries)
    get("/api/guilds/id/7" + query);
  EXPECT_EQ(reads.asked, 4) << "with a roster or without, in full or not";
  reads.asked = 0;
  for (const auto& query : queries)
    get("/api/characters/9" + query);
  EXPECT_EQ(reads.asked, 3) << "lean, with its equipment, or in full";
  reads.asked = 0;
  for (const auto& query : queries)
    get("/api/guilds/7/ranks" + query);
  EXPECT_EQ(reads.asked, 1);
}

TEST_F(paging_test, only_what_is_written_is_read) {
  get("/api/guilds/7/members/enhanced?include=equipment");
  EXPECT_TRUE(reads.last_page.what.equipment);
  EXPECT_FALSE(reads.last_page.what.profile || reads.last_page.what.member_data);
  get("/api/guilds/7/classified-roster?fields=full");
  EXPECT_TRUE(reads.last_page.what.profile && reads.last_page.what.mythic);
  EXPECT_FALSE(reads.last_page.what.equipment || reads.last_page.what.member_data);
  get("/api/events/guild/7?limit=2");
  EXPECT_EQ(people.last_how, domain::detail::lean);
}

TEST_F(paging_test, a_page_is_kept_and_goes_with_its_list) {
  const auto first = get("/api/guilds/7/members?limit=2");
  EXPECT_EQ(
      get("/api/guilds/7/members?limit=2", {{"If-None-Match", first.header("ETag")}}).status,
      304);
  EXPECT_EQ(reads.asked, 1);
  cache.move("guild:7");
  get("/api/guilds/7/members?limit=2");
  EXPECT_EQ(reads.asked, 2);
}

TEST_F(paging_test, what_is_wrong_is_told_before_who_may_read) {
  become({});
  EXPECT_EQ(get("/api/guilds/7/members?limit=x").status, 400);
  EXPECT_EQ(get("/api/guilds/7/members?limit=2").status, 403);
}

TEST_F(paging_test, a_full_workshop_refuses_and_says_when_to_come_back) {
  workshop_is_full = true;
  const auto got = get("/api/guilds/7/members?fields=full");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.header("Retry-After"), "1");
  EXPECT_EQ(written_in_bulk, 0);
}

TEST_F(paging_test, nothing_is_written_after_the_deadline) {
  request_deadline = seconds{-1};
  const auto got = get("/api/guilds/7/members");
  EXPECT_EQ(got.status, 504);
  request_deadline = seconds{5};
  EXPECT_EQ(get("/api/guilds/7/members").status, 200);
}

TEST_F(paging_test, what_a_client_who_is_gone_asked_for_is_written_in_the_workshop) {
  reads.guild_answer = avalerion();
  get("/api/guilds/id/7");
  EXPECT_EQ(written_in_bulk, 0);
  client_is_gone = true;
  get("/api/guilds/id/7?fields=full");
  get("/api/guilds/7/ranks");
  EXPECT_EQ(written_in_bulk, 2) << "never on the thread that asked the database";
}

} // namespace
} // namespace guildhall::api::test
