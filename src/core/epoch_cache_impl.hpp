#pragma once

#include "core/epoch_cache.hpp"

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace guildhall {

namespace epoch_cache_parts {

using steady = std::chrono::steady_clock;

struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

struct tag_state {
  std::atomic<std::uint64_t> epoch{0};
};

/// The epochs of some tags at one moment, and of everything (`era`).
struct noted_epochs {
  std::vector<std::pair<std::shared_ptr<tag_state>, std::uint64_t>> tags;
  std::uint64_t era{0};

  bool unmoved(std::uint64_t era_now) const noexcept {
    return era == era_now && std::all_of(tags.begin(), tags.end(), [](const auto& noted) {
             return noted.first->epoch.load() == noted.second;
           });
  }
};

/// Tags by name, for as long as an answer or a read stands under them: moving a tag that nobody
/// holds changes nothing that could be served.
class tag_table {
public:
  void note(std::string_view name, noted_epochs& into) {
    const std::lock_guard guard{lock_};
    auto& known = tags_[std::string{name}];
    auto tag = known.lock();
    if (!tag) {
      tag = std::make_shared<tag_state>();
      known = tag;
    }
    into.tags.emplace_back(tag, tag->epoch.load());
    if (tags_.size() > sweep_at_)
      forget_unheld();
  }

  void move(std::string_view name) {
    const std::lock_guard guard{lock_};
    const auto known = tags_.find(name);
    if (known == tags_.end())
      return;
    if (const auto tag = known->second.lock())
      ++tag->epoch;
    else
      tags_.erase(known);
  }

private:
  static constexpr std::size_t min_sweep = 1024;

  void forget_unheld() {
    std::erase_if(tags_, [](const auto& item) { return item.second.expired(); });
    sweep_at_ = std::max(min_sweep, tags_.size() * 2);
  }

  std::mutex lock_;
  std::unordered_map<std::string, std::weak_ptr<tag_state>, text_hash, std::equal_to<>> tags_;
  std::size_t sweep_at_{min_sweep};
};

/// What an entry takes beside its value: list and map nodes, the objects behind shared
/// pointers.
inline constexpr std::size_t entry_overhead = 512;

/// What weighs at least this much is shared with whoever holds it, also when it is not kept.
inline constexpr std::size_t worth_sharing = 64 * 1024;

/// Few enough shards that a large answer fits into one, enough that I/O threads seldom meet.
inline std::size_t shard_count_for(std::size_t max_bytes) noexcept {
  return std::clamp<std::size_t>(max_bytes / (4u << 20), 1, 16);
}

} // namespace epoch_cache_parts

namespace parts = epoch_cache_parts;

template <class Value>
class epoch_cache<Value>::state
    : public std::enable_shared_from_this<typename epoch_cache<Value>::state> {
  struct flight;
  struct entry;
  struct shard;

public:
  explicit state(options how)
      : how_{how},
        shards_(parts::shard_count_for(how.max_bytes)),
        shard_budget_{how.max_bytes / shards_.size()} {}

  value_ptr find(std::string_view key) {
    if (!in_use())
      return nullptr;
    auto& part = shard_of(key);
    const std::lock_guard guard{part.lock};
    return find_in(part, key);
  }

  void read(std::string key, const std::vector<std::string>& tags, waiter done, starter start) {
    const auto keeping = in_use();
    auto& part = shard_of(key);
    auto own = note(tags, keeping);
    value_ptr hit;
    {
      const std::lock_guard guard{part.lock};
      if (keeping) {
        hit = find_in(part, key);
        if (!hit && joined(part, key, done))
          return;
        if (!hit)
          part.flights.insert_or_assign(key, own);
      }
      if (!hit) {
        ++part.counts.reads;
        own->waiters.push_back(std::move(done));
        done = nullptr;
      }
    }
    if (done)
      return done(std::move(hit));
    start(landing{this->shared_from_this(), std::move(key), std::move(own)});
  }

  void move(std::string_view tag) {
    ++moves_; // before the epoch: see `land`
    tags_.move(tag);
  }

  void move_all() {
    ++moves_;
    ++era_;
  }

  void set_coherent(bool coherent) {
    if (coherent && !coherent_.load())
      move_all();
    coherent_ = coherent;
  }

  statistics stats() const {
    statistics sum;
    for (const auto& part : shards_) {
      const std::lock_guard guard{part.lock};
      sum.hits += part.counts.hits;
      sum.reads += part.counts.reads;
      sum.joined += part.counts.joined;
      sum.evicted += part.counts.evicted;
      sum.bytes += part.counts.bytes;
      sum.entries += part.by_use.size();
    }
    sum.coherent = coherent_;
    return sum;
  }

private:
  /// One read under way and everybody who waits for it.
  struct flight {
    parts::noted_epochs noted;
    std::uint64_t moves{0}; ///< how many moves there had been when it was started
    parts::steady::time_point started{parts::steady::now()};
    bool may_be_kept{false};
    std::vector<waiter> waiters; ///< under the shard's lock
  };

  struct entry {
    std::string key;
    value_ptr answer;
    parts::noted_epochs noted;
    parts::steady::time_point expires;
    std::size_t cost;
  };

  /// An answer that is not kept here, for as long as somebody else holds it.
  struct lent_entry {
    std::weak_ptr<const Value> answer;
    parts::noted_epochs noted;
    parts::steady::time_point expires;
  };

  struct shard {
    mutable std::mutex lock;
    std::list<entry> by_use; ///< most recently used first
    std::unordered_map<std::string_view, typename std::list<entry>::iterator> by_key;
    std::unordered_map<std::string, lent_entry, parts::text_hash, std::equal_to<>> lent;
    std::size_t sweep_lent_at{16};
    std::unordered_map<std::string, std::shared_ptr<flight>> flights;
    statistics counts;

    void erase(typename std::list<entry>::iterator which) {
      counts.bytes -= which->cost;
      by_key.erase(which->key);
      by_use.erase(which);
    }

    void insert(entry added, std::size_t budget) {
      if (const auto old = by_key.find(added.key); old != by_key.end())
        erase(old->second);
      lent.erase(added.key);
      if (added.cost > budget)
        return lend(added);
      while (counts.bytes + added.cost > budget) {
        const auto last = std::prev(by_use.end());
        if (last->cost >= parts::worth_sharing)
          lend(*last);
        erase(last);
        ++counts.evicted;
      }
      counts.bytes += added.cost;
      by_use.push_front(std::move(added));
      by_key.emplace(by_use.front().key, by_use.begin());
    }

    void lend(const entry& what) {
      if (lent.size() >= sweep_lent_at) {
        std::erase_if(lent, [](const auto& item) { return item.second.answer.expired(); });
        sweep_lent_at = std::max<std::size_t>(16, lent.size() * 2);
      }
      lent.insert_or_assign(what.key, lent_entry{what.answer, what.noted, what.expires});
    }
  };

  /// The filler: lands its flight once, at the latest when it is dropped.
  class landing {
  public:
    landing(std::shared_ptr<state> owner, std::string key, std::shared_ptr<flight> own)
        : owner_{std::move(owner)},
          key_{std::move(key)},
          own_{std::move(own)} {}
    landing(landing&&) noexcept = default;
    landing& operator=(landing&&) = delete;
    ~landing() {
      if (owner_)
        (*this)(fail(ec::unavailable));
    }
    void operator()(result<fresh_answer> outcome) {
      if (const auto owner = std::exchange(owner_, nullptr))
        owner->land(key_, *own_, std::move(outcome));
    }

  private:
    std::shared_ptr<state> owner_;
    std::string key_;
    std::shared_ptr<flight> own_;
  };

  bool in_use() const noexcept {
    return how_.max_bytes > 0 && coherent_.load();
  }

  shard& shard_of(std::string_view key) noexcept {
    return shards_[parts::text_hash{}(key) % shards_.size()];
  }

  value_ptr find_in(shard& part, std::string_view key) {
    const auto found = part.by_key.find(key);
    if (found == part.by_key.end())
      return find_lent(part, key);
    const auto kept = found->second;
    if (!is_current(*kept)) {
      part.erase(kept);
      return nullptr;
    }
    part.by_use.splice(part.by_use.begin(), part.by_use, kept);
    ++part.counts.hits;
    return kept->answer;
  }

  value_ptr find_lent(shard& part, std::string_view key) {
    if (part.lent.empty())
      return nullptr;
    const auto found = part.lent.find(key);
    if (found == part.lent.end())
      return nullptr;
    auto answer = is_current(found->second) ? found->second.answer.lock() : nullptr;
    if (answer)
      ++part.counts.hits;
    else
      part.lent.erase(found);
    return answer;
  }

  template <class Entry>
  bool is_current(const Entry& what) const noexcept {
    return what.noted.unmoved(era_.load()) && what.expires > parts::steady::now();
  }

  std::shared_ptr<flight> note(const std::vector<std::string>& tags, bool keeping) {
    auto own = std::make_shared<flight>();
    own->may_be_kept = keeping;
    own->moves = moves_.load();
    own->noted.era = era_.load();
    if (keeping)
      for (const auto& tag : tags)
        tags_.note(tag, own->noted);
    return own;
  }

  bool joined(shard& part, const std::string& key, waiter& done) {
    const auto found = part.flights.find(key);
    if (found == part.flights.end())
      return false;
    auto& under_way = *found->second;
    // Any move counts: which late tags its answer will have, nobody knows yet.
    if (under_way.moves != moves_.load()
        || parts::steady::now() - under_way.started >= how_.join_within)
      return false;
    under_way.waiters.push_back(std::move(done));
    ++part.counts.joined;
    return true;
  }

  void land(const std::string& key, flight& own, result<fresh_answer> outcome) {
    std::vector<waiter> waiters;
    {
      auto& part = shard_of(key);
      auto noted = outcome ? epochs_to_keep(own, outcome->late_tags) : std::nullopt;
      const std::lock_guard guard{part.lock};
      waiters.swap(own.waiters);
      const auto under_way = part.flights.find(key);
      if (under_way != part.flights.end() && under_way->second.get() == &own)
        part.flights.erase(under_way);
      if (noted)
        part.insert(
            {key, outcome->answer, std::move(*noted), parts::steady::now() + how_.max_age,
             parts::entry_overhead + key.size() + cost_of(*outcome->answer)},
            shard_budget_);
    }
    for (auto& waiter : waiters)
      waiter(outcome ? result<value_ptr>{outcome->answer} : fail(outcome.error()));
  }

  /// Nothing when the answer may be outdated already. A late tag was not noted before the read,
  /// so nothing may have moved since. A mover counts itself before it moves the epoch: either
  /// it is seen here, or its epoch differs from the one noted here.
  std::optional<parts::noted_epochs>
  epochs_to_keep(const flight& own, const std::vector<std::string>& late_tags) {
    if (!own.may_be_kept || !in_use())
      return std::nullopt;
    auto noted = own.noted;
    for (const auto& tag : late_tags)
      tags_.note(tag, noted);
    if (!noted.unmoved(era_.load()) || (!late_tags.empty() && own.moves != moves_.load()))
      return std::nullopt;
    return noted;
  }

  const options how_;
  std::vector<shard> shards_;
  const std::size_t shard_budget_;
  parts::tag_table tags_;
  std::atomic<std::uint64_t> moves_{0};
  std::atomic<std::uint64_t> era_{0};
  std::atomic<bool> coherent_{false};
};

template <class Value>
epoch_cache<Value>::epoch_cache(options how) : state_{std::make_shared<state>(how)} {}
template <class Value>
epoch_cache<Value>::~epoch_cache() = default;

template <class Value>
auto epoch_cache<Value>::find(std::string_view key) -> value_ptr {
  return state_->find(key);
}

template <class Value>
void epoch_cache<Value>::read(
    std::string key, const std::vector<std::string>& tags, waiter done, starter start) {
  state_->read(std::move(key), tags, std::move(done), std::move(start));
}

template <class Value>
void epoch_cache<Value>::move(std::string_view tag) {
  state_->move(tag);
}

template <class Value>
void epoch_cache<Value>::move_all() {
  state_->move_all();
}

template <class Value>
void epoch_cache<Value>::set_coherent(bool coherent) {
  state_->set_coherent(coherent);
}

template <class Value>
auto epoch_cache<Value>::stats() const -> statistics {
  return state_->stats();
}

} // namespace guildhall
