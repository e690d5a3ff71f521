#include "app/database_gate.hpp"

#include "core/log.hpp"
#include "store/postgres/change_feed.hpp"
#include "store/postgres/migrations.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/upstream.hpp"

namespace guildhall::app {

namespace {

/// A migration may rewrite a table.
constexpr std::chrono::minutes migration_patience{30};
constexpr std::chrono::seconds check_patience{10};

class feed_source final : public actors::change_source {
public:
  explicit feed_source(std::unique_ptr<store::change_feed> feed) : feed_(std::move(feed)) {}

  result<std::vector<change>> wait(std::chrono::milliseconds timeout) override {
    const auto notified = feed_->wait(timeout);
    if (!notified)
      return std::unexpected<failure>(notified.error());
    std::vector<change> changes;
    for (const auto& note : *notified)
      changes.push_back(
          {.wakes_sync = note.channel == store::sync_channel,
           .slows_sync = note.channel == store::budget_channel,
           .tag = note.payload});
    return changes;
  }

  result<void> prove(std::chrono::milliseconds timeout) override {
    return feed_->prove(timeout);
  }

private:
  std::unique_ptr<store::change_feed> feed_;
};

} // namespace

/// A connection that the gate can interrupt.
class database_gate::link final : public actors::db_link {
public:
  link(database_gate& gate, std::unique_ptr<store::connection> connection)
      : gate_(gate),
        connection_(std::move(connection)) {
    const std::lock_guard guard{gate_.links_lock_};
    gate_.links_.insert(connection_.get());
  }

  ~link() override {
    const std::lock_guard guard{gate_.links_lock_};
    gate_.links_.erase(connection_.get());
  }

  result<void> run(actors::db_job& job) override {
    return connection_->run(job.expires, job.name, [&job](store::session& session) {
      return job.attempt(session);
    });
  }

  bool broken() const override {
    return connection_->broken();
  }

private:
  database_gate& gate_;
  std::unique_ptr<store::connection> connection_;
};

database_gate::database_gate(const config& cfg)
    : base_(connection_options_of(cfg)),
      migrate_(cfg.database.migrate_on_start),
      api_hosts_(api_hosts(cfg)),
      oauth_host_(cfg.battlenet.oauth_host) {}

store::connection_options database_gate::options(bool read_only) const {
  auto how = base_;
  how.read_only = read_only;
  return how;
}

result<void> database_gate::prepare() {
  const std::lock_guard guard{preparing_};
  if (prepared_)
    return {};
  auto db = store::connection::open(options(false));
  if (!db)
    return std::unexpected<failure>(db.error());
  if (migrate_) {
    const auto applied =
        store::migrate(**db, std::chrono::steady_clock::now() + migration_patience);
    if (!applied)
      return std::unexpected<failure>(applied.error());
    if (!applied->empty())
      log::info("database: applied {} migrations", applied->size());
  } else if (auto fits =
                 store::check_schema(**db, std::chrono::steady_clock::now() + check_patience);
             !fits) {
    return fits;
  }
  auto same = (*db)->run(
      std::chrono::steady_clock::now() + check_patience, "check_upstream",
      [this](store::session& session) {
        return store::check_upstream(session, api_hosts_, oauth_host_);
      });
  prepared_ = same.has_value();
  return same;
}

result<std::unique_ptr<actors::db_link>> database_gate::open(bool read_only) {
  if (auto ready = prepare(); !ready)
    return std::unexpected<failure>(ready.error());
  auto db = store::connection::open(options(read_only));
  if (!db)
    return std::unexpected<failure>(db.error());
  return std::make_unique<link>(*this, std::move(*db));
}

result<std::unique_ptr<actors::change_source>> database_gate::open_feed() {
  if (auto ready = prepare(); !ready)
    return std::unexpected<failure>(ready.error());
  auto feed = store::change_feed::open(options(false));
  if (!feed)
    return std::unexpected<failure>(feed.error());
  return std::make_unique<feed_source>(std::move(*feed));
}

void database_gate::interrupt_all() {
  const std::lock_guard guard{links_lock_};
  for (auto* connection : links_)
    connection->interrupt();
}

std::map<std::string, std::string> api_hosts(const config& cfg) {
  std::map<std::string, std::string> hosts;
  for (const auto& region : cfg.battlenet.regions) {
    const auto own = cfg.battlenet.api_hosts.find(region);
    hosts[region] = own != cfg.battlenet.api_hosts.end()
                      ? own->second
                      : "https://" + region + ".api.blizzard.com";
  }
  return hosts;
}

store::connection_options connection_options_of(const config& cfg) {
  store::connection_options how;
  how.dsn = cfg.database.dsn.value;
  how.connect_timeout = cfg.database.connect_timeout;
  how.statement_timeout = cfg.database.statement_timeout;
  return how;
}

} // namespace guildhall::app
