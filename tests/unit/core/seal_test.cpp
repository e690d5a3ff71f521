#include "core/seal.hpp"

#include <gtest/gtest.h>

namespace guildhall {
namespace {

config::signing_key key(std::string id, char byte) {
  return {std::move(id), {std::string(32, byte)}};
}

TEST(seal, what_is_sealed_opens_in_its_context_only) {
  const sealer seals{{key("a", 'a')}};
  const auto sealed = seals.seal("secret", "user 7");
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_EQ(seals.open(sealed, "user 7").value(), "secret");
  EXPECT_FALSE(seals.open(sealed, "user 8"));
  EXPECT_NE(seals.seal("secret", "user 7"), sealed) << "the nonce is random";
}

TEST(seal, every_changed_byte_is_noticed) {
  const sealer seals{{key("a", 'a')}};
  const auto sealed = seals.seal("secret", "x");
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(seals.open(changed, "x")) << at;
    EXPECT_FALSE(seals.open(sealed.substr(0, at), "x")) << at;
  }
}

TEST(seal, keys_are_rotated) {
  const sealer before{{key("old", 'o')}};
  const auto sealed = before.seal("secret", "x");
  const sealer both{{key("new", 'n'), key("old", 'o')}};
  EXPECT_EQ(both.open(sealed, "x").value(), "secret");
  EXPECT_FALSE(before.open(both.seal("secret", "x"), "x")) << "the first key seals";
  const sealer after{{key("new", 'n')}};
  EXPECT_FALSE(after.open(sealed, "x"));
  const sealer another{{key("old", 'x')}};
  EXPECT_FALSE(another.open(sealed, "x")) << "the name of a key is not the key";
}

TEST(sealer, seals_by_the_keys_that_it_was_given_last) {
  sealer seals{{key("old", 'o')}};
  const auto before = seals.seal("secret", "x");
  seals.replace({key("new", 'n'), key("old", 'o')});
  EXPECT_EQ(seals.open(before, "x").value(), "secret");
  const auto after = seals.seal("secret", "x");
  EXPECT_FALSE(sealer{{key("old", 'o')}}.open(after, "x"));
  seals.replace({key("new", 'n')});
  EXPECT_FALSE(seals.open(before, "x"));
}

} // namespace
} // namespace guildhall
