#include "battlenet_sim/bench.hpp"

#include "battlenet_sim/simulation.hpp"

#include <ctime>

namespace guildhall::sim {

namespace {

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

} // namespace

bench_result self_bench(bool gzip) {
  options opts;
  opts.world = {{"eu", 1000}};
  opts.latency_max_ms = opts.per_second = opts.per_hour = 0;
  simulation service(std::move(opts));
  request asked;
  asked.method = "GET";
  asked.name_space = "profile-eu";
  asked.query["locale"] = "en_GB";
  auto life_ms = service.clock.now_ms() + oauth::token_life_ms;
  asked.authorization = "Bearer " + service.tokens.issue({0, "", life_ms});
  bench_result result;
  double begin = 0;
  // The first round fills the shared pieces.
  for (auto measured : {false, true}) {
    begin = thread_seconds();
    for (auto id : service.state.guilds().front().members) {
      const auto& who = *service.state.find_character(id);
      auto path = "/profile/wow/character/" + std::string(who.home->slug) + "/"
                + percent_encode(who.key);
      for (const auto* child : {"", "/equipment", "/mythic-keystone-profile", "/professions"}) {
        asked.path = path + child;
        auto answered = service.handle(asked);
        auto text =
            gzip ? answered.content.content.gzipped() : answered.content.content.plain();
        if (measured && answered.content.status == 200 && !text.empty()) {
          ++result.documents;
          result.bytes += answered.content.content.size();
        }
      }
    }
  }
  result.cpu_seconds = thread_seconds() - begin;
  return result;
}

} // namespace guildhall::sim
