#pragma once

#include <caf/all.hpp>

/// Every message begins with one of these (at most 10 characters each; a test holds them
/// apart).
// clang-format off
CAF_BEGIN_TYPE_ID_BLOCK(guildhall, caf::first_custom_type_id)

  // jobs for the database
  CAF_ADD_ATOM(guildhall, guildhall::atom, run, "run")
  CAF_ADD_ATOM(guildhall, guildhall::atom, connected, "connected")
  CAF_ADD_ATOM(guildhall, guildhall::atom, lost, "lost")

  // Battle.net
  CAF_ADD_ATOM(guildhall, guildhall::atom, fetch, "fetch")
  CAF_ADD_ATOM(guildhall, guildhall::atom, acquire, "acquire")
  CAF_ADD_ATOM(guildhall, guildhall::atom, granted, "granted")
  CAF_ADD_ATOM(guildhall, guildhall::atom, response, "response")
  CAF_ADD_ATOM(guildhall, guildhall::atom, answered, "answered")
  CAF_ADD_ATOM(guildhall, guildhall::atom, token, "token")
  CAF_ADD_ATOM(guildhall, guildhall::atom, loan, "loan")
  CAF_ADD_ATOM(guildhall, guildhall::atom, price, "price")
  CAF_ADD_ATOM(guildhall, guildhall::atom, period, "period")
  CAF_ADD_ATOM(guildhall, guildhall::atom, doubts, "doubts")

  // the sync
  CAF_ADD_ATOM(guildhall, guildhall::atom, wake, "wake")
  CAF_ADD_ATOM(guildhall, guildhall::atom, claimed, "claimed")
  CAF_ADD_ATOM(guildhall, guildhall::atom, renewed, "renewed")
  CAF_ADD_ATOM(guildhall, guildhall::atom, applied, "applied")
  CAF_ADD_ATOM(guildhall, guildhall::atom, witnesses, "witnesses")
  CAF_ADD_ATOM(guildhall, guildhall::atom, moved, "moved")
  CAF_ADD_ATOM(guildhall, guildhall::atom, handed, "handed")
  CAF_ADD_ATOM(guildhall, guildhall::atom, settled, "settled")
  CAF_ADD_ATOM(guildhall, guildhall::atom, written, "written")
  CAF_ADD_ATOM(guildhall, guildhall::atom, closed, "closed")
  CAF_ADD_ATOM(guildhall, guildhall::atom, finished, "finished")
  CAF_ADD_ATOM(guildhall, guildhall::atom, swept, "swept")

  // people who log in
  CAF_ADD_ATOM(guildhall, guildhall::atom, login, "login")
  CAF_ADD_ATOM(guildhall, guildhall::atom, onboard, "onboard")

  // every actor
  CAF_ADD_ATOM(guildhall, guildhall::atom, tick, "tick")
  CAF_ADD_ATOM(guildhall, guildhall::atom, stop, "stop")
  CAF_ADD_ATOM(guildhall, guildhall::atom, restart, "restart")

CAF_END_TYPE_ID_BLOCK(guildhall)
// clang-format on
