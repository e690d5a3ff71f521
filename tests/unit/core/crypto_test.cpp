#include "core/crypto.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

namespace guildhall::crypto {
namespace {

std::string hex(const digest& bytes) {
  return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// FIPS 180-2, appendix B.
TEST(sha256, gives_the_published_digests) {
  EXPECT_EQ(
      hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 4231, section 4.
TEST(hmac_sha256, gives_the_digests_of_rfc_4231) {
  EXPECT_EQ(
      hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(
      hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(
      hex(hmac_sha256(
          std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(hmac_sha256, takes_an_empty_key_and_an_empty_text) {
  EXPECT_EQ(
      hex(hmac_sha256({}, {})),
      "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(equal_constant_time, compares_bytes_and_lengths) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_constant_time("secret", "secre"));
  EXPECT_FALSE(equal_constant_time({"a\0b", 3}, {"a\0c", 3}));
}

TEST(random_hex, is_as_long_as_asked_and_new_each_time) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto text = random_hex(16);
    EXPECT_EQ(text.size(), 32u);
    EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(text).second);
  }
  EXPECT_EQ(random_hex(0), "");
}

TEST(to_hex, is_lower_case) {
  EXPECT_EQ(to_hex({"\x00\xAB\x7f", 3}), "00ab7f");
}

// RFC 4648, section 10.
TEST(base64, gives_the_vectors_of_rfc_4648) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_encode("\xFB\xFF"), "+/8=");
}

TEST(base64url, has_its_own_alphabet_and_no_padding) {
  EXPECT_EQ(base64url_encode("\xFB\xFF"), "-_8");
  EXPECT_EQ(base64url_decode("-_8"), "\xFB\xFF");
  EXPECT_EQ(base64url_decode(""), "");
}

TEST(base64url, refuses_padding_foreign_characters_and_impossible_lengths) {
  for (const auto* broken : {"Zg==", "Zm8=", "+/8", "Zm 9v", "Zm9v\n", "Z", "Zm9vY", "é"})
    EXPECT_EQ(base64url_decode(broken), std::nullopt) << broken;
}

TEST(base64url, refuses_left_over_bits) {
  EXPECT_EQ(base64url_decode("Zg"), "f");
  EXPECT_EQ(base64url_decode("Zh"), std::nullopt);
  EXPECT_EQ(base64url_decode("Zm9"), std::nullopt);
}

RC_GTEST_PROP(base64url, decoding_undoes_encoding, (const std::string& bytes)) {
  RC_ASSERT(base64url_decode(base64url_encode(bytes)) == bytes);
}

RC_GTEST_PROP(base64url, what_decodes_encodes_to_itself, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"ABCDEFwxyz0189-_gQ"}));
  if (const auto bytes = base64url_decode(text))
    RC_ASSERT(base64url_encode(*bytes) == text);
}

} // namespace
} // namespace guildhall::crypto
