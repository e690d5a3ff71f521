#pragma once

#include "battlenet_sim/faults.hpp"
#include "battlenet_sim/messages.hpp"
#include "battlenet_sim/target.hpp"

#include <string_view>

namespace guildhall::sim {

class simulation;

/// The namespace a request asks in: the header, else `?namespace=`.
std::string_view requested_namespace(const request& what);

/// The answer to a request of the API or of OAuth, when nothing stands in its way: token,
/// namespace, `If-Modified-Since`, then the document. Of `wrong` only roster faults matter
/// here.
answer
route(simulation& service, const target& where, const request& what, const fault_action& wrong);

} // namespace guildhall::sim
