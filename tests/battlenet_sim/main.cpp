#include "battlenet_sim/bench.hpp"
#include "battlenet_sim/server.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <optional>

namespace {

using namespace guildhall;

/// "1000,200,us:40": sizes of guilds, with a region where it is not the default one.
std::optional<std::vector<sim::guild_spec>>
parse_world(std::string_view text, const std::string& region) {
  std::vector<sim::guild_spec> result;
  while (!text.empty()) {
    auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    sim::guild_spec spec{region, 0};
    if (auto colon = part.find(':'); colon != std::string_view::npos) {
      spec.region = part.substr(0, colon);
      part.remove_prefix(colon + 1);
    }
    auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), spec.members);
    if (error != std::errc{} || end != part.data() + part.size()
        || sim::known_region(spec.region).empty())
      return std::nullopt;
    result.push_back(std::move(spec));
  }
  return result;
}

void print_world(sim::server& server) {
  std::lock_guard lock(server.service().world_mutex);
  for (const auto& one : server.service().state.guilds())
    std::printf(
        "%.*s %s/%s \"%s\" id %lld, %zu members\n", static_cast<int>(one.region.size()),
        one.region.data(), std::string(one.home->slug).c_str(), one.slug.c_str(),
        one.name.c_str(), static_cast<long long>(one.id), one.members.size());
  std::printf("battlenet_sim listening on %s\n", server.url().c_str());
  std::fflush(stdout);
}

void print_bench() {
  for (auto gzip : {false, true}) {
    auto figure = sim::self_bench(gzip);
    std::printf(
        "%s: %.0f documents/s on one core (%zu documents of %zu bytes on average)\n",
        gzip ? "gzip " : "plain", figure.per_second(), figure.documents,
        figure.bytes / figure.documents);
  }
}

} // namespace

int main(int argc, char** argv) {
  sim::options opts;
  std::string world;
  std::size_t guilds = 0;
  std::size_t members = 200;
  CLI::App app("A stand-in for Blizzard's Battle.net API");
  app.add_option("--bind", opts.bind, "address to listen on")->capture_default_str();
  app.add_option("--port", opts.port, "0: the system chooses")->capture_default_str();
  app.add_option("--threads", opts.threads)->check(CLI::Range(1, 64))->capture_default_str();
  app.add_option("--seed", opts.seed, "what the world is made from")->capture_default_str();
  app.add_option("--region", opts.region)
      ->check(CLI::IsMember({"us", "eu", "kr", "tw"}))
      ->capture_default_str();
  auto* spec = app.add_option("--world", world, "guild sizes, e.g. 1000,200,us:40");
  app.add_option("--guilds", guilds, "number of guilds, instead of --world")->excludes(spec);
  app.add_option("--members", members, "size of each of --guilds")->capture_default_str();
  app.add_option("--latency-min", opts.latency_min_ms, "ms")->capture_default_str();
  app.add_option("--latency-max", opts.latency_max_ms, "ms; 0: none")->capture_default_str();
  app.add_option("--per-second", opts.per_second, "0: no limit")->capture_default_str();
  app.add_option("--per-hour", opts.per_hour, "0: no limit")->capture_default_str();
  app.add_option("--slow", opts.slow_ms, "ms added beyond the hourly quota")
      ->capture_default_str();
  app.add_option("--max-age", opts.max_age_s, "seconds, of guild and roster")
      ->capture_default_str();
  app.add_option("--client-id", opts.client_id)->capture_default_str();
  app.add_option("--client-secret", opts.client_secret)->capture_default_str();
  app.add_option("--replay", opts.replay, "serve recorded bodies from this folder instead");
  bool bench = false;
  app.add_flag("--self-bench", bench, "print how fast documents are made, and end");
  CLI11_PARSE(app, argc, argv);

  if (bench) {
    print_bench();
    return 0;
  }
  if (opts.latency_max_ms > 0 && opts.latency_max_ms < opts.latency_min_ms)
    opts.latency_min_ms = opts.latency_max_ms;
  auto specs = parse_world(world, opts.region);
  if (!specs) {
    std::fprintf(stderr, "battlenet_sim: --world is a list like 1000,200,us:40\n");
    return 2;
  }
  opts.world = std::move(*specs);
  if (guilds > 0)
    opts.world.assign(guilds, {opts.region, members});

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    sim::server server;
    server.start(std::move(opts));
    print_world(server);
    int caught = 0;
    sigwait(&signals, &caught);
    server.stop();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "battlenet_sim: %s\n", e.what());
    return 1;
  }
  return 0;
}
