#include "store/postgres/opening.hpp"

#include "store/postgres/hosts.hpp"
#include "store/postgres/sqlstate.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace guildhall::store {

namespace {

struct setting {
  std::string name;
  std::string value; ///< as pg_settings shows it
};

/// What our statements and their answers rely on, whatever role and database were given.
std::vector<setting> settings_of(const connection_options& options) {
  const auto ms = [](std::chrono::milliseconds time) { return std::to_string(time.count()); };
  std::vector<setting> out{
      {"statement_timeout", ms(options.statement_timeout)},
      {"lock_timeout", ms(options.lock_timeout)},
      {"idle_in_transaction_session_timeout", ms(options.statement_timeout)},
      {"TimeZone", "UTC"},
      {"DateStyle", "ISO, MDY"},
      {"IntervalStyle", "postgres"},
      {"extra_float_digits", "1"},
      {"bytea_output", "hex"},
      {"array_nulls", "on"},
      {"client_encoding", "UTF8"},
      {"standard_conforming_strings", "on"},
      {"jit", "off"}};
  if (options.pooling == pooling::session) {
    out.push_back({"default_transaction_isolation", "read committed"});
    if (options.read_only)
      out.push_back({"default_transaction_read_only", "on"});
  } else if (options.read_only) {
    out.push_back({"transaction_read_only", "on"});
  }
  return out;
}

std::string values_list(const std::vector<setting>& settings) {
  std::string out;
  for (std::size_t place = 0; const auto& one : settings) {
    out += place == 0 ? "(" : ", (";
    out += std::to_string(place++) + ", '" + one.name + "', '" + one.value + "')";
  }
  return out;
}

/// In one round trip, and back; where no session is kept, for a transaction that has begun.
/// What an old server does not know is left out of both.
std::string
to_set_and_read(const connection_options& options, const std::vector<setting>& settings) {
  const auto asked = "(values " + values_list(settings)
                   + ") w(place, name, value) join pg_settings s on s.name = w.name";
  const auto differing = "; select string_agg(w.name, ', ' order by w.place) from " + asked
                       + " where s.setting <> w.value";
  if (options.pooling == pooling::transaction)
    return settings_of_a_transaction(options) + differing + "; commit";
  return "select set_config('application_name', '" + options.application_name
       + "', false); select count(set_config(w.name, w.value, false)) from " + asked
       + differing;
}

/// One host, looked at.
struct candidate {
  raw_link link;
  int backend{0};
  bool standby{false};
  bool only_reads{false}; ///< the role, or the server, by `default_transaction_read_only`
};

result<candidate> look_at(
    const std::string& conninfo, std::string_view key, deadline until, const wake_up& wake) {
  auto link = raw_link::connect(conninfo, key, until, wake);
  if (!link)
    return fail(link.error());
  const auto seen = link->ask(
      "select pg_backend_pid(), pg_is_in_recovery(), "
      "current_setting('default_transaction_read_only')",
      until, wake);
  if (!seen)
    return fail(seen.error());
  if (seen->empty() || seen->front().size() != 3)
    return fail(ec::database_down, "the database answers something else");
  const auto& row = seen->front();
  return candidate{std::move(*link), std::atoi(row[0].c_str()), row[1] == "t", row[2] == "on"};
}

enum class fit { good, if_need_be, unfit };

fit fit_of(const candidate& seen, wanted_server wanted) {
  const auto good_if = [](bool holds) { return holds ? fit::good : fit::unfit; };
  const auto rather = [](bool holds) { return holds ? fit::good : fit::if_need_be; };
  const bool writes = !seen.standby && !seen.only_reads;
  switch (wanted) {
  case wanted_server::read_write:
    return good_if(writes);
  case wanted_server::read_only:
    return good_if(!writes);
  case wanted_server::primary:
    return good_if(!seen.standby);
  case wanted_server::standby:
    return good_if(seen.standby);
  case wanted_server::prefer_standby:
    return rather(seen.standby);
  case wanted_server::prefer_primary:
    return rather(!seen.standby);
  case wanted_server::any:
    break;
  }
  return fit::good;
}

failure unfit(const candidate& seen, bool read_only) {
  if (seen.standby)
    return {
        ec::database_down, read_only ? "the database is a standby, which "
                                       "target_session_attrs does not want"
                                     : "the database is a standby: there is no primary to "
                                       "write to"};
  if (seen.only_reads)
    return {ec::database_down, failure_of(trouble::read_only, {}, {}).message};
  return {
      ec::database_down, "the database is a primary, which target_session_attrs does not want"};
}

/// Which of two reasons says more about why there is no connection at all.
int weight(const failure& why) {
  if (why.code == ec::shutting_down || why.code == ec::bad_config)
    return 3;
  if (why.code == ec::wrong_credentials)
    return 2;
  return why.message == unreachable ? 0 : 1;
}

/// Looks three times: a pooler in transaction mode gives a backend to whoever has a
/// transaction, so two links see each other's, or their own change.
result<bool> is_shared(
    candidate& mine, const std::string& conninfo, std::string_view key, deadline until,
    const wake_up& wake) {
  auto other = raw_link::connect(conninfo, key, until, wake);
  if (!other)
    return fail(other.error());
  const auto pid = "select pg_backend_pid()";
  for (int round = 0; round < 3; ++round) {
    const auto first = mine.link.ask(pid, until, wake);
    if (!first)
      return fail(first.error());
    const auto theirs = other->ask(std::string("begin; ") + pid, until, wake);
    if (!theirs)
      return fail(theirs.error());
    // Nobody else may be given a backend while ours is in its transaction: not to be waited
    // for.
    if (theirs->back() == first->back())
      return true;
    const auto again = mine.link.ask(pid, until, wake);
    if (!again)
      return fail(again.error());
    if (const auto ended = other->ask("rollback", until, wake); !ended)
      return fail(ended.error());
    if (first->back() != again->back())
      return true;
  }
  return false;
}

/// A connection of several hosts being made.
class attempts {
public:
  explicit attempts(const connection_options& options)
      : options_(options),
        wake_(options.stop) {}

