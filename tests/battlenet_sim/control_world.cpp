#include "battlenet_sim/control_parts.hpp"
#include "battlenet_sim/json_writer.hpp"
#include "battlenet_sim/simulation.hpp"
#include "battlenet_sim/world_changes.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <unordered_map>
#include <utility>

namespace guildhall::sim {

namespace {

namespace json = boost::json;

/// One change of the world: its arguments and what they name. The world is locked.
class change {
public:
  change(simulation& service, const json::object& args)
      : world_(service.state),
        args_(args),
        default_region_(service.opts.region),
        now_ms_(service.clock.now_ms()) {}

  answer perform(std::string_view action) {
    static const std::unordered_map<std::string_view, answer (change::*)()> actions{
        {"join", &change::join_guild},
        {"leave", &change::leave_guild},
        {"return", &change::return_to_guild},
        {"rank", &change::rank},
        {"promote", &change::promote},
        {"demote", &change::demote},
        {"rename", &change::rename_character},
        {"swap_names", &change::swap},
        {"takeover", &change::take_over},
        {"transfer", &change::move_realm},
        {"make_anew", &change::make_character_anew},
        {"rename_guild", &change::rename_guild},
        {"move_guild", &change::move_guild},
        {"disband", &change::disband_guild},
        {"found_again", &change::found_guild_again},
        {"logout", &change::logout},
        {"achievement", &change::achievement},
        {"encounter", &change::encounter},
        {"delete", &change::erase},
        {"set", &change::set},
        {"battletag", &change::battletag},
        {"new_week", &change::new_week},
        {"new_season", &change::new_season},
        {"lag", &change::lag},
    };
    auto i = actions.find(action);
    if (i == actions.end())
      throw bad_call("no such change: " + std::string(action));
    return std::invoke(i->second, this);
  }

private:
  std::int64_t now() const {
    return now_ms_ / 1000;
  }

  std::string text(std::string_view name) const {
    return args_.at(json::string_view(name.data(), name.size())).as_string().c_str();
  }

  std::string text_or(std::string_view name, std::string otherwise) const {
    return args_.contains(json::string_view(name.data(), name.size())) ? text(name)
                                                                       : std::move(otherwise);
  }

  int number_or(std::string_view name, int otherwise) const {
    const auto* value = args_.if_contains(json::string_view(name.data(), name.size()));
    return value == nullptr ? otherwise : value->to_number<int>();
  }

  bool flag(std::string_view name) const {
    const auto* value = args_.if_contains(json::string_view(name.data(), name.size()));
    return value != nullptr && value->as_bool();
  }

  std::string_view region() const {
    auto known = known_region(text_or("region", default_region_));
    if (known.empty())
      throw bad_call("no such region");
    return known;
  }

  character& who(std::string_view name = "character") {
    const auto& value = args_.at(json::string_view(name.data(), name.size()));
    character* found = nullptr;
    if (value.is_string()) {
      auto [realm_slug, key] = split_address(value.as_string().c_str());
      if (const auto* there = world_.find(region(), realm_slug, lower(key)))
        found = world_.find_character(there->id);
    } else {
      found = world_.find_character(value.to_number<std::int64_t>());
    }
    if (found == nullptr)
      throw bad_call("no such character");
    return *found;
  }

  guild& which() {
    const auto& value = args_.at("guild");
    guild* found = nullptr;
    if (value.is_string()) {
      auto [realm_slug, slug] = split_address(value.as_string().c_str());
      if (const auto* there = world_.find_guild(region(), realm_slug, slug))
        found = world_.find_guild(there->id);
    } else {
      found = world_.find_guild(value.to_number<std::int64_t>());
    }
    if (found == nullptr)
      throw bad_call("no such guild");
    return *found;
  }

  const realm& realm_named(std::string_view in_region, const std::string& slug) const {
    const auto* found = find_realm(in_region, slug);
    if (found == nullptr)
      throw bad_call("no such realm: " + slug);
    return *found;
  }

  answer join_guild() {
    auto& home = which();
    if (args_.contains("character")) {
      auto& joining = who();
      join(world_, joining, home, number_or("rank", 6), now());
      return described(joining);
    }
    const auto& on = realm_named(home.region, text_or("realm", std::string(home.home->slug)));
    auto name = text("name");
    if (!world_.is_free(home.region, on.slug, lower(name)))
      throw bad_call("the name is taken");
    auto& made = create(world_, home.region, on, std::move(name), home.horde, now());
    join(world_, made, home, number_or("rank", 6), now());
    return described(made);
  }

  answer leave_guild() {
    auto& leaving = who();
    leave(world_, leaving, now());
    return described(leaving);
  }

  answer return_to_guild() {
    auto& returning = who();
    auto* home = world_.find_guild(returning.last_guild);
    if (home == nullptr)
      throw bad_call("it never was in a guild");
    join(world_, returning, *home, number_or("rank", 6), now());
    return described(returning);
  }

  answer with_rank(character& member, int to) {
    if (member.guild == 0)
      throw bad_call("it is in no guild");
    if (to < 0 || to > 9)
      throw bad_call("ranks are 0 to 9");
    set_rank(world_, member, to, now());
    return described(member);
  }

