#include "actors/atoms.hpp"

#include <gtest/gtest.h>

#include <set>

namespace guildhall::actors {
namespace {

// Characters that an atom cannot hold become blanks, so that two texts could fall together.
TEST(atoms, all_differ) {
  const std::set<caf::atom_value> values{
      atom::run_v,     atom::connected_v, atom::lost_v,      atom::fetch_v,   atom::acquire_v,
      atom::granted_v, atom::response_v,  atom::answered_v,  atom::token_v,   atom::loan_v,
      atom::price_v,   atom::period_v,    atom::wake_v,      atom::claimed_v, atom::renewed_v,
      atom::applied_v, atom::settled_v,   atom::finished_v,  atom::swept_v,   atom::tick_v,
      atom::stop_v,    atom::restart_v,   atom::witnesses_v, atom::moved_v,   atom::written_v,
      atom::closed_v,  atom::login_v,     atom::onboard_v,   atom::handed_v,  atom::doubts_v};
  constexpr std::size_t listed = 30;
  EXPECT_EQ(values.size(), listed);
}

} // namespace
} // namespace guildhall::actors
