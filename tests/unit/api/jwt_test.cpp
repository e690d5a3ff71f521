#include "api/auth/jwt.hpp"
#include "core/text.hpp"
#include "fixture.hpp"

namespace guildhall::api::auth {
namespace {

using test::key;
using test::now;
using namespace std::chrono_literals;

constexpr std::string_view good_header = R"({"alg":"HS256","typ":"JWT","kid":"k1"})";

/// Any header and payload, signed with HMAC-SHA-256 over `with`.
std::string signed_token(
    std::string_view header, std::string_view payload, const config::signing_key& with) {
  auto token = crypto::base64url_encode(header) + '.' + crypto::base64url_encode(payload);
  const auto mac = crypto::hmac_sha256(with.key.value, token);
  return token + '.'
       + crypto::base64url_encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string
payload(std::string_view rest = R"("type":"access","aud":"api")", std::int64_t id = 5) {
  const auto iat = now().time_since_epoch().count();
  return R"({"id":)" + std::to_string(id) + R"(,"iat":)" + std::to_string(iat) + R"(,"exp":)"
       + std::to_string(iat + 60) + R"(,"tvs":"2025-05-13T18:00:00.000Z",)" + std::string{rest}
       + "}";
}

class jwt_test : public ::testing::Test {
protected:
  ec outcome(std::string_view token, audience wanted = audience::api) const {
    const auto who = tokens.verify(token, wanted, now());
    return who ? ec::none : who.error().code;
  }

  const config::signing_key k1 = key("k1", 'a');
  const config::signing_key k2 = key("k2", 'b');
  const verifier tokens{{k1, k2}};
};

claims somebody() {
  claims who;
  who.id = 42;
  who.battle_net_id = "123456789";
  who.battletag = "Ünïcode#1234";
  who.role = "admin";
  who.valid_since = test::moment(test::evening);
  who.issued_at = now();
  who.expires_at = now() + 15min;
  return who;
}

TEST_F(jwt_test, what_was_minted_is_read_back) {
  const auto who = tokens.verify(mint(k1, somebody()), audience::api, now());
  ASSERT_TRUE(who);
  EXPECT_EQ((*who)->id, 42);
  EXPECT_EQ((*who)->battle_net_id, "123456789");
  EXPECT_EQ((*who)->battletag, "Ünïcode#1234");
  EXPECT_EQ((*who)->role, "admin");
  EXPECT_EQ((*who)->valid_since, test::moment(test::evening));
  EXPECT_EQ((*who)->issued_at, somebody().issued_at);
}

TEST_F(jwt_test, an_operators_token_opens_the_admin_listener_only) {
  const auto token = mint_operator(k1, "ops", now(), 12h);
  const auto who = tokens.verify(token, audience::admin, now());
  ASSERT_TRUE(who);
  EXPECT_EQ((*who)->subject, "ops");
  EXPECT_EQ(outcome(token, audience::api), ec::invalid_token);
  EXPECT_EQ(outcome(mint(k1, somebody()), audience::admin), ec::invalid_token);
}

TEST_F(jwt_test, every_key_of_the_list_verifies_under_its_own_id) {
  EXPECT_EQ(outcome(mint(k2, somebody())), ec::none);
  EXPECT_EQ(outcome(mint(key("k3", 'a'), somebody())), ec::invalid_token) << "unknown id";
  EXPECT_EQ(outcome(mint(key("k1", 'b'), somebody())), ec::invalid_token) << "k2's bytes as k1";
  EXPECT_EQ(outcome(signed_token(R"({"alg":"HS256"})", payload(), k1)), ec::invalid_token)
      << "no id at all";
}

TEST_F(jwt_test, only_hs256_is_an_algorithm) {
  EXPECT_EQ(outcome(signed_token(good_header, payload(), k1)), ec::none);
  for (const std::string_view alg : {"none", "None", "HS512", "RS256", "hs256", ""}) {
    const auto header = R"({"alg":")" + std::string{alg} + R"(","kid":"k1"})";
    EXPECT_EQ(outcome(signed_token(header, payload(), k1)), ec::invalid_token) << alg;
  }
  const auto unsigned_one = crypto::base64url_encode(R"({"alg":"none","kid":"k1"})") + '.'
                          + crypto::base64url_encode(payload()) + '.';
  EXPECT_EQ(outcome(unsigned_one), ec::invalid_token);
  EXPECT_EQ(
      outcome(signed_token(R"({"alg":["HS256"],"kid":"k1"})", payload(), k1)),
      ec::invalid_token);
  EXPECT_EQ(
      outcome(signed_token(R"({"alg":"HS256","kid":"k1","crit":["exp"]})", payload(), k1)),
      ec::invalid_token);
}

TEST_F(jwt_test, type_and_audience_are_required_and_belong_together) {
  for (const std::string_view rest :
       {R"("type":"access")", R"("aud":"api")", R"("type":"operator","aud":"api")",
        R"("type":"access","aud":"admin")", R"("type":"refresh","aud":"api")",
        R"("type":"access","aud":["api"])", R"("type":"access","aud":"API")"}) {
    const auto token = signed_token(good_header, payload(rest), k1);
    EXPECT_EQ(outcome(token, audience::api), ec::invalid_token) << rest;
    EXPECT_EQ(outcome(token, audience::admin), ec::invalid_token) << rest;
  }
}

TEST_F(jwt_test, times_are_required_numbers) {
  for (
      const std::string_view body :
      {R"({"id":5,"tvs":"2025-05-13T18:00:00.000Z","type":"access","aud":"api","iat":1})",
       R"({"id":5,"tvs":"2025-05-13T18:00:00.000Z","type":"access","aud":"api","exp":99999999999})",
       R"({"id":5,"tvs":"2025-05-13T18:00:00.000Z","type":"access","aud":"api","iat":1,"exp":"99999999999"})",
       R"({"id":5,"tvs":"2025-05-13T18:00:00.000Z","type":"access","aud":"api","iat":1,"exp":1e300})",
       R"({"id":5,"tvs":"2025-05-13T18:00:00.000Z","type":"access","aud":"api","iat":1,"exp":9223372036854775807})",
       R"({"id":5,"tvs":"2025-05-13T18:00:00.000Z","type":"access","aud":"api","iat":-1,"exp":99999999999})"})
    EXPECT_EQ(outcome(signed_token(good_header, body, k1)), ec::invalid_token) << body;
}

TEST_F(jwt_test, the_time_since_which_tokens_count_is_required_and_exactly_ours) {
  const auto with_tvs = [&](const std::string& tvs) {
    return signed_token(
        good_header,
        R"({"id":5,"type":"access","aud":"api","iat":1,"exp":99999999999)" + tvs + "}", k1);
  };
  EXPECT_EQ(outcome(with_tvs(R"(,"tvs":"2025-05-13T18:00:00.000Z")")), ec::none);
  for (const std::string tvs :
       {"", R"(,"tvs":null)", R"(,"tvs":5)", R"(,"tvs":"")", R"(,"tvs":"2025-05-13")",
        R"(,"tvs":"2025-13-13T18:00:00.000Z")", R"(,"tvs":"2025-02-30T18:00:00.000Z")",
        R"(,"tvs":"2025-05-13T25:00:00.000Z")", R"(,"tvs":"2025-05-13T18:00:00.000Zx")",
        R"(,"tvs":"9999-05-13T18:00:00.000Z")", R"(,"tvs":"2025-05-13T-1:00:00.000Z")"})
    EXPECT_EQ(outcome(with_tvs(tvs)), ec::invalid_token) << tvs;
}

TEST_F(jwt_test, an_access_token_names_its_user) {
  EXPECT_EQ(
      outcome(signed_token(good_header, payload(R"("type":"access","aud":"api")", 0), k1)),
      ec::invalid_token);
  EXPECT_EQ(
      outcome(signed_token(good_header, payload(R"("type":"access","aud":"api")", -3), k1)),
      ec::invalid_token);
}

TEST_F(jwt_test, an_expired_token_is_expired_even_if_it_was_good_before) {
  auto who = somebody();
  who.expires_at = now() + 60s;
  const auto token = mint(k1, who);
  EXPECT_TRUE(tokens.verify(token, audience::api, now()));
  const auto later = tokens.verify(token, audience::api, now() + 60s);
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().code, ec::expired_token);
}

TEST_F(jwt_test, a_token_from_the_future_is_not_valid_yet) {
  auto who = somebody();
  who.issued_at = now() + 1h;
  who.expires_at = now() + 2h;
  EXPECT_EQ(outcome(mint(k1, who)), ec::invalid_token);
}

TEST_F(jwt_test, one_changed_byte_anywhere_ends_it) {
  const auto token = mint(k1, somebody());
  for (std::size_t at = 0; at < token.size(); ++at) {
    auto changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(outcome(changed), ec::invalid_token) << at;
  }
}

TEST_F(jwt_test, every_truncation_is_refused) {
  const auto token = mint(k1, somebody());
  for (std::size_t size = 0; size < token.size(); ++size)
    EXPECT_EQ(outcome(token.substr(0, size)), ec::invalid_token) << size;
}

TEST_F(jwt_test, garbage_is_refused) {
  const std::string nul{"a\0b.c.d", 7};
  for (const std::string_view text :
       {std::string_view{"..."}, std::string_view{".."}, std::string_view{"a.b.c"},
        std::string_view{"a.b.c.d"}, std::string_view{"\xff\xfe"}, std::string_view{nul}})
    EXPECT_EQ(outcome(text), ec::invalid_token) << text;
  const auto deep = std::string(500, '[') + std::string(500, ']');
  EXPECT_EQ(outcome(signed_token(deep, payload(), k1)), ec::invalid_token);
  EXPECT_EQ(outcome(signed_token(good_header, deep, k1)), ec::invalid_token);
  EXPECT_EQ(outcome(signed_token(good_header, "null", k1)), ec::invalid_token);
}

TEST_F(jwt_test, a_huge_token_is_refused_although_its_signature_is_right) {
  const auto rest =
      R"("type":"access","aud":"api","battletag":")" + std::string(4000, 'x') + '"';
  const auto token = signed_token(good_header, payload(rest), k1);
  ASSERT_GT(token.size(), max_token_bytes);
  EXPECT_EQ(outcome(token), ec::invalid_token);
}

TEST_F(jwt_test, what_is_minted_is_never_longer_than_what_is_taken) {
  for (const std::string letter : {"x", "é", "\x01", "\xF0\x9F\x90\x89"}) {
    auto who = somebody();
    who.battletag.clear();
    for (int i = 0; i < 3'000; ++i)
      who.battletag += letter;
    who.battle_net_id = who.role = who.battletag;
    const auto checked = tokens.verify(mint(k1, who), audience::api, now());
    ASSERT_TRUE(checked) << letter;
    EXPECT_LE((*checked)->battletag.size(), 128u);
    EXPECT_TRUE(who.battletag.starts_with((*checked)->battletag));
    EXPECT_TRUE(text::is_utf8((*checked)->battletag));
    EXPECT_EQ(outcome(mint_operator(k1, who.battletag, now(), 1h), audience::admin), ec::none);
  }
}

TEST_F(jwt_test, a_member_that_is_there_twice_ends_a_token) {
  const auto access = R"("type":"access","aud":"api")";
  const auto in_payload = [&](const std::string& more) {
    return outcome(signed_token(good_header, payload(access + more), k1));
  };
  EXPECT_EQ(in_payload(""), ec::none);
  EXPECT_EQ(in_payload(R"(,"x":{"a":1,"b":{"a":1}},"y":[{"a":1},{"a":1}])"), ec::none)
      << "the same name elsewhere is another member";
  for (const std::string twin :
       {R"(,"id":5)", R"(,"id":6)", R"(,"aud":"api")", R"(,"exp":99999999999)",
        R"(,"\u0069d":6)", R"(,"t\u0076s":"2025-05-13T18:00:00.000Z")",
        R"(,"role":"user","role":"admin")", R"(,"x":1,"\u0078":1)", R"(,"x":{"a":1,"a":1})",
        R"(,"x":[{"a":{"b":1,"\u0062":2}}])", R"(,"x":null,"x":null)"})
    EXPECT_EQ(in_payload(twin), ec::invalid_token) << twin;
  for (const std::string_view header :
       {R"({"alg":"HS256","kid":"k1","kid":"k1"})", R"({"alg":"HS256","kid":"k2","kid":"k1"})",
        R"({"alg":"none","alg":"HS256","kid":"k1"})",
        R"({"alg":"HS256","\u0061lg":"none","kid":"k1"})",
        R"({"alg":"HS256","kid":"k1","jwk":{"k":1,"\u006b":2}})",
        R"({"alg":"HS256","typ":"JWT","typ":"JWT","kid":"k1"})"})
    EXPECT_EQ(outcome(signed_token(header, payload(), k1)), ec::invalid_token) << header;
  const auto operators = [&](const std::string& more) {
    const auto iat = std::to_string(now().time_since_epoch().count());
    return outcome(
        signed_token(
            good_header,
            R"({"sub":"ops","type":"operator","aud":"admin","exp":99999999999,"iat":)" + iat
                + more + "}",
            k1),
        audience::admin);
  };
  EXPECT_EQ(operators(""), ec::none);
  EXPECT_EQ(operators(R"(,"\u0073ub":"other")"), ec::invalid_token);
}

TEST_F(jwt_test, a_claim_is_what_it_has_to_be_or_is_not_there) {
  for (const std::string odd :
       {R"("role":["admin"])", R"("role":1)", R"("role":null)", R"("battletag":{})",
        R"("battle_net_id":77)", R"("sub":5)"})
    EXPECT_EQ(
        outcome(
            signed_token(good_header, payload(R"("type":"access","aud":"api",)" + odd), k1)),
        ec::invalid_token)
        << odd;
}

TEST_F(jwt_test, what_stands_behind_or_is_spelt_otherwise_ends_a_token) {
  const auto token = mint(k1, somebody());
  for (const std::string more : {".", "=", " ", "\n", ".x", "A"})
    EXPECT_EQ(outcome(token + more), ec::invalid_token) << more;
  const std::string open{good_header};
  for (const auto& header : {open + "{}", open + "x", open + std::string(1, '\0')})
    EXPECT_EQ(outcome(signed_token(header, payload(), k1)), ec::invalid_token) << header;
  EXPECT_EQ(outcome(signed_token(open, payload() + "{}", k1)), ec::invalid_token);
  // The same bytes by other letters: the bits that the last letter has too many.
  const auto dot = token.rfind('.');
  auto other = token;
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  other.back() = letters[(letters.find(other.back()) & ~3u) | 1u];
  ASSERT_EQ(token.size() - dot - 1, 43u);
  EXPECT_EQ(outcome(other), ec::invalid_token);
}

TEST_F(jwt_test, more_tokens_than_are_remembered_still_verify) {
  for (int round = 0; round < 2; ++round)
    for (int id = 1; id <= 6000; id += 7) {
      auto who = somebody();
      who.id = id;
      const auto checked = tokens.verify(mint(k1, who), audience::api, now());
      ASSERT_TRUE(checked);
      ASSERT_EQ((*checked)->id, id);
    }
}

TEST_F(jwt_test, the_header_needs_the_bearer_scheme) {
  const auto token = mint(k1, somebody());
  const auto code = [&](const std::string& header) {
    const auto who = tokens.verify_header(header, audience::api, now());
    return who ? ec::none : who.error().code;
  };
  EXPECT_EQ(code("Bearer " + token), ec::none);
  EXPECT_EQ(code("bearer " + token), ec::none);
  EXPECT_EQ(code(""), ec::missing_token);
  EXPECT_EQ(code("Bearer "), ec::invalid_token);
  EXPECT_EQ(code("Basic " + token), ec::invalid_token);
  EXPECT_EQ(code(token), ec::invalid_token);
}

TEST_F(jwt_test, keys_that_were_replaced_count_at_once_however_often_a_token_was_good) {
  verifier changing{{k1}};
  const auto outcome_of = [&](const std::string& token) {
    const auto who = changing.verify(token, audience::api, now());
    return who ? ec::none : who.error().code;
  };
  const auto old = mint(k1, somebody());
  const auto fresh = mint(k2, somebody());
  EXPECT_EQ(outcome_of(old), ec::none);
  EXPECT_EQ(outcome_of(fresh), ec::invalid_token);
  changing.replace({k2, k1});
  EXPECT_EQ(outcome_of(old), ec::none) << "its key still verifies";
  EXPECT_EQ(outcome_of(fresh), ec::none);
  changing.replace({k2});
  EXPECT_EQ(outcome_of(old), ec::invalid_token);
  EXPECT_EQ(outcome_of(fresh), ec::none);
}

} // namespace
} // namespace guildhall::api::auth
