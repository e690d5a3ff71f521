#pragma once

#include "battlenet_sim/messages.hpp"
#include "battlenet_sim/world.hpp"

#include <boost/json/object.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace guildhall::sim {

class simulation;

/// The pieces of the control API, one file each. They throw `bad_call` (or what boost::json
/// throws on a missing field); `control` turns that into a 400 that names the reason.
struct bad_call : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// GET: guilds, one guild's members, one character, players. `rest`: the path behind /_sim/.
answer world_view(simulation& service, std::string_view rest, const form& query);

/// One character or guild as every call describes it.
answer described(const character& who);
answer described(const guild& which);

/// "realm/name" -> both parts.
std::pair<std::string, std::string> split_address(std::string_view text);

/// POST /_sim/world/{action}
answer
change_world(simulation& service, std::string_view action, const boost::json::object& args);

answer add_fault(simulation& service, const boost::json::object& args);
answer list_faults(simulation& service);
answer list_hostile();

} // namespace guildhall::sim
