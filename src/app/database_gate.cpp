#include "app/database_gate.hpp"

#include "core/log.hpp"
#include "store/postgres/change_feed.hpp"
#include "store/postgres/hosts.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/upstream.hpp"

#include <utility>

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

class database_gate::interruptible {
public:
  interruptible(database_gate& gate, store::connection& connection)
      : gate_(gate),
        connection_(connection) {
    const std::lock_guard guard{gate_.links_lock_};
    gate_.links_.insert(&connection_);
  }
  ~interruptible() {
    const std::lock_guard guard{gate_.links_lock_};
    gate_.links_.erase(&connection_);
  }
  interruptible(const interruptible&) = delete;
  interruptible& operator=(const interruptible&) = delete;

private:
  database_gate& gate_;
  store::connection& connection_;
};

/// A connection that the gate can interrupt.
class database_gate::link final : public actors::db_link {
public:
  link(database_gate& gate, std::unique_ptr<store::connection> connection)
      : connection_(std::move(connection)),
        while_open_(gate, *connection_) {}

  result<void> run(actors::db_job& job) override {
    return connection_->run(job.expires, job.name, [&job](store::session& session) {
      return job.attempt(session);
    });
  }

  result<void> prove(std::chrono::milliseconds within) override {
    return connection_->prove(std::chrono::steady_clock::now() + within);
  }

  bool broken() const override {
    return connection_->broken() || connection_->refuses_writes();
  }

private:
  std::unique_ptr<store::connection> connection_;
  interruptible while_open_;
};

database_gate::database_gate(const config& cfg)
    : base_(connection_options_of(cfg)),
      direct_(direct_connection_options_of(cfg)),
      migrate_(cfg.database.migrate_on_start),
      api_hosts_(api_hosts(cfg)),
      oauth_host_(cfg.battlenet.oauth_host) {}

store::connection_options database_gate::options(bool read_only) const {
  auto how = base_;
  how.read_only = read_only;
  how.stop = end_of_attempts();
  return how;
}

std::stop_token database_gate::end_of_attempts() const {
  const std::lock_guard guard{attempts_lock_};
  return attempts_.get_token();
}

result<void>
database_gate::bring_up_to_date(store::connection& db, const store::migration_watch& watch) {
  if (!migrate_)
    return store::check_schema(db, std::chrono::steady_clock::now() + check_patience);
  const auto applied = store::migrate(
      db, std::chrono::steady_clock::now() + migration_patience, store::embedded_migrations(),
      watch);
  if (!applied) // nothing is in doubt about them: who comes next looks
    return fail(
        applied.error().code == ec::outcome_unknown ? failure{ec::database_down}
                                                    : applied.error());
  if (!applied->empty())
    log::info("database: applied {} migrations", applied->size());
  return {};
}

result<void> database_gate::check_mirrored(store::connection& db) {
  auto same = db.run(
      std::chrono::steady_clock::now() + check_patience, "check_upstream",
      [this](store::session& session) {
        return store::check_upstream(session, api_hosts_, oauth_host_);
      });
  if (same)
    readable_ = true;
  return same;
}

result<void> database_gate::prepare(const store::migration_watch& watch) {
  std::unique_lock guard{lock_};
  if (prepared_)
    return {};
  if (const auto running = attempt_) {
    attempt_ended_.wait(guard, end_of_attempts(), [&] { return running->has_value(); });
    return running->value_or(fail(ec::shutting_down));
  }
  const auto mine = std::make_shared<std::optional<result<void>>>();
  attempt_ = mine;
  guard.unlock();
  const auto end = [&](result<void> outcome) {
    guard.lock();
    prepared_ = outcome.has_value();
    attempt_.reset();
    mine->emplace(std::move(outcome));
    attempt_ended_.notify_all();
    return **mine;
  };
  try {
    return end(prepare_now(watch));
  } catch (...) {
    end(fail(ec::internal));
    throw;
  }
}

result<void> database_gate::prepare_now(const store::migration_watch& watch) {
  auto how = direct_;
  how.stop = end_of_attempts();
  auto db = store::connection::open(how);
  if (!db)
    return std::unexpected<failure>(db.error());
  const interruptible meanwhile{*this, **db};
  if (watch.is_over && watch.is_over())
    return fail(ec::shutting_down);
  if (auto fits = bring_up_to_date(**db, watch); !fits)
    return fits;
  return check_mirrored(**db);
}

result<void> database_gate::prepare_for_reads() {
  if (readable_)
    return {};
  auto db = store::connection::open(options(true));
  if (!db)
    return std::unexpected<failure>(db.error());
  const interruptible meanwhile{*this, **db};
  if (auto fits = store::check_schema(**db, std::chrono::steady_clock::now() + check_patience);
      !fits)
    return fits;
  return check_mirrored(**db);
}

result<std::unique_ptr<actors::db_link>> database_gate::open(bool read_only) {
  if (auto ready = read_only && readable_ ? result<void>{} : prepare(); !ready)
    return std::unexpected<failure>(ready.error());
  auto db = store::connection::open(options(read_only));
  if (!db)
    return std::unexpected<failure>(db.error());
  return std::make_unique<link>(*this, std::move(*db));
}

result<std::unique_ptr<actors::change_source>> database_gate::open_feed() {
  if (auto ready = prepare(); !ready)
    return std::unexpected<failure>(ready.error());
  if (direct_.pooling == store::pooling::transaction) {
    const std::lock_guard guard{lock_};
    if (!std::exchange(said_deaf_, true))
      log::warn("database: nothing is cached, and the sync looks for work by itself: behind a "
                "pooler in transaction mode database.listen_dsn must say where to listen");
    return fail(ec::unavailable, "database.listen_dsn is not set");
  }
  auto how = direct_;
  how.stop = feed_.get_token();
  auto feed = store::change_feed::open(how);
  if (!feed)
    return std::unexpected<failure>(feed.error());
  return std::make_unique<feed_source>(std::move(*feed));
}

void database_gate::interrupt_attempts() {
  std::stop_source ended;
  {
    const std::lock_guard guard{attempts_lock_};
    std::swap(ended, attempts_); // those to come are not meant
  }
  ended.request_stop();
}

void database_gate::interrupt_all() {
  interrupt_attempts();
  const std::lock_guard guard{links_lock_};
  for (auto* connection : links_)
    connection->interrupt();
}

void database_gate::end_feed() {
  feed_.request_stop();
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
  if (cfg.database.pooling == "transaction")
    how.pooling = store::pooling::transaction;
  how.hosts = std::make_shared<store::host_memory>();
  return how;
}

store::connection_options direct_connection_options_of(const config& cfg) {
  auto how = connection_options_of(cfg);
  if (cfg.database.listen_dsn.value.empty())
    return how;
  how.dsn = cfg.database.listen_dsn.value;
  how.key = "database.listen_dsn";
  how.pooling = store::pooling::session;
  return how;
}

} // namespace guildhall::app
