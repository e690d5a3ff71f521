#include "tests/system/support/town.hpp"

#include "core/crypto.hpp"
#include "tests/support/free_port.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace guildhall::system_test {

namespace {

namespace json = boost::json;

constexpr auto key_id = "town";
constexpr auto signing_key = "0123456789abcdef0123456789abcdef-of-the-town";
constexpr std::int64_t officers_rank = 1;
constexpr std::int64_t commoners_rank = 6;

/// Everybody here has one address: more logins than usual come from it.
settings settings_for(const std::string& client_origin) {
  const auto port = std::to_string(test::free_port());
  auto out = quick_budget();
  out.insert({
      {"GUILDHALL_HTTP_PORT", port},
      {"GUILDHALL_AUTH_PUBLIC_URL", "http://127.0.0.1:" + port},
      {"GUILDHALL_AUTH_KEYS", std::string{key_id} + ':' + signing_key},
      {"GUILDHALL_AUTH_REQUESTS_PER_MINUTE", "1000"},
      {"GUILDHALL_CORS_FRONTEND_URL", client_origin},
  });
  return out;
}

/// The guild's members by the account that they belong to.
std::map<std::int64_t, std::vector<member>>
by_account(const simulator& battlenet, const guild_address& guild) {
  std::map<std::int64_t, std::vector<member>> out;
  const auto seen = battlenet.get(
      "guild/" + percent_encoded(guild.realm + '/' + guild.slug) + "?region=" + guild.region);
  for (const auto& one : elements(seen.at("members")))
    if (one.at("available").as_bool())
      out[one.at("player").to_number<std::int64_t>()].push_back(
          {one.at("id").to_number<std::int64_t>(), text(one.at("realm")), text(one.at("name")),
           one.at("rank").to_number<std::int64_t>()});
  for (auto& [account, characters] : out)
    std::ranges::sort(characters, {}, &member::rank);
  return out;
}

std::string battletag_of(const simulator& battlenet, std::int64_t account) {
  for (const auto& one : elements(battlenet.get("players").at("players")))
    if (one.at("id").to_number<std::int64_t>() == account)
      return text(one.at("battletag"));
  throw std::runtime_error("no such account: " + std::to_string(account));
}

} // namespace

town::town(std::string client_origin, int members, const more_settings& more)
    : client_origin_{std::move(client_origin)},
      more_{settings_for(client_origin_)} {
  if (more)
    for (const auto& [name, value] : more(db.dsn()))
      more_.insert_or_assign(name, value);
  simulate(quick_simulator({"--world", std::to_string(members) + ",12", "--seed", "11"}));
  home = sim().guilds().at(0);
  elsewhere = sim().guilds().at(1);
  choose_people();
  api_ = &serve(more_);
  const auto job = track(*api_, home);
  elsewhere_id = mirror(*api_, elsewhere);
  await_job(*api_, job);
  home_id = guild_id(home);
  await_idle();
}

void town::choose_people() {
  const auto found = by_account(sim(), home);
  const auto made = [&](std::int64_t account, std::vector<member> characters) {
    return resident{account, battletag_of(sim(), account), std::move(characters)};
  };
  for (const auto& [account, characters] : found) {
    if (characters.front().rank == 0)
      master = made(account, characters);
    else if (commoner.account == 0 && characters.size() > 1)
      commoner = made(account, characters);
    else if (officer.account == 0)
      officer = made(account, characters);
  }
  for (const auto& [account, characters] : by_account(sim(), elsewhere))
    stranger = made(account, characters);
  if (master.account == 0 || commoner.account == 0 || officer.account == 0)
    throw std::runtime_error("the world is too small for everybody who is needed");
  for (auto& one : commoner.characters)
    sim().post("world/rank", {{"character", one.id}, {"rank", one.rank = commoners_rank}});
  auto& promoted = officer.characters.front();
  promoted.rank = officers_rank;
  sim().post("world/rank", {{"character", promoted.id}, {"rank", officers_rank}});
}

web_client town::client_of(const resident& who) const {
  auto out = client();
  tab opened;
  const auto landed = out.log_in(opened, who.account);
  if (!out.me)
    throw std::runtime_error(who.battletag + " could not log in: " + landed);
  return out;
}

void town::refresh_home() {
  refresh(*api_, home_id);
  await_idle();
}

std::string town::token(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "token");
  const auto done = order(std::move(arguments));
  if (done.status != 0)
    throw std::runtime_error("no token: " + done.output);
  return done.output.substr(0, done.output.find('\n'));
}

finished town::order(std::vector<std::string> arguments) {
  return command(std::move(arguments), more_);
}

std::string town::expired(const std::string& token) {
  const auto dots = std::pair{token.find('.'), token.rfind('.')};
  auto payload = json::parse(crypto::base64url_decode(
                                 token.substr(dots.first + 1, dots.second - dots.first - 1))
                                 .value())
                     .as_object();
  constexpr std::int64_t hour = 3'600;
  for (const auto* name : {"iat", "exp"})
    payload[name] = payload.at(name).to_number<std::int64_t>() - 24 * hour;
  const auto content =
      token.substr(0, dots.first + 1) + crypto::base64url_encode(json::serialize(payload));
  const auto digest = crypto::hmac_sha256(signing_key, content);
  return content + '.'
       + crypto::base64url_encode(
             {reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::int64_t town::character_id(const member& who) const {
  return db.number(
      "select id from characters where bnet_character_id = " + std::to_string(who.id));
}

} // namespace guildhall::system_test