  result<raw_link> open() {
    auto dsn = parse_dsn(options_.dsn, options_.key);
    if (!dsn)
      return fail(dsn.error());
    dsn_ = std::move(*dsn);
    const auto wanted = wanted_of(dsn_, options_.read_only);
    const auto order = options_.hosts
                         ? options_.hosts->order(dsn_.hosts.size(), options_.read_only)
                         : host_memory{}.order(dsn_.hosts.size(), options_.read_only);
    for (const auto which : order)
      if (auto link = ask_host(which, wanted); link || is_final(link.error()))
        return link;
    if (!second_best_)
      return fail(why_);
    second_best_->until = std::chrono::steady_clock::now() + options_.connect_timeout;
    return make_ready(std::move(*second_best_));
  }

private:
  struct found {
    candidate seen;
    std::string conninfo;
    std::size_t host;
    deadline until;
  };

  static bool is_final(const failure& why) {
    return why.code == ec::shutting_down || why.code == ec::bad_config;
  }

  void note(const failure& why) {
    if (weight(why) > weight(why_))
      why_ = why;
  }

  result<raw_link> ask_host(std::size_t which, wanted_server wanted) {
    const auto& host = dsn_.hosts[which];
    const auto until = std::chrono::steady_clock::now() + options_.connect_timeout;
    const auto addresses = addresses_of(host, until, wake_);
    if (!addresses) {
      note(addresses.error());
      return fail(addresses.error());
    }
    for (const auto& address : *addresses)
      if (auto link = ask_address(which, address, wanted); link || is_final(link.error()))
        return link;
    return fail(why_);
  }

