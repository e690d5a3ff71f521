#pragma once

#include "battlenet_sim/body.hpp"
#include "battlenet_sim/text.hpp"

#include <string>

namespace guildhall::sim {

/// An HTTP request, as far as the simulator looks at it.
struct request {
  std::string method;
  std::string path; ///< as received: still percent-encoded, without the query
  form query;
  std::string authorization;
  std::string name_space; ///< the header Battlenet-Namespace
  std::string if_modified_since;
  std::string content;
};

/// What goes back. Empty header values are not sent.
struct answer {
  int status = 200;
  body content;
  std::string content_type = "application/json;charset=UTF-8";
  std::string last_modified;
  std::string cache_control;
  std::string name_space;
  std::string schema;
  std::string schema_revision;
  std::string trace_id;
  std::string location;
  std::string retry_after;
};

/// An error as Battle.net words it.
answer error_answer(int status);

answer json_answer(std::string json, int status = 200);

} // namespace guildhall::sim
