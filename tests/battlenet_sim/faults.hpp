#pragma once

#include "battlenet_sim/target.hpp"

#include <boost/regex.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace guildhall::sim {

/// What goes wrong with one request.
struct fault_action {
  enum class kind {
    none,
    status,        ///< that status instead of the answer
    delay,         ///< the right answer, late
    reset,         ///< the connection is reset, nothing is sent
    truncate,      ///< Content-Length promises all, the connection closes half-way
    broken_json,   ///< a complete answer whose JSON ends in the middle
    drip,          ///< the right answer, a kilobyte at a time
    empty_body,    ///< 200 without a body
    empty_roster,  ///< a roster without members
    halve_roster,  ///< a roster with fewer than half of its members (the leader stays)
    body,          ///< 200 with that JSON, whatever was asked for
    instead,       ///< 200 with the document of that other path
    edit,          ///< the right answer with fields set, removed or repeated
    last_modified, ///< the right answer with another such header, or none
    hostile        ///< what no honest service sends: one of `hostile_names`, or each in turn
  };
  kind what = kind::none;
  int status = 0;
  std::uint32_t delay_ms = 0; ///< of delay; between two kilobytes of drip
  std::string retry_after;    ///< header of a status fault
  std::string body;           ///< of a status fault, instead of Battle.net's words
  bool html = false;          ///< that body is a page
  bool moving = false;        ///< roster faults: Last-Modified moves with every such answer
  std::string text;           ///< of body, instead, last_modified, hostile; of edit its JSON
};

/// Instead of one name: each time the next.
inline constexpr std::string_view every_hostile = "any";

/// Those are never answered with 304: what they say is to be heard.
constexpr bool is_about_content(fault_action::kind what) {
  return what >= fault_action::kind::body;
}

/// Names as the control API spells them ("delay_ms" is `delay`).
std::string_view to_string(fault_action::kind kind);

struct fault {
  std::int64_t id = 0;
  std::string match; ///< "class:NAME", "regex:PATTERN" (found anywhere), else a path prefix
  std::string region;
  double rate = 1.0;
  bool by_path = false;   ///< the path decides whether it strikes, each time alike
  std::int64_t left = -1; ///< how often it still strikes; negative: no end
  std::uint64_t seed = 1;
  fault_action action;
  std::uint64_t draws = 0;
  std::uint64_t struck = 0;
  std::shared_ptr<const boost::regex> pattern;
};

/// The faults in force; the first that matches and strikes decides. Safe from all threads.
class fault_table {
public:
  static constexpr std::size_t max_faults = 1'000;

  /// Its id; nothing when the table is full or the pattern is none.
  std::optional<std::int64_t> add(fault what);
  void clear();
  bool remove(std::int64_t id);
  std::vector<fault> list() const;

  /// `region` is empty for OAuth.
  fault_action strike(const target& what, std::string_view region);

private:
  mutable std::mutex mutex_;
  std::vector<fault> faults_;
  std::int64_t last_id_ = 0;
};

} // namespace guildhall::sim
