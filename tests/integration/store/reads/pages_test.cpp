#include "domain/events.hpp"
#include "domain/guild_reads.hpp"
#include "domain/own.hpp"
#include "tests/integration/store/people/guild_people.hpp"

#include <algorithm>
#include <functional>
#include <set>

/// Long lists in pages: bounded, whole when walked to the end, and stable meanwhile.
namespace guildhall::test {

using domain::page_asked;

class pages : public guild_people {
protected:
  using ids = std::vector<std::int64_t>;

  template <class Page>
  static ids ids_of(const Page& page) {
    ids out;
    for (const auto& row : page.rows) {
      if constexpr (requires { row.member; })
        out.push_back(row.member.id.value);
      else
        out.push_back(row.id.value);
    }
    return out;
  }

  /// What all pages bring, one after the other; `between` happens after each.
  template <class Ask>
  ids walked(page_asked how, Ask ask, const std::function<void(int)>& between = {}) {
    ids out;
    for (int number = 1;; ++number) {
      const auto page = ask(how);
      EXPECT_LE(page.rows.size(), static_cast<std::size_t>(how.rows));
      const auto here = ids_of(page);
      out.insert(out.end(), here.begin(), here.end());
      if (!page.next)
        break;
      how.after = *page.next;
      if (between)
        between(number);
    }
    return out;
  }

  auto members_after() {
    return [this](const page_asked& how) {
      return db->ask(domain::member_page_of{guild, how, {.profile = true}, false}).value();
    };
  }
  auto events_after() {
    return [this](const page_asked& how) {
      return db->ask(domain::event_page_of{guild, how, domain::detail::full}).value();
    };
  }

  ids open_members() {
    ids out;
    const auto members = db->ask(domain::members_of{guild}).value();
    for (const auto& row : members)
      out.push_back(row.id.value);
    return sorted(out);
  }

  static ids sorted(ids of) {
    std::ranges::sort(of);
    return of;
  }

