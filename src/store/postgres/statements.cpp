#include "store/postgres/statement_lists.hpp"

namespace guildhall::store {

const std::vector<statement>& all_statements() {
  static const std::vector<statement> all = [] {
    std::vector<statement> out;
    for (const auto list : {lists::fence(),        lists::queue(),
                            lists::queue_claims(), lists::queue_rows(),
                            lists::documents(),    lists::guild_events(),
                            lists::member_rows(),  lists::guild_row(),
                            lists::guild_counts(), lists::guild_writes(),
                            lists::transfers(),    lists::addresses(),
                            lists::guild_link(),   lists::character_writes(),
                            lists::erase(),        lists::budget(),
                            lists::periods(),      lists::retention(),
                            lists::tracking(),     lists::jobs(),
                            lists::reads(),        lists::member_reads(),
                            lists::rederive(),     lists::users(),
                            lists::accounts(),     lists::upstream(),
                            lists::logins(),       lists::onboarding(),
                            lists::audit(),        lists::ranks(),
                            lists::mains(),        lists::rosters(),
                            lists::events(),       lists::sign_ups(),
                            lists::own(),          lists::validation_stats(),
                            lists::import_rows()})
      out.insert(out.end(), list.begin(), list.end());
    return out;
  }();
  return all;
}

} // namespace guildhall::store
