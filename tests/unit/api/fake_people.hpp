#pragma once

#include "domain/api_port.hpp"
#include "tests/support/fake_port.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::api::test {

using fake_data = guildhall::test::fake_port<domain::api_port>;

/// What of these rows is on a page, in their order, as the store cuts it by rows.
template <class Rows, class Id>
domain::page_of<typename Rows::value_type>
page_from(const Rows& rows, const domain::page_asked& asked, Id id) {
  std::vector<domain::row_size> sizes;
  for (const auto& row : rows)
    if (id(row) > asked.after)
      sizes.push_back({id(row), 1});
  std::ranges::sort(sizes, {}, &domain::row_size::id);
  const auto cut = domain::cut_page(sizes, asked);
  domain::page_of<typename Rows::value_type> out;
  std::ranges::copy_if(rows, std::back_inserter(out.rows), [&](const auto& row) {
    return std::ranges::find(cut.ids, id(row)) != cut.ids.end();
  });
  out.next = cut.next;
  return out;
}

/// Has the database answer what a test puts in here about what people write, and remembers the
/// last write and who made it.
struct fake_people {
  template <class T>
  using written = result<domain::written<T>>;

  written<domain::rank_row> rank_answer;
  result<std::vector<domain::roster_row>> rosters_answer;
  result<domain::roster_with_places> roster_answer{
      fail(ec::not_found, "Roster with ID 12 not found")};
  written<domain::roster_row> roster_written;
  written<domain::roster_with_places> places_written;
  written<domain::roster_place> place_written;
  result<std::vector<domain::event_row>> events_answer;
  result<domain::event_row> event_answer{fail(ec::not_found, "Event not found")};
  written<domain::event_row> event_written;
  result<domain::event_sign_ups> sign_ups_answer;
  written<domain::sign_up_row> sign_up_written;
  written<event_id> withdrawn;
  written<domain::main_override> main_written;
  result<std::vector<domain::own_guild>> own_guilds_answer;
  result<std::vector<domain::character_row>> own_characters_answer;
  result<domain::character_row> synced;
  result<std::vector<domain::validation_stats>> validation_answer;
  result<void> reset_answer;

  int reads{0};
  domain::detail last_how{};
  domain::wanted_documents last_documents;
  std::string last_write; ///< e.g. "rename roster 12 to Raid"
  int keyed{0};           ///< writes that were asked for under a key
  std::string last_key;
  std::string last_digest;
  bool key_is_of_another{false};
  domain::author last_author;
  std::vector<domain::roster_addition> last_additions;
  domain::event_change last_event;
  domain::sign_up_change last_sign_up;
  domain::rank_edit last_rank;
  domain::character_address last_address;

