#pragma once

#include "store/postgres/statement.hpp"

#include <vector>

/// The statements of each file, for `all_statements`.
namespace guildhall::store::lists {

statements fence();
statements queue();
statements queue_claims();
statements queue_rows();
statements documents();
statements guild_events();
statements member_rows();
statements guild_row();
statements guild_counts();
statements guild_writes();
statements transfers();
statements addresses();
statements guild_link();
statements character_writes();
statements erase();
statements budget();
statements periods();
statements retention();
statements tracking();
statements jobs();
statements reads();
statements member_reads();
statements rederive();
statements users();
statements accounts();
statements logins();
statements onboarding();
statements upstream();
statements audit();
statements ranks();
statements mains();
statements rosters();
statements events();
statements sign_ups();
statements own();
statements validation_stats();
statements import_rows();

} // namespace guildhall::store::lists