  answer rank() {
    return with_rank(who(), args_.at("rank").to_number<int>());
  }
  answer promote() {
    return with_rank(who(), who().rank - 1);
  }
  answer demote() {
    return with_rank(who(), who().rank + 1);
  }

  answer rename_character() {
    auto& renamed = who();
    if (!rename(world_, renamed, text("name"), now()))
      throw bad_call("the name is taken");
    return described(renamed);
  }

  answer swap() {
    auto& a = who("a");
    if (!swap_names(world_, a, who("b"), now()))
      throw bad_call("a third has one of the names");
    return described(a);
  }

  answer take_over() {
    auto& old = who();
    auto name = old.name;
    const auto& home = *old.home;
    auto was_in = old.guild;
    if (args_.contains("old_name")) {
      if (!rename(world_, old, text("old_name"), now()))
        throw bad_call("old_name is taken");
    } else {
      remove(world_, old, false, now());
    }
    auto& heir = create(world_, old.region, home, std::move(name), old.horde(), now());
    if (auto* guild_of_old = world_.find_guild(was_in); guild_of_old && flag("join"))
      join(world_, heir, *guild_of_old, number_or("rank", 6), now());
    return described(heir);
  }

  answer move_realm() {
    auto& moving = who();
    auto rank_before = moving.rank;
    auto guild_before = moving.guild;
    auto* moved = transfer(
        world_, moving, realm_named(moving.region, text("realm")), flag("keep_id"), now());
    if (moved == nullptr)
      throw bad_call("the name is taken there");
    if (args_.contains("guild")) {
      auto& home = which();
      join(
          world_, *moved, home, number_or("rank", home.id == guild_before ? rank_before : 6),
          now());
    }
    return described(*moved);
  }

  answer rename_guild() {
    auto& renamed = which();
    if (!rename(world_, renamed, text("name"), now()))
      throw bad_call("the name is taken");
    return described(renamed);
  }

  answer make_character_anew() {
    return described(make_anew(world_, who(), now()));
  }

  answer move_guild() {
    auto& moving = which();
    if (!move(world_, moving, realm_named(moving.region, text("realm")), now()))
      throw bad_call("the name is taken there");
    return described(moving);
  }

  answer disband_guild() {
    auto& ended = which();
    disband(world_, ended, now());
    return described(ended);
  }

  answer found_guild_again() {
    auto& old = which();
    return described(found_again(world_, old, who("founder"), now()));
  }

  /// What a member did shows in its guild's activity, whatever its profile says.
  void tell_of(const character& member) {
    if (auto* home = world_.find_guild(member.guild))
      leave_line(*home, &member, now_ms_);
  }

  answer achievement() {
    auto& earner = who();
    if (earner.guild == 0)
      throw bad_call("it is in no guild");
    tell_of(earner);
    return described(earner);
  }

  answer encounter() {
    auto& raiding = which();
    leave_line(raiding, nullptr, now_ms_);
    return described(raiding);
  }

  answer logout() {
    if (args_.contains("character")) {
      auto& leaving = who();
      if (flag("line"))
        tell_of(leaving);
      log_out(world_, leaving, now());
      return described(leaving);
    }
    auto& home = which();
    auto share = args_.contains("share") ? args_.at("share").to_number<double>() : 1.0;
    auto seed = static_cast<std::uint64_t>(number_or("seed", 1));
    std::string out;
    json_writer w(out);
    w.object([&] {
      w.array("characters", [&] {
        for (auto id : home.members) {
          auto& member = *world_.find_character(id);
          if (!member.available
              || static_cast<double>(mix(seed, id) % 10'000) >= share * 10'000)
            continue;
          if (flag("line"))
            tell_of(member);
          log_out(world_, member, now());
          w.element(id);
        }
      });
    });
    return json_answer(std::move(out));
  }

  answer erase() {
    auto& gone = who();
    remove(world_, gone, flag("dead"), now());
    return described(gone);
  }

  answer set() {
    auto& changed = who();
    if (args_.contains("available"))
      changed.available = flag("available");
    if (args_.contains("valid"))
      changed.valid = flag("valid");
    return described(changed);
  }

  answer battletag() {
    auto* one = world_.find_player(args_.at("account").to_number<std::int64_t>());
    if (one == nullptr)
      throw bad_call("no such account");
    one->battletag = text("battletag");
    return json_answer("{}");
  }

  answer new_week() {
    std::string out;
    json_writer w(out);
    w.object([&] {
      for (auto one : regions()) {
        auto& weeks = world_.weeks(one);
        weeks.begin_next(now_ms_);
        w.member(one, weeks.current(now_ms_));
      }
    });
    return json_answer(std::move(out));
  }

  answer new_season() {
    world_.new_seasons.push_back(now());
    constexpr int before = 14;
    return json_answer(
        R"({"season":)" + std::to_string(before + world_.new_seasons.size()) + "}");
  }

  answer lag() {
    world_.lag = flag("on");
    return json_answer(world_.lag ? R"({"lag":true})" : R"({"lag":false})");
  }

  world& world_;
  const json::object& args_;
  std::string default_region_;
  std::int64_t now_ms_;
};

} // namespace

answer change_world(simulation& service, std::string_view action, const json::object& args) {
  std::lock_guard lock(service.world_mutex);
  return change(service, args).perform(action);
}

} // namespace guildhall::sim
