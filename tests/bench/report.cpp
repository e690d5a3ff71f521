#include "tests/bench/report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <fstream>

namespace guildhall::bench {

void print_table(const std::vector<figure>& figures) {
  std::printf(
      "\n%-4s %-52s %12s %12s %8s %10s\n", "id", "what", "value", "anchor", "ratio", "wanted");
  for (const auto& one : figures)
    std::printf(
        "%-4s %-52s %12.1f %12.1f %8.2f %4s %5.2f  %s (%s)\n", one.id.c_str(), one.what.c_str(),
        one.value, one.anchor, one.judged(), one.at_most ? "<=" : ">=", one.wanted,
        one.met() ? "met" : "NOT MET", one.unit.c_str());
  std::fflush(stdout);
}

void write_json(const std::vector<figure>& figures, const std::filesystem::path& file) {
  boost::json::array lines;
  for (const auto& one : figures)
    lines.push_back(
        {{"id", one.id},
         {"what", one.what},
         {"value", one.value},
         {"unit", one.unit},
         {"anchor", one.anchor},
         {"judged", one.judged()},
         {"wanted", one.wanted},
         {"at_most", one.at_most},
         {"met", one.met()}});
  std::ofstream{file} << boost::json::serialize(lines) << '\n';
}

} // namespace guildhall::bench