  explicit fake_people(fake_data& data) {
    using namespace domain;
    reads_of<rosters_of>(data, rosters_answer);
    reads_of<roster_by_id>(data, roster_answer);
    reads_of<events_of>(data, events_answer);
    reads_of<event_by_id>(data, event_answer);
    reads_of<sign_ups_of>(data, sign_ups_answer);
    reads_of<own_guilds_of>(data, own_guilds_answer);
    reads_of<own_characters_of>(data, own_characters_answer);
    const auto by_id = [](const auto& row) { return row.id.value; };
    data.on<event_page_of>([=, this](const event_page_of& what) -> result<page_of<event_row>> {
      ++reads;
      last_how = what.how;
      return page_from(*events_answer, what.from, by_id);
    });
    data.on<own_character_page_of>(
        [=, this](const own_character_page_of& what) -> result<page_of<character_row>> {
          ++reads;
          last_documents = what.what;
          return page_from(*own_characters_answer, what.from, by_id);
        });
    reads_of<validation_report>(data, validation_answer);

    writes<set_rank>(data, rank_answer, [this](const auto& what) {
      last_rank = what.what;
      return "set rank " + number(what.what.rank_id) + " of " + number(what.guild.value);
    });
    makes<add_roster>(data, roster_written, [](const auto& what) {
      return "add roster " + what.name + " to " + number(what.guild.value);
    });
    writes<rename_roster>(data, roster_written, [](const auto& what) {
      return "rename roster " + number(what.roster.value) + " to " + what.name;
    });
    writes<remove_roster>(data, roster_written, [](const auto& what) {
      return "remove roster " + number(what.roster.value);
    });
    makes<add_places>(data, places_written, [this](const auto& what) {
      last_additions = what.additions;
      return "add places to " + number(what.roster.value);
    });
    writes<set_place_role>(data, place_written, [](const auto& what) {
      return number(what.character.value) + " is " + what.role.value_or("nothing") + " in "
           + number(what.roster.value);
    });
    writes<remove_place>(data, roster_written, [](const auto& what) {
      return "remove " + number(what.character.value) + " from " + number(what.roster.value);
    });
    makes<add_event>(data, event_written, [this](const auto& what) {
      last_event = what.what;
      return "add event to " + number(what.guild.value);
    });
    writes<change_event>(data, event_written, [this](const auto& what) {
      last_event = what.what;
      return "change event " + number(what.event.value);
    });
    writes<remove_event>(data, event_written, [](const auto& what) {
      return "remove event " + number(what.event.value);
    });
    makes<sign_up>(data, sign_up_written, [this](const auto& what) {
      last_sign_up = what.what;
      return "sign up for " + number(what.event.value);
    });
    writes<change_sign_up>(data, sign_up_written, [this](const auto& what) {
      last_sign_up = what.what;
      return "change sign-up for " + number(what.event.value);
    });
    writes<withdraw>(data, withdrawn, [](const auto& what) {
      return "withdraw from " + number(what.event.value);
    });
    writes<set_main>(data, main_written, [](const auto& what) {
      return "main of " + number(what.guild.value) + "-" + number(what.character.value) + ": "
           + (what.is_main ? (*what.is_main ? "true" : "false") : "null");
    });
    makes<sync_own_at>(data, synced, [this](const auto& what) {
      last_address = what.address;
      return std::string{"sync at"};
    });
    makes<sync_own>(
        data, synced, [](const auto& what) { return "sync " + number(what.character.value); });
    writes<reset_validation>(
        data, reset_answer, [](const auto&) { return std::string{"reset validation"}; });
  }

private:
  static std::string number(std::int64_t value) {
    return std::to_string(value);
  }
  template <domain::operation Operation>
  void reads_of(fake_data& data, const domain::answer_to<Operation>& answer) {
    data.on<Operation>([this, &answer](const Operation&) {
      ++reads;
      return answer;
    });
  }
  template <domain::operation Operation, class Describe>
  void writes(fake_data& data, const domain::answer_to<Operation>& answer, Describe describe) {
    data.on<Operation>([this, &answer, describe](const Operation& what) {
      last_write = describe(what);
      last_author = what.by;
      return answer;
    });
  }
  /// The same; and under a key, of which nothing is remembered here.
  template <domain::operation Operation, class Describe>
  void makes(fake_data& data, const domain::answer_to<Operation>& answer, Describe describe) {
    using keyed_operation = domain::once<Operation>;
    writes<Operation>(data, answer, describe);
    data.on<keyed_operation>(
        [this, &answer,
         describe](const keyed_operation& asked) -> domain::answer_to<keyed_operation> {
          ++keyed;
          last_key = asked.key.key;
          last_digest = asked.key.digest;
          if (!answer)
            return fail(answer.error());
          domain::written<domain::answer_by_key> out;
          out.value.of_another = key_is_of_another;
          if (key_is_of_another)
            return out;
          last_write = describe(asked.what);
          last_author = asked.what.by;
          if constexpr (requires { answer->tags; }) {
            out.tags = answer->tags;
            out.value.told = asked.tell(answer->value);
          } else {
            out.value.told = asked.tell(*answer);
          }
          return out;
        });
  }
};

} // namespace guildhall::api::test