  result<raw_link>
  ask_address(std::size_t which, const std::string& address, wanted_server wanted) {
    const auto until = std::chrono::steady_clock::now() + options_.connect_timeout;
    const auto conninfo = conninfo_of(dsn_.hosts[which], address);
    auto seen = look_at(conninfo, options_.key, until, wake_);
    if (!seen) {
      note(seen.error());
      return fail(seen.error());
    }
    found one{std::move(*seen), conninfo, which, until};
    const auto how = fit_of(one.seen, wanted);
    // A role that may only read is of no use to whoever writes, whichever server was wanted.
    const bool useless = !options_.read_only && !one.seen.standby && one.seen.only_reads;
    if (how == fit::good && !useless)
      return make_ready(std::move(one));
    if (how == fit::if_need_be && !useless && !second_best_)
      second_best_ = std::move(one);
    else
      note(unfit(one.seen, options_.read_only));
    return fail(why_);
  }

  std::string conninfo_of(const database_host& host, const std::string& address) const {
    auto out = dsn_.rest;
    if (dsn_.hosts.size() > 1 || !host.name.empty() || !address.empty() || !host.port.empty()) {
      out += conninfo_pair("host", host.name) + conninfo_pair("hostaddr", address)
           + conninfo_pair("port", host.port) + conninfo_pair("target_session_attrs", "any");
    }
    out += conninfo_pair("application_name", options_.application_name);
    return out + conninfo_pair("client_encoding", "UTF8");
  }

  result<raw_link> make_ready(found one) {
    auto ready = settle(one);
    if (!ready) {
      note(ready.error());
      return fail(ready.error());
    }
    if (options_.hosts) {
      options_.hosts->good(one.host, options_.read_only);
      options_.hosts->keeps_sessions(one.host);
    }
    return std::move(one.seen.link);
  }

  result<void> settle(found& one) {
    // The server's own number: nobody stands in between.
    const bool direct = one.seen.link.backend() == one.seen.backend;
    const bool known = options_.hosts && options_.hosts->is_known_to_keep_sessions(one.host);
    if (options_.pooling == pooling::session && !direct && !known) {
      const auto shared = is_shared(one.seen, one.conninfo, options_.key, one.until, wake_);
      if (!shared)
        return fail(shared.error());
      if (*shared)
        return fail(ec::bad_config, wrong_pooling_sentence(options_.key));
    }
    // By itself: a pooler that keeps nobody's transaction together is to refuse it.
    if (options_.pooling == pooling::transaction)
      if (const auto begun = one.seen.link.ask("begin", one.until, wake_); !begun)
        return fail(begun.error());
    const auto settings = settings_of(options_);
    const auto answer =
        one.seen.link.ask(to_set_and_read(options_, settings), one.until, wake_);
    if (!answer)
      return fail(answer.error());
    return all_in_force(*answer);
  }

  result<void> all_in_force(const raw_link::rows& answers) const {
    // The last statement that answers rows lists what differs.
    const auto listed = std::ranges::find_if(
        answers.rbegin(), answers.rend(), [](const auto& row) { return !row.empty(); });
    if (listed != answers.rend() && listed->front().empty())
      return {};
    const auto which = listed == answers.rend() ? std::string("anything") : listed->front();
    return fail(
        ec::bad_config, "the database, or a pooler before it, does not let us set " + which
                            + ": these must come into force for " + options_.key);
  }

  const connection_options& options_;
  const wake_up wake_;
  parsed_dsn dsn_{};
  std::optional<found> second_best_{};
  failure why_{ec::database_down, unreachable};
};

} // namespace

std::string settings_of_a_transaction(const connection_options& options) {
  std::string out;
  for (const auto& one : settings_of(options))
    out += (out.empty() ? "set local " : "; set local ") + one.name + " = '" + one.value + "'";
  return out;
}

result<raw_link> open_link(const connection_options& options) {
  return attempts(options).open();
}

} // namespace guildhall::store
