#include "domain/document_kinds.hpp"
#include "domain/document_proof.hpp"

#include <gtest/gtest.h>

#include <string>

namespace guildhall::domain {
namespace {

constexpr std::int64_t own_id = 7;
constexpr std::int64_t own_realm = 60;

const reading ours{
    .realm = "aggra-português", .name = "änna", .realm_id = own_realm, .id = own_id};

std::string
why_not(const document_kind& kind, const std::string& body, const reading& as = ours) {
  json_reader in{body};
  prove(in, claim_of(kind.what), as);
  const auto proven = in.finish(0);
  return proven ? "" : proven.error().message;
}

std::string link_to(const document_kind& kind, const std::string& name = "%C3%84nna") {
  const auto base = claim_of(kind.what).base;
  return R"("_links":{"self":{"href":"https://eu.api.blizzard.com)" + std::string{base}
       + "aggra-portugu%C3%AAs/" + name + std::string{kind.path}
       + R"(?namespace=profile-eu"}})";
}

/// Whom it is about, in the place where this kind says that.
std::string about(const document_kind& kind, std::int64_t id, std::int64_t realm = own_realm) {
  auto who =
      R"("id":)" + std::to_string(id) + R"(,"realm":{"id":)" + std::to_string(realm) + "}";
  if (kind.proof.id == proof_id::own)
    return who;
  return (kind.proof.id == proof_id::guild ? R"("guild":{)" : R"("character":{)") + who + "}";
}

std::string marked(const document_kind& kind) {
  return '"' + std::string{kind.proof.marks[0]} + R"(":[])";
}

std::string body_of(std::initializer_list<std::string> fields) {
  std::string out;
  for (const auto& field : fields)
    out.append(out.empty() ? "{" : ",").append(field);
  return out + "}";
}

TEST(document_proof, is_the_link_or_the_id_with_a_field_of_its_own) {
  for (const auto& kind : document_kinds) {
    EXPECT_EQ(why_not(kind, body_of({link_to(kind)})), "") << kind.name;
    EXPECT_EQ(why_not(kind, body_of({about(kind, own_id), marked(kind)})), "") << kind.name;
    EXPECT_EQ(why_not(kind, body_of({link_to(kind), about(kind, own_id)})), "") << kind.name;
  }
}

TEST(document_proof, is_missing_in_whatever_else_answers_with_200) {
  for (const auto& kind : document_kinds)
    for (const auto& body :
         {std::string{R"({"code":503,"reason":"maintenance"})"}, std::string{"{}"},
          std::string{R"({"_links":{}})"}, std::string{R"({"_links":{"self":{}}})"},
          std::string{R"({"_links":7})"}, body_of({marked(kind)}),
          body_of({about(kind, own_id)})})
      EXPECT_NE(why_not(kind, body), "") << kind.name << ' ' << body;
}

TEST(document_proof, is_none_for_another_document) {
  for (const auto& kind : document_kinds)
    for (const auto& other : document_kinds)
      if (kind.what != other.what) {
        EXPECT_NE(
            why_not(kind, body_of({link_to(other), about(other, own_id), marked(other)})), "")
            << other.name << " as " << kind.name;
        EXPECT_NE(why_not(kind, body_of({about(other, own_id), marked(other)})), "")
            << other.name << " as " << kind.name;
      }
}

TEST(document_proof, is_none_for_somebody_else) {
  for (const auto& kind : document_kinds) {
    EXPECT_NE(why_not(kind, body_of({link_to(kind, "bert"), about(kind, own_id + 1)})), "")
        << kind.name;
    EXPECT_NE(why_not(kind, body_of({link_to(kind, "bert"), marked(kind)})), "") << kind.name;
    EXPECT_NE(why_not(kind, body_of({about(kind, own_id + 1), marked(kind)})), "") << kind.name;
    EXPECT_NE(why_not(kind, body_of({about(kind, own_id, own_realm + 1), marked(kind)})), "")
        << kind.name;
  }
}

TEST(document_proof, of_what_is_its_owners_own_lets_a_new_owner_of_the_address_be_seen) {
  for (const auto& kind : document_kinds)
    EXPECT_EQ(
        why_not(kind, body_of({link_to(kind), about(kind, own_id + 1), marked(kind)})).empty(),
        kind.proof.id != proof_id::character)
        << kind.name;
  EXPECT_EQ(
      why_not(
          kind_of(document::profile),
          R"({"id":8,"level":1,"name":"Änna","realm":{"id":60,"slug":"aggra-português"}})"),
      "");
}

TEST(document_proof, is_the_id_where_the_link_spells_the_name_otherwise) {
  for (const auto& kind : document_kinds)
    EXPECT_EQ(why_not(kind, body_of({link_to(kind, "anna-2"), about(kind, own_id)})), "")
        << kind.name;
}

TEST(document_proof, of_what_is_stored_asks_nobodys_name) {
  for (const auto& kind : document_kinds)
    EXPECT_EQ(why_not(kind, body_of({link_to(kind, "bert")}), {}), "") << kind.name;
}

} // namespace
} // namespace guildhall::domain
