#pragma once

#include "core/error.hpp"
#include "core/log.hpp"

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

/// Coroutines over `result<T>`, read top to bottom: within a `task`, `co_await` of a result
/// gives its value, or ends the task with its failure.
///
///     task<http::response> rename_roster(call in) {
///       const auto roster = co_await in.roster();      // result<roster_id>
///       const auto now = co_await in.write(...);       // asked of the database
///       co_return shown(now);
///     }
namespace guildhall {

template <class T>
class task;

namespace task_parts {

/// Whoever waits for a task's outcome: gets it once, after the task's frame is gone, on the
/// thread on which the task ended.
template <class T>
class receiver {
public:
  virtual void receive(result<T> outcome) noexcept = 0;

protected:
  ~receiver() = default;
};

template <class T>
struct unwrapping {
  result<T> outcome;

  bool await_ready() const noexcept {
    return outcome.has_value();
  }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) {
    Promise::end(frame, std::move(outcome.error()));
  }
  T await_resume() {
    if constexpr (!std::is_void_v<T>)
      return std::move(*outcome);
  }
};

template <class T>
class promise {
public:
  /// The frame goes, then the receiver has the outcome. Nothing of the frame may be touched
  /// after this.
  static void end(std::coroutine_handle<promise> frame, result<T> outcome) noexcept {
    auto* to = frame.promise().to_;
    frame.destroy();
    to->receive(std::move(outcome));
  }
  static void end(std::coroutine_handle<promise> frame, failure why) noexcept {
    end(frame, result<T>{fail(std::move(why))});
  }

  task<T> get_return_object() noexcept;
  std::suspend_always initial_suspend() const noexcept {
    return {};
  }
  auto final_suspend() const noexcept {
    struct handing_over {
      bool await_ready() const noexcept {
        return false;
      }
      void await_suspend(std::coroutine_handle<promise> frame) const noexcept {
        end(frame, std::move(*frame.promise().outcome_));
      }
      void await_resume() const noexcept {}
    };
    return handing_over{};
  }
  void return_value(result<T> outcome) {
    outcome_ = std::move(outcome);
  }
  /// Nothing here throws on purpose; whoever waits is told that there is no answer.
  void unhandled_exception() noexcept {
    try {
      throw;
    } catch (const std::exception& error) {
      log::error("a handler failed: {}", error.what());
    } catch (...) {
      log::error("a handler failed");
    }
    outcome_ = fail(ec::unavailable);
  }

  template <class U>
  unwrapping<U> await_transform(result<U> outcome) {
    return {std::move(outcome)};
  }
  template <class Awaitable>
  Awaitable&& await_transform(Awaitable&& other) {
    return std::forward<Awaitable>(other);
  }

private:
  friend task<T>;
  receiver<T>* to_{nullptr};
  std::optional<result<T>> outcome_;
};

/// What wakes a frame that waits for a callback: called once, or destroyed uncalled, which is
/// `unavailable`. `Waiting` keeps the outcome, or gives the failure back that ends the frame.
template <class Waiting, class Promise>
class waking {
public:
  waking(Waiting& where, std::coroutine_handle<Promise> frame) noexcept
      : where_{&where},
        frame_{frame} {}
  waking(waking&& other) noexcept
      : where_{std::exchange(other.where_, nullptr)},
        frame_{other.frame_} {}
  waking& operator=(waking&&) = delete;
  ~waking() {
    if (where_)
      (*this)(fail(ec::unavailable));
  }

  void operator()(typename Waiting::outcome_type outcome) {
    auto why_not = std::exchange(where_, nullptr)->take(std::move(outcome));
    if (why_not)
      return Promise::end(frame_, std::move(*why_not));
    frame_.resume();
  }

private:
  Waiting* where_;
  std::coroutine_handle<Promise> frame_;
};

} // namespace task_parts

/// Waits for a callback. `Start` is called with a `std::move_only_function<void(result<T>)>`
/// that wakes the task, on whichever thread it is called. `Whole`: the task goes on with the
/// result itself, a failure does not end it.
template <class T, class Start, bool Whole = false>
class [[nodiscard]] callback_wait {
public:
  using outcome_type = result<T>;

  explicit callback_wait(Start start) : start_{std::move(start)} {}

  /// The same, but `co_await` gives the `result<T>` as it is.
  callback_wait<T, Start, true> outcome() && {
    return callback_wait<T, Start, true>{std::move(start_)};
  }

  bool await_ready() const noexcept {
    return false;
  }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) {
    // The frame, and this in it, may be gone before `start` returns.
    auto start = std::move(start_);
    start(task_parts::waking<callback_wait, Promise>{*this, frame});
  }
  std::conditional_t<Whole, result<T>, T> await_resume() {
    if constexpr (Whole)
      return std::move(*got_);
    else if constexpr (!std::is_void_v<T>)
      return std::move(**got_);
  }

  /// Keeps what has come; a failure that the task does not go on with is given back.
  std::optional<failure> take(result<T> outcome) {
    if (!Whole && !outcome)
      return std::move(outcome.error());
    got_ = std::move(outcome);
    return std::nullopt;
  }

private:
  Start start_;
  std::optional<result<T>> got_;
};

template <class T, class Start>
callback_wait<T, Start> wait_for(Start start) {
  return callback_wait<T, Start>{std::move(start)};
}

/// A coroutine that brings a `T` or a failure. Begins when it is started or awaited, goes on
/// on the threads that wake it, and is not cancelled: what it waits for always comes.
template <class T>
class [[nodiscard]] task {
public:
  using promise_type = task_parts::promise<T>;
  using receiver = task_parts::receiver<T>;

  explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_{frame} {}
  task(task&& other) noexcept : frame_{std::exchange(other.frame_, nullptr)} {}
  task& operator=(task&&) = delete;
  ~task() {
    if (frame_)
      frame_.destroy();
  }

  /// Runs until it first waits. `to` outlives it.
  void start(receiver& to) && {
    auto frame = std::exchange(frame_, nullptr);
    frame.promise().to_ = &to;
    frame.resume();
  }
  /// The same, with a callback `void(result<T>)` to call.
  template <class Done>
  void then(Done done) && {
    struct calling final : receiver {
      explicit calling(Done with) : done{std::move(with)} {}
      void receive(result<T> outcome) noexcept override {
        const std::unique_ptr<calling> self{this};
        done(std::move(outcome));
      }
      Done done;
    };
    std::move(*this).start(*std::make_unique<calling>(std::move(done)).release());
  }

  /// Within another task: its value, or the end of that one.
  auto operator co_await() && {
    auto begin = [own = std::move(*this)](auto wake) mutable {
      std::move(own).then(std::move(wake));
    };
    return callback_wait<T, decltype(begin)>{std::move(begin)};
  }

private:
  std::coroutine_handle<promise_type> frame_;
};

template <class T>
task<T> task_parts::promise<T>::get_return_object() noexcept {
  return task<T>{std::coroutine_handle<promise>::from_promise(*this)};
}

} // namespace guildhall
