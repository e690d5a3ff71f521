#include "tests/robustness/report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>

namespace guildhall::robustness {

namespace {

std::string number(double value) {
  constexpr double large = 100;
  char text[64];
  if (std::floor(value) == value || std::abs(value) >= large)
    std::snprintf(text, sizeof text, "%.0f", value);
  else
    std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

std::string with_unit(double value, const std::string& unit) {
  return number(value) + (unit.empty() ? "" : ' ' + unit);
}

const char* word(verdict outcome) {
  switch (outcome) {
  case verdict::met:
    return "met";
  case verdict::not_met:
    return "NOT MET";
  case verdict::beyond:
    return "not met (not judged)";
  case verdict::not_run:
    return "not run";
  }
  return "";
}

void print(const line& one) {
  std::printf(
      "%-4s %-64s %18s %22s  %s\n", one.id.c_str(), one.what.c_str(), one.target.c_str(),
      one.figure.c_str(), word(one.outcome));
  std::fflush(stdout);
}

} // namespace

void report::add(line one) {
  print(one);
  lines_.push_back(std::move(one));
}

void report::count(
    const std::string& id, const std::string& what, double value, double most,
    const std::string& unit) {
  add(
      {id, what, "<= " + with_unit(most, unit), with_unit(value, unit),
       value <= most ? verdict::met : verdict::not_met});
}

void report::at_least(
    const std::string& id, const std::string& what, double value, double least,
    const std::string& unit) {
  add(
      {id, what, ">= " + with_unit(least, unit), with_unit(value, unit),
       value >= least ? verdict::met : verdict::not_met});
}

void report::figure(
    const std::string& id, const std::string& what, double value, double wanted,
    const std::string& unit, bool at_most) {
  const bool good = at_most ? value <= wanted : value >= wanted;
  add(
      {id, what, (at_most ? "<= " : ">= ") + with_unit(wanted, unit), with_unit(value, unit),
       good ? verdict::met : verdict::beyond});
}

void report::failed(const std::string& id, const std::string& what, const std::string& why) {
  note(why);
  add({id, what, "ends", "failed", verdict::not_met});
}

void report::not_run(const std::string& id, const std::string& what, const std::string& why) {
  add({id, what, "", why, verdict::not_run});
}

void report::note(const std::string& text) const {
  std::cout << "       " << text << std::endl;
}

void report::print_table() const {
  std::printf("\n%-4s %-64s %18s %22s\n", "id", "what", "target", "figure");
  for (const auto& one : lines_)
    print(one);
  const auto missed = std::ranges::count(lines_, verdict::not_met, &line::outcome);
  std::printf("%zu lines, %d not met\n", lines_.size(), static_cast<int>(missed));
}

void report::write_json(const std::filesystem::path& file) const {
  boost::json::array out;
  for (const auto& one : lines_)
    out.push_back(
        {{"id", one.id},
         {"what", one.what},
         {"target", one.target},
         {"figure", one.figure},
         {"outcome", word(one.outcome)}});
  std::ofstream{file} << boost::json::serialize(out) << '\n';
}

bool report::met() const {
  return std::ranges::none_of(
      lines_, [](const line& one) { return one.outcome == verdict::not_met; });
}

} // namespace guildhall::robustness
