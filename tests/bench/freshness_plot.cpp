#include "tests/bench/freshness_plot.hpp"

#include <cmath>
#include <cstdio>
#include <functional>

namespace guildhall::bench {

namespace {

constexpr double left = 56;
constexpr double width = 780;
constexpr double right = width - 16;

// Of middle lightness: they stand out from white and from black.
constexpr const char* ink = "#747d87";
constexpr std::array<const char*, purpose_count> purpose_colours{
    "#8b98a8", "#3b82f6", "#12a07a", "#e0872e"};
constexpr std::array<const char*, 2> player_colours{"#3b82f6", "#e0872e"};

template <class... Values>
std::string text(const char* format, Values... values) {
  std::array<char, 512> line{};
  const auto length = std::snprintf(line.data(), line.size(), format, values...);
  return {
      line.data(),
      std::min<std::size_t>(length < 0 ? 0 : static_cast<std::size_t>(length), 511)};
}

std::string label(double x, double y, const char* anchor, const std::string& what) {
  return text("<text x='%.1f' y='%.1f' text-anchor='%s'>", x, y, anchor) + what + "</text>\n";
}

std::string title(double y, const std::string& what) {
  return text("<text x='16' y='%.1f' font-size='15' font-weight='600'>", y) + what
       + "</text>\n";
}

std::string box(double x, double y, double wide, double high, const char* colour) {
  return text(
      "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='%s'/>\n", x, y, wide, high,
      colour);
}

std::string line(double x1, double y1, double x2, double y2) {
  return text(
      "<path d='M%.1f %.1fL%.1f %.1f' stroke='%s' stroke-opacity='.35'/>\n", x1, y1, x2, y2,
      ink);
}

template <std::size_t N>
std::string legend(
    double y, const std::array<const char*, N>& colours,
    const std::array<std::string_view, N>& names) {
  std::string out;
  double x = left;
  for (std::size_t i = 0; i < N; ++i) {
    out += box(x, y - 9, 10, 10, colours[i]);
    out += label(x + 15, y, "start", std::string{names[i]});
    x += 40 + 7 * static_cast<double>(names[i].size());
  }
  return out;
}

/// 1, 2 or 5 times a power of ten, so that about five of them reach `top`.
double step_for(double top) {
  const double rough = std::max(top, 1e-9) / 5;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double times : {1.0, 2.0, 5.0})
    if (times * power >= rough)
      return times * power;
  return 10 * power;
}

constexpr std::size_t bin = 2; // hours
constexpr std::size_t bins = 168 / bin;
using levels = std::array<double, bins>;

/// Calls an hour in each of them.
levels binned(const std::array<double, 168>& calls, std::size_t worlds) {
  levels out{};
  for (std::size_t hour = 0; hour < calls.size(); ++hour)
    out[hour / bin] += calls[hour] / static_cast<double>(bin * worlds);
  return out;
}

std::string calls_panel(double y, const outcome& told, std::size_t worlds) {
  constexpr double high = 190;
  std::array<levels, purpose_count + 1> upto{};
  for (std::size_t i = 0; i < purpose_count; ++i) {
    const auto calls = binned(told.calls[i], worlds);
    std::ranges::transform(upto[i], calls, upto[i + 1].begin(), std::plus<>{});
  }
  const double top = 1.05 * *std::ranges::max_element(upto.back());
  const double base = y + high;
  const auto at_x = [](std::size_t i) {
    return left + (right - left) * static_cast<double>(i) / static_cast<double>(bins);
  };
  const auto at_y = [&](double calls) { return base - high * calls / top; };
  std::string out;
  for (double level = 0; level < top; level += step_for(top))
    out += line(left, at_y(level), right, at_y(level))
         + label(left - 6, at_y(level) + 4, "end", text("%.0f", level));
  for (std::size_t i = 0; i < purpose_count; ++i) {
    std::string path = text("<path fill='%s' d='M", purpose_colours[i]);
    for (std::size_t x = 0; x < bins; ++x)
      path += text("%.1f %.1fH%.1fL", at_x(x), at_y(upto[i + 1][x]), at_x(x + 1));
    for (std::size_t x = bins; x-- > 0;)
      path += text("%.1f %.1fH%.1f%s", at_x(x + 1), at_y(upto[i][x]), at_x(x), x ? "L" : "");
    out += path + "Z'/>\n";
  }
  constexpr std::array<const char*, 7> days{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  for (std::size_t day = 0; day < days.size(); ++day)
    out += line(at_x(day * bins / 7), y, at_x(day * bins / 7), base + 5)
         + label(at_x(day * bins / 7 + bins / 14), base + 17, "middle", days[day]);
  return out;
}

std::string times_panel(double y, const std::vector<told_policy>& policies) {
  constexpr double names = 285;
  constexpr double row = 38;
  constexpr double bar = 13;
  double top = 0;
  for (const auto& one : policies)
    for (std::size_t i = 0; i < player_colours.size(); ++i)
      top = std::max(top, one.told.of[i].mean());
  const auto at_x = [&](double hours) { return names + (right - 40 - names) * hours / top; };
  const double base = y + row * static_cast<double>(policies.size());
  std::string out;
  for (double level = 0; level <= top; level += step_for(top))
    out += line(at_x(level), y - 4, at_x(level), base)
         + label(at_x(level), base + 15, "middle", text("%g h", level));
  for (const auto& one : policies) {
    const double less = policies.front().told.all_calls() / one.told.all_calls();
    out += label(
        names - 8, y + 18, "end",
        one.name + (less > 1 ? text(": 1/%.1f of the calls", less) : ""));
    for (std::size_t i = 0; i < player_colours.size(); ++i) {
      const double hours = one.told.of[i].mean();
      const double line_y = y + 3 + (bar + 1) * static_cast<double>(i);
      out += box(names, line_y, std::max(at_x(hours) - names, 1.0), bar, player_colours[i])
           + label(at_x(hours) + 5, line_y + 11, "start", text("%.1f", hours));
    }
    y += row;
  }
  return out;
}

} // namespace

std::string freshness_plot(
    const told_policy& stacked, const std::vector<told_policy>& policies, std::size_t worlds) {
  const double rows = 38 * static_cast<double>(policies.size());
  const double high = 365 + rows;
  std::string out = text(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %.0f %.0f' width='%.0f' "
      "height='%.0f' font-family='system-ui,sans-serif' font-size='12' fill='%s'>\n",
      width, high, width, high, ink);
  const double week = static_cast<double>(168 * worlds);
  out += title(24, "Calls an hour, " + stacked.name);
  out += label(
      right, 24, "end",
      text(
          "mean %.0f; replaced back end %.0f", stacked.told.all_calls() / week,
          policies.front().told.all_calls() / week));
  out += legend(44, purpose_colours, purpose_names);
  out += calls_panel(58, stacked.told, worlds);
  out += title(302, "Mean time from a logout until the mirror shows it");
  out += legend(
      322, player_colours,
      std::array<std::string_view, 2>{"play daily (10 %)", "play on raid nights (25 %)"});
  out += times_panel(336, policies);
  return out + "</svg>\n";
}

} // namespace guildhall::bench
