#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

/// What is asked of the database, as values. An operation is a struct with its arguments; the
/// store answers it by one `run` beside its statements, and whoever asks knows a `port` of the
/// operations it needs:
///
///     struct members_of {
///       using answer = std::vector<member_row>;
///       static constexpr operation_traits traits{"members", manner::read};
///       guild_id guild;
///     };
///     using member_reads = operations<members_of, member_details_of>;
namespace guildhall::domain {

template <class T>
using completion = std::move_only_function<void(result<T>)>;

/// What becomes of an operation whose connection is lost, or that finds no database at all.
enum class manner : std::uint8_t {
  read,         ///< may run twice; refused while the database is down
  write,        ///< runs once; refused while the database is down
  patient_once, ///< runs once; waits for the database until its deadline
  patient       ///< may run twice, being fenced or without effect the second time; waits
};

/// Whom an operation waits behind.
enum class lane : std::uint8_t {
  common,  ///< whatever was asked before
  control, ///< short, and others stand still until it is done: behind its like only
  bulk     ///< brings a lot: never has more than half of the connections
};

struct operation_traits {
  std::string_view name; ///< in metrics and logs
  manner how{manner::read};
  domain::lane lane{domain::lane::common};
};

template <class T>
concept operation = std::movable<T> && requires {
  typename T::answer;
  { T::traits } -> std::convertible_to<operation_traits>;
};

/// An operation that is heavy only with some arguments says so itself: `bool is_bulk() const`.
template <operation Operation>
lane lane_of(const Operation& what) noexcept {
  if constexpr (requires { what.is_bulk(); })
    return what.is_bulk() ? lane::bulk : Operation::traits.lane;
  else
    return Operation::traits.lane;
}

template <operation Operation>
using answer_to = result<typename Operation::answer>;
template <operation Operation>
using completion_of = completion<typename Operation::answer>;

/// Operations that belong together: those of one noun.
template <operation... Operations>
struct operations {};

/// Whoever answers one operation. `ask` returns at once; `done` runs exactly once, on any
/// thread, with `overloaded`, `deadline_expired`, `database_down` or `unavailable` where no
/// answer can be had.
template <operation Operation>
class answers {
public:
  virtual ~answers() = default;
  virtual void ask(Operation what, deadline expires, completion_of<Operation> done) = 0;
};

namespace parts {

template <class... Lists>
struct joined;
template <operation... All>
struct joined<operations<All...>> {
  using type = operations<All...>;
};
template <operation... First, operation... Second, class... Rest>
struct joined<operations<First...>, operations<Second...>, Rest...>
    : joined<operations<First..., Second...>, Rest...> {};

template <class List>
class port_of;
template <operation... Operations>
class port_of<operations<Operations...>> : public answers<Operations>... {
public:
  using answers<Operations>::ask...;
};

/// Overrides every `ask` of `Port` by `Self::take`.
template <class Self, class Port, class List>
class taking;
template <class Self, class Port>
class taking<Self, Port, operations<>> : public Port {};
template <class Self, class Port, operation First, operation... Rest>
class taking<Self, Port, operations<First, Rest...>>
    : public taking<Self, Port, operations<Rest...>> {
public:
  using taking<Self, Port, operations<Rest...>>::ask;
  void ask(First what, deadline expires, completion_of<First> done) final {
    static_cast<Self&>(*this).take(std::move(what), expires, std::move(done));
  }
};

} // namespace parts

/// Takes every operation of the lists: one virtual function each, checked where it is called.
template <class... Lists>
class port : public parts::port_of<typename parts::joined<Lists...>::type> {
public:
  using all = typename parts::joined<Lists...>::type;
};

/// A base that implements `Port` by `Self::take(operation, deadline, completion)`: one
/// template, or one overload per operation.
template <class Self, class Port>
using implementing = parts::taking<Self, Port, typename Port::all>;

} // namespace guildhall::domain
