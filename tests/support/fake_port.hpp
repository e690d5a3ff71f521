#pragma once

#include "domain/operation.hpp"

#include <functional>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

namespace guildhall::test {

/// A port that answers what a test put into it, at once, and remembers what it was asked. What
/// nobody said anything about is answered by an empty value.
template <class Port>
class fake_port : public domain::implementing<fake_port<Port>, Port> {
public:
  /// From now on `answer(const Operation&)` answers it.
  template <domain::operation Operation, class Answer>
  void on(Answer answer) {
    of<Operation>().answer = std::move(answer);
  }
  /// The same answer every time.
  template <domain::operation Operation>
  void returns(domain::answer_to<Operation> answer) {
    of<Operation>().answer = [answer = std::move(answer)](const Operation&) { return answer; };
  }

  /// How often it was asked, and what was asked last.
  template <domain::operation Operation>
  std::size_t count() const {
    return of<Operation>().asked.size();
  }
  template <domain::operation Operation>
  const Operation& last() const {
    return of<Operation>().asked.back();
  }
  template <domain::operation Operation>
  const std::vector<Operation>& asked() const {
    return of<Operation>().asked;
  }
  template <domain::operation Operation>
  void forget() {
    of<Operation>().asked.clear();
  }
  /// All operations together.
  std::size_t total() const {
    return std::apply(
        [](const auto&... each) { return (each.asked.size() + ... + 0u); }, known_);
  }

  /// When set, every answer is handed over instead of being given at once.
  std::function<void(std::function<void()>)> postpone;

  template <domain::operation Operation>
  void take(Operation what, deadline, domain::completion_of<Operation> done) {
    auto& here = of<Operation>();
    here.asked.push_back(std::move(what));
    auto answer = here.answer(here.asked.back());
    if (!postpone) {
      done(std::move(answer));
      return;
    }
    // A function is copied; a completion cannot be.
    auto held = std::make_shared<std::pair<decltype(done), decltype(answer)>>(
        std::move(done), std::move(answer));
    postpone([held] { held->first(std::move(held->second)); });
  }

private:
  template <domain::operation Operation>
  struct known_operation {
    std::vector<Operation> asked;
    std::function<domain::answer_to<Operation>(const Operation&)> answer =
        [](const Operation&) { return domain::answer_to<Operation>{}; };
  };
  template <class List>
  struct all_of;
  template <class... Operations>
  struct all_of<domain::operations<Operations...>> {
    using type = std::tuple<known_operation<Operations>...>;
  };

  template <domain::operation Operation>
  known_operation<Operation>& of() {
    return std::get<known_operation<Operation>>(known_);
  }
  template <domain::operation Operation>
  const known_operation<Operation>& of() const {
    return std::get<known_operation<Operation>>(known_);
  }

  typename all_of<typename Port::all>::type known_;
};

} // namespace guildhall::test
