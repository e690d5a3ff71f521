#include "battlenet_sim/authorize_page.hpp"

#include "battlenet_sim/simulation.hpp"
#include "battlenet_sim/text.hpp"

#include <algorithm>
#include <vector>

namespace guildhall::sim {

namespace {

/// Of either list; the search finds the others.
constexpr std::size_t most_listed = 60;

std::string html(std::string_view text) {
  std::string out;
  for (auto c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

struct listed_account {
  const player* who = nullptr;
  std::string described; ///< characters with their realms, guilds and ranks
  bool leads = false;
};

listed_account describe(const world& state, const player& one) {
  listed_account out{&one, {}, false};
  for (auto id : one.characters) {
    const auto* who = state.find_character(id);
    const auto* home = who->guild != 0 ? state.find_guild(who->guild) : nullptr;
    const bool master = home && who->rank == 0;
    out.leads |= master;
    out.described += (out.described.empty() ? "" : ", ") + who->name + " ("
                   + std::string(who->home->name)
                   + (master ? ", guild master of " + home->name
                      : home ? ", " + home->name
                             : std::string{})
                   + ")";
  }
  return out;
}

bool matches(const listed_account& one, const std::string& wanted) {
  return lower(one.who->battletag).find(wanted) != std::string::npos
      || lower(one.described).find(wanted) != std::string::npos
      || std::to_string(one.who->id) == wanted;
}

/// What the request asks for, kept from page to page.
std::string hidden_fields(const request& what) {
  std::string out;
  for (const auto* name : {"client_id", "redirect_uri", "response_type", "scope", "state"})
    out += std::string("<input type=hidden name=") + name + " value=\""
         + html(field(what.query, name)) + "\">\n";
  return out;
}

void list(
    std::string& page, const std::string& title, const std::vector<listed_account>& accounts,
    bool& checked) {
  if (accounts.empty())
    return;
  page += "<h2>" + title + "</h2>\n";
  for (std::size_t i = 0; i < std::min(accounts.size(), most_listed); ++i) {
    const auto& one = accounts[i];
    page += "<label><input type=radio name=account value=" + std::to_string(one.who->id)
          + (checked ? "" : " checked") + "> " + html(one.who->battletag) + ": "
          + (one.leads ? "<b>" : "") + html(one.described) + (one.leads ? "</b>" : "")
          + "</label><br>\n";
    checked = true;
  }
  if (accounts.size() > most_listed)
    page += "<p>" + std::to_string(most_listed) + " of " + std::to_string(accounts.size())
          + "; search for the others.</p>\n";
}

} // namespace

std::string authorize_page(simulation& service, const request& what) {
  const auto find = field(what.query, "find");
  const auto wanted = lower(find);
  std::vector<listed_account> masters;
  std::vector<listed_account> others;
  std::string lists;
  {
    std::lock_guard lock(service.world_mutex);
    for (const auto& one : service.state.players())
      if (auto account = describe(service.state, one);
          wanted.empty() || matches(account, wanted))
        (account.leads ? masters : others).push_back(std::move(account));
    bool checked = false;
    list(lists, "Guild masters", masters, checked);
    list(lists, masters.empty() ? "Players" : "Other players", others, checked);
  }
  const auto action = "<form action=\"" + html(what.path) + "\">\n" + hidden_fields(what);
  std::string page = "<!doctype html><meta charset=utf-8><title>Battle.net simulator</title>"
                     "<h1>Log in to the simulated Battle.net</h1>\n"
                   + action
                   + "<p><label>Find an account by battletag, character, realm, guild or id: "
                     "<input type=search name=find value=\""
                   + html(find) + "\"></label> <button>Search</button></p></form>\n";
  if (lists.empty())
    return page + "<p>Nobody is called like that.</p>\n";
  return page + action + lists
       + "<p><label><input type=checkbox name=wow_profile checked> share the World of Warcraft "
         "profile</label></p>"
         "<button name=decision value=allow>Allow</button> "
         "<button name=decision value=deny>Deny</button></form>\n";
}

} // namespace guildhall::sim
