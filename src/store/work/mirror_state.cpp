#include "domain/sync_port.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"
#include "store/run.hpp"

#include <array>

namespace guildhall::store {

namespace {

// Of guilds that are mirrored: of one that is not there no roster is missed.
constexpr statement look{
    "state_of_mirror", R"(
  with now as materialized (select app_now() as t)
  select (
      select extract(epoch from (select t from now) - min(last_synced_at))::float8
      from tracked_guilds where state = 'active'),
    (select count(*) from tracked_guilds where state in ('pending', 'active')
      and roster_due_at < (select t from now) - interval '5 minutes'),
    (select count(*) from jobs where state = 'failed'
      and finished_at > (select t from now) - interval '1 day'))",
    2'000};
constexpr std::array all{look};
const listed_statements registered{all};

} // namespace

template <>
result<domain::mirror_state> run(session& db, const domain::state_of_mirror&) {
  domain::mirror_state seen;
  fields(db.exec(look)[0]) >> seen.oldest_roster >> seen.guilds_overdue >> seen.jobs_failed;
  return seen;
}

} // namespace guildhall::store
