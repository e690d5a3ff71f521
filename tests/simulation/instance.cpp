#include "tests/simulation/instance.hpp"

#include <memory>
#include <utility>

namespace guildhall::simulation {

using namespace std::chrono_literals;

instance::instance(
    test::actor_world& world, database& rows, upstream& battlenet,
    const database_faults& faults, instance_settings how)
    : world_(world),
      luck_(how.seed),
      port_(world, rows, luck_, faults) {
  actors::sync_options options{
      .store = &port_,
      .requests = battlenet::request_factory{"en_US"},
      .tokens =
          [this, &world, &faults](deadline, domain::completion<battlenet::access_token> done) {
            const bool refused = luck_.happens(faults.refused);
            auto held = std::make_shared<decltype(done)>(std::move(done));
            world.after(luck_.wait(40, 120), [held, refused, dead = port_.cut] {
              if (*dead)
                return;
              if (refused)
                (*held)(fail(ec::upstream_down));
              else
                (*held)(battlenet::access_token{"token", 24h});
            });
          },
      .limiter = {.limits = how.limits, .max_queue = 200, .instance = std::move(how.name)},
      .connect =
          [this, &world, &battlenet, &faults](domain::region) {
            auto client =
                std::make_shared<upstream_client>(world, battlenet, luck_, faults.crash);
            client->cut = port_.cut;
            return client;
          },
      .regions = {domain::region::eu},
      .retention = {},
      .settings = how.sync,
      .random = [this] { return luck_.unit(); },
      .now = world.wall_clock()};
  how_.emplace(std::move(options));
  start();
}

void instance::stop() {
  stopping_ = true;
  if (root_)
    caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
  slots_.clear();
  root_ = nullptr;
}

void instance::kill() {
  *port_.cut = true;
  stop();
}

void instance::wake() {
  if (const auto scheduler = slots_.scheduler.get())
    caf::anon_send(scheduler, atom::wake_v);
}

void instance::slow() {
  if (const auto limiter = slots_.limiter.get())
    caf::anon_send(limiter, atom::wake_v);
}

void instance::start() {
  root_ = actors::spawn_sync_supervisor(world_.system(), *how_, slots_, numbers_);
  // What the root supervisor does with a sync that gave up.
  root_->attach_functor([this] {
    slots_.clear();
    root_ = nullptr;
    if (!stopping_)
      world_.after(60s, [this] {
        if (!stopping_)
          start();
      });
  });
}

} // namespace guildhall::simulation
