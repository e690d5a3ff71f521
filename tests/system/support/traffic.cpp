#include "tests/system/support/traffic.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <random>

namespace guildhall::system_test {

namespace {

constexpr std::size_t most_examples = 5;
constexpr std::chrono::milliseconds read_pause{20};
constexpr std::chrono::milliseconds write_pause{250};
constexpr int most_writes = 80; // a guild's rosters are limited
constexpr std::chrono::milliseconds retry_pause{200};
/// How long a writer goes on after the end to hear of its last write.
constexpr std::chrono::seconds last_word{20};

std::string fresh_tag() {
  static std::atomic<int> count{0};
  return "t" + std::to_string(std::random_device{}() % 1'000'000) + '-'
       + std::to_string(++count) + '-';
}

bool is_later(const reply& answer) {
  return (answer.status == 503 || answer.status == 504)
      && !answer.header("retry-after").empty();
}

bool is_unknown(const reply& answer) {
  return answer.status == 503 && answer.header("retry-after").empty()
      && answer.body.find("OUTCOME_UNKNOWN") != std::string::npos;
}

} // namespace

void told::count(const std::string& what, const reply& answer, bool writes, double seconds) {
  slowest = std::max(slowest, seconds);
  if (answer.status >= 200 && answer.status < 300) {
    ++good;
    return;
  }
  if (is_later(answer)) {
    ++later;
    return;
  }
  if (writes && is_unknown(answer)) {
    ++unknown;
    return;
  }
  ++(answer.status == 0 ? silent : odd);
  if (oddities.size() < most_examples)
    oddities.push_back(
        what + ": " + std::to_string(answer.status) + ' ' + answer.error
        + answer.body.substr(0, 200));
}

told& told::operator+=(const told& other) {
  good += other.good;
  later += other.later;
  unknown += other.unknown;
  odd += other.odd;
  silent += other.silent;
  slowest = std::max(slowest, other.slowest);
  for (const auto& one : other.oddities)
    if (oddities.size() < most_examples)
      oddities.push_back(one);
  return *this;
}

traffic::traffic(const instance& where, options what)
    : where_(where),
      options_(std::move(what)),
      tag_(fresh_tag()) {
  where_.user_token(); // minting it takes the database
  for (const auto& target : options_.reads)
    clients_.emplace_back([this, target] { read(target); });
  clients_.emplace_back([this] { write(); });
}

traffic::~traffic() {
  stop();
}

void traffic::stop() {
  over_ = true;
  clients_.clear();
}

told traffic::reads() const {
  const std::lock_guard guard{mutex_};
  return reads_;
}

told traffic::writes() const {
  const std::lock_guard guard{mutex_};
  return writes_;
}

void traffic::read(const std::string& target) {
  while (!over_) {
    const auto begin = steady::now();
    const auto answer = where_.api(target, {}, options_.patience);
    const auto took = seconds_since(begin);
    {
      const std::lock_guard guard{mutex_};
      reads_.count(target, answer, false, took);
    }
    std::this_thread::sleep_for(read_pause);
  }
}

bool traffic::write_one(const std::string& name) {
  const auto begin = steady::now();
  const auto answer = make_roster(where_, options_.guild, name, name, options_.patience);
  const auto took = seconds_since(begin);
  const std::lock_guard guard{mutex_};
  writes_.count("POST " + name, answer, true, took);
  if (answer.status == 201)
    acknowledged_.insert(name);
  return answer.status == 201;
}

void traffic::write() {
  for (int count = 0; !over_ && count < most_writes; ++count) {
    const auto name = tag_ + std::to_string(count);
    auto end = steady::time_point::max();
    while (!write_one(name) && steady::now() < end) {
      std::this_thread::sleep_for(retry_pause);
      if (over_)
        end = std::min(end, steady::now() + last_word);
    }
    std::this_thread::sleep_for(write_pause);
  }
}

kept traffic::look(const database& in) {
  stop();
  std::map<std::string, std::int64_t> found;
  for (const auto& row : in.rows(
           "select name, count(*) from rosters where name like " + quoted(tag_ + '%')
           + " group by name"))
    found[row[0]] = std::stoll(row[1]);
  kept out;
  const auto note = [&](const std::string& what) {
    if (out.examples.size() < most_examples)
      out.examples.push_back(what);
  };
  out.acknowledged = static_cast<std::int64_t>(acknowledged_.size());
  for (const auto& name : acknowledged_)
    if (!found.contains(name)) {
      ++out.lost;
      note(name + " is lost");
    }
  for (const auto& [name, count] : found)
    if (count > 1) {
      ++out.doubled;
      note(name + " is there " + std::to_string(count) + " times");
    }
  in.exec("delete from rosters where guild_id = " + std::to_string(options_.guild));
  return out;
}

probes::probes(const instance& where)
    : where_(where),
      thread_([this] {
        while (!over_) {
          dead_ += where_.probe("/live") != 200;
          unready_ += where_.probe("/ready") == 503;
          ++looks_;
          std::this_thread::sleep_for(std::chrono::milliseconds{50});
        }
      }) {}

reply make_roster(
    const instance& where, std::int64_t guild, const std::string& name, const std::string& key,
    std::chrono::milliseconds patience) {
  return ask(
      where.port(),
      {.method = "POST",
       .target = "/api/guilds/" + std::to_string(guild) + "/rosters",
       .headers = {{"Authorization", "Bearer " + where.user_token()}, {"Idempotency-Key", key}},
       .body = boost::json::serialize(boost::json::object{{"name", name}}),
       .timeout = patience});
}

void await_all_good(
    const instance& where, const std::vector<std::string>& reads, std::int64_t guild,
    std::chrono::milliseconds bound) {
  constexpr int times = 3;
  eventually("everything is answered again", bound, [&] {
    for (int i = 0; i < times; ++i)
      for (const auto& target : reads)
        if (where.api(target).status != 200)
          return false;
    const auto name = fresh_tag() + "again";
    return make_roster(where, guild, name, name).status == 201;
  });
}

} // namespace guildhall::system_test
