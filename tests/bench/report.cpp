#include "tests/bench/report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <sstream>

namespace guildhall::bench {

namespace {

namespace json = boost::json;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// JSON has no such number.
json::value number_or_null(double value) {
  return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

double number_of(const json::value& value) {
  return value.is_null() ? unknown : value.to_number<double>();
}

std::string text_of(const json::value& value) {
  return std::string{value.as_string()};
}

json::value to_json(const figure& one) {
  return {{"id", one.id},
          {"what", one.what},
          {"value", number_or_null(one.value)},
          {"unit", one.unit},
          {"anchor", one.anchor},
          {"judged", number_or_null(one.judged())},
          {"wanted", one.wanted},
          {"at_most", one.at_most},
          {"by_value", one.by_value},
          {"met", one.met()}};
}

figure from_json(const json::value& line) {
  return {
      .id = text_of(line.at("id")),
      .what = text_of(line.at("what")),
      .value = number_of(line.at("value")),
      .unit = text_of(line.at("unit")),
      .anchor = number_of(line.at("anchor")),
      .wanted = number_of(line.at("wanted")),
      .at_most = line.at("at_most").as_bool(),
      .by_value = line.at("by_value").as_bool()};
}

} // namespace

figure not_measured(std::string id, std::string_view why) {
  constexpr std::size_t longest = 200;
  return {
      .id = std::move(id),
      .what = "not measured",
      .value = unknown,
      .unit = std::string{why.substr(0, std::min(why.find('\n'), longest))}};
}

wishes::wishes(int count, const char* const* words) {
  for (int i = 1; i + 1 < count; ++i) {
    const std::string_view word{words[i]};
    if (word == "--out")
      out = words[i + 1];
    if (word != "--only")
      continue;
    std::istringstream ids{words[i + 1]};
    for (std::string id; std::getline(ids, id, ',');)
      only.insert(id);
  }
}

bool wishes::want(std::initializer_list<std::string_view> ids) const {
  return only.empty()
      || std::ranges::any_of(ids, [&](auto id) { return only.contains(std::string{id}); });
}

std::vector<figure> wanted_of(const std::vector<figure>& figures, const wishes& what) {
  std::vector<figure> out;
  std::ranges::copy_if(
      figures, std::back_inserter(out), [&](const auto& one) { return what.want({one.id}); });
  return out;
}

void print_table(const std::vector<figure>& figures) {
  if (figures.empty())
    return;
  std::printf(
      "\n%-4s %-56s %12s %12s %8s %12s\n", "id", "what", "value", "anchor", "ratio", "wanted");
  for (const auto& one : figures) {
    std::printf("%-4s %-56s %12.2f ", one.id.c_str(), one.what.c_str(), one.value);
    if (one.anchor > 0)
      std::printf("%12.2f %8.2f", one.anchor, one.value / one.anchor);
    else
      std::printf("%12s %8s", "-", "-");
    std::printf(
        " %2s %9.2f  %s (%s)\n", one.at_most ? "<=" : ">=", one.wanted,
        one.met() ? "met" : "NOT MET", one.unit.c_str());
  }
  std::fflush(stdout);
}

std::string summary_of(const std::vector<figure>& figures) {
  std::map<std::string, int> missed;
  for (const auto& one : figures)
    if (!one.met())
      ++missed[one.id];
  const auto met = std::ranges::count_if(figures, &figure::met);
  auto out = std::to_string(met) + " of " + std::to_string(figures.size()) + " figures met";
  std::string_view between{"; not met: "};
  for (const auto& [id, times] : missed) {
    out.append(between).append(id);
    if (times > 1)
      out.append(" (").append(std::to_string(times)).append(" of its lines)");
    between = ", ";
  }
  return out;
}

void write_json(const std::vector<figure>& figures, const std::filesystem::path& file) {
  auto all = read_json(file);
  all.insert(all.end(), figures.begin(), figures.end());
  json::array lines;
  for (const auto& one : all)
    lines.push_back(to_json(one));
  std::ofstream{file} << json::serialize(lines) << '\n';
}

std::vector<figure> read_json(const std::filesystem::path& file) {
  std::ifstream in{file};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  std::vector<figure> out;
  if (text.empty())
    return out;
  const auto lines = json::parse(text);
  for (const auto& line : lines.as_array())
    out.push_back(from_json(line));
  return out;
}

} // namespace guildhall::bench