  void add_events(int count, int bytes) {
    db->exec(
        "insert into events (guild_id, title, event_type, start_time, end_time, event_details) "
        "select "
        + std::to_string(guild.value)
        + ", 'Raid', 'Raid', app_now() - n * interval '1 day', app_now(), "
          "jsonb_build_object('x', repeat('y', "
        + std::to_string(bytes) + ")) from generate_series(1, " + std::to_string(count)
        + ") n");
  }
};

TEST_F(pages, walked_to_the_end_are_the_whole_list) {
  const auto all = open_members();
  for (const int rows : {1, 3, 1'000})
    EXPECT_EQ(sorted(walked({.rows = rows}, members_after())), all) << rows;
  EXPECT_EQ(sorted(walked({.bytes = 2'500}, members_after())), all);
}

TEST_F(pages, that_hold_everybody_are_in_the_lists_order) {
  const auto page = members_after()({});
  const auto list = db->ask(domain::members_of{guild}).value();
  ids in_order;
  for (const auto& row : list)
    in_order.push_back(row.id.value);
  EXPECT_EQ(ids_of(page), in_order);
}

TEST_F(pages, nobody_who_is_there_all_the_while_is_skipped_or_doubled) {
  const auto all = open_members();
  const auto of = [](std::int64_t id) { return " where id = " + std::to_string(id); };
  // Whoever is on a later page goes to the front of the order, and the other way round; one who
  // was shown leaves, and so does one who was not.
  const auto seen = walked({.rows = 2}, members_after(), [&](int page) {
    if (page != 1)
      return;
    db->exec("update guild_members set rank = 0, character_name = 'Aaa'" + of(all[7]));
    db->exec("update guild_members set rank = 9, character_name = 'Zzz'" + of(all[0]));
    db->exec("update guild_members set left_at = app_now()" + of(all[1]));
    db->exec("update guild_members set left_at = app_now()" + of(all[5]));
  });
  auto expected = all;
  expected.erase(expected.begin() + 5);
  EXPECT_EQ(sorted(seen), expected);
}

TEST_F(pages, of_events_are_stable_while_they_are_put_off) {
  add_events(9, 10);
  const auto first = events_after()({.rows = 3});
  const auto seen = walked({.rows = 3}, events_after(), [&](int page) {
    db->exec(
        "update events set start_time = app_now() + " + std::to_string(page)
        + " * interval '1 year', end_time = app_now() + interval '9 years' where id % 2 = "
        + std::to_string(page % 2));
  });
  EXPECT_EQ(seen.size(), 9u);
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 9u);
  EXPECT_TRUE(std::ranges::is_sorted(first.rows, {}, &domain::event_row::start_time));
}

TEST_F(pages, hold_as_many_bytes_as_may_be_and_a_row_at_least) {
  add_events(20, 16'000);
  const auto page = events_after()({.bytes = 100'000});
  EXPECT_EQ(page.rows.size(), 6u);
  ASSERT_TRUE(page.next);
  const auto alone = events_after()({.after = *page.next, .bytes = 1'000});
  EXPECT_EQ(alone.rows.size(), 1u);
  EXPECT_TRUE(alone.next);
  EXPECT_EQ(walked({.bytes = 100'000}, events_after()).size(), 20u);
}

TEST_F(pages, a_text_counts_as_it_is_written) {
  add_events(2, 0);
  db->exec(R"(update events set description = repeat(E'\u0001', 1000))");
  EXPECT_EQ(events_after()({.bytes = 8'000}).rows.size(), 1u) << "six letters each";
}

TEST_F(pages, of_own_characters_say_the_same_of_mains_as_the_list) {
  db->exec(
      "update characters set user_id = " + std::to_string(raider.id.value)
      + ", profile_json = jsonb_build_object('x', repeat('y', 4000)) where guild_id = "
      + std::to_string(guild.value));
  const auto ask = [&](const page_asked& how) {
    return db->ask(domain::own_character_page_of{raider.id, how, {.profile = true}}).value();
  };
  std::set<std::int64_t> mains;
  const auto seen = walked({.rows = 3}, [&](const page_asked& how) {
    auto page = ask(how);
    for (const auto& row : page.rows) {
      EXPECT_TRUE(row.profile_json);
      EXPECT_FALSE(row.equipment_json);
      if (row.is_main)
        mains.insert(row.id.value);
    }
    return page;
  });
  std::set<std::int64_t> expected;
  ids listed;
  const auto own = db->ask(domain::own_characters_of{raider.id}).value();
  for (const auto& row : own) {
    listed.push_back(row.id.value);
    if (row.is_main)
      expected.insert(row.id.value);
  }
  EXPECT_EQ(mains, expected);
  EXPECT_EQ(sorted(seen), sorted(listed));
  EXPECT_EQ(ids_of(ask({})), listed) << "one page is in the list's order";
  EXPECT_LT(ask({.bytes = 12'000}).rows.size(), listed.size());
}

TEST_F(pages, of_activity_are_the_whole_activity) {
  db->exec("update guild_members set joined_at = app_now() where id % 2 = 0;"
           "update guild_members set left_at = app_now() where id % 5 = 0");
  const auto activity = db->ask(domain::member_activity_of{guild}).value();
  ids expected;
  for (const auto* list : {&activity.joined, &activity.left})
    for (const auto& row : *list)
      expected.push_back(row.member.id.value);
  const auto seen = walked({.rows = 2}, [&](const page_asked& how) {
    return db->ask(domain::activity_page_of{guild, how}).value();
  });
  EXPECT_GT(expected.size(), 4u);
  EXPECT_EQ(seen, sorted(expected));
}

TEST_F(pages, everybody_is_there_to_be_grouped_whatever_the_page_holds) {
  const auto page = db->ask(domain::member_page_of{guild, {.rows = 2}, {}, true}).value();
  EXPECT_EQ(page.rows.size(), 2u);
  EXPECT_EQ(page.everybody.size(), open_members().size());
  EXPECT_TRUE(std::ranges::any_of(
      page.everybody, [](const auto& one) { return one.user_id.has_value(); }));
}

} // namespace guildhall::test
