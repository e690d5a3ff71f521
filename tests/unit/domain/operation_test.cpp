#include "domain/operation.hpp"
#include "tests/support/fake_port.hpp"

#include <gtest/gtest.h>

#include <string>

namespace guildhall::domain {
namespace {

struct length_of {
  using answer = int;
  static constexpr operation_traits traits{"length_of", manner::read};
  std::string text;
};
struct forget {
  using answer = void;
  static constexpr operation_traits traits{"forget", manner::write};
};
struct shout {
  using answer = std::string;
  static constexpr operation_traits traits{"shout", manner::patient};
  std::string text;
};

using texts = operations<length_of, shout>;
class text_port : public port<texts, operations<forget>> {};

class loud_port final : public implementing<loud_port, text_port> {
public:
  void take(length_of what, deadline, completion_of<length_of> done) {
    done(static_cast<int>(what.text.size()));
  }
  void take(forget, deadline, completion_of<forget> done) {
    done(fail(ec::unavailable));
  }
  void take(shout what, deadline, completion_of<shout> done) {
    done(what.text + "!");
  }
};

template <operation Operation>
answer_to<Operation> ask(text_port& port, Operation what) {
  answer_to<Operation> got = fail(ec::internal);
  port.ask(std::move(what), {}, [&](answer_to<Operation> answer) { got = std::move(answer); });
  return got;
}

TEST(port, takes_the_operations_of_all_its_lists) {
  loud_port loud;
  EXPECT_EQ(ask(loud, length_of{"four"}), 4);
  EXPECT_EQ(ask(loud, shout{"four"}), "four!");
  EXPECT_EQ(ask(loud, forget{}).error().code, ec::unavailable);
}

TEST(fake_port, answers_what_it_was_told_and_remembers_what_it_was_asked) {
  test::fake_port<text_port> fake;
  fake.on<length_of>([](const length_of& what) { return static_cast<int>(what.text.size()); });
  fake.returns<shout>(fail(ec::overloaded));
  EXPECT_EQ(ask(fake, length_of{"four"}), 4);
  EXPECT_EQ(ask(fake, shout{"four"}).error().code, ec::overloaded);
  EXPECT_TRUE(ask(fake, forget{}));
  EXPECT_EQ(fake.last<length_of>().text, "four");
  EXPECT_EQ(fake.count<forget>(), 1u);
  EXPECT_EQ(fake.total(), 3u);
}

} // namespace
} // namespace guildhall::domain
