#include "core/dsn.hpp"

#include <gtest/gtest.h>

namespace guildhall {
namespace {

TEST(mask_dsn, hides_the_password_of_a_uri) {
  EXPECT_EQ(
      mask_dsn("postgresql://guild:s3cret@db:5432/guildhall?sslmode=require"),
      "postgresql://guild:***@db:5432/guildhall?sslmode=require");
  EXPECT_EQ(mask_dsn("postgres://guild:s3cret@db"), "postgres://guild:***@db");
}

TEST(mask_dsn, hides_passwords_among_the_parameters_of_a_uri) {
  EXPECT_EQ(
      mask_dsn("postgresql:///guildhall?host=/run/pg&password=s3cret&user=guild"),
      "postgresql:///guildhall?host=/run/pg&password=***&user=guild");
  EXPECT_EQ(
      mask_dsn("postgresql://db/x?sslpassword=a&sslmode=require"),
      "postgresql://db/x?sslpassword=***&sslmode=require");
  EXPECT_EQ(
      mask_dsn("postgresql://db:1/x?password=a@b&user=me@b"),
      "postgresql://db:1/x?password=***&user=me@b");
  EXPECT_EQ(
      mask_dsn("postgresql://me:pw@db/x?password=a@b"),
      "postgresql://me:***@db/x?password=***");
}

TEST(mask_dsn, hides_what_leads_to_a_password_however_it_is_spelt) {
  for (const auto* name :
       {"service", "SERVICE", "servicefile", "passfile", "sslkey", "sslpassword", "password",
        "pass%77ord", "%73ervice", "scram_client_key", "oauth_client_secret"})
    EXPECT_EQ(
        mask_dsn("postgresql:///x?" + std::string{name} + "=hidden&port=1"),
        "postgresql:///x?" + std::string{name} + "=***&port=1");
  for (const auto* name : {"service", "Service", "passfile", "sslkey", "sslpassword"})
    for (const auto* between : {"=", " = ", "= ", "\t=\n"})
      EXPECT_EQ(
          mask_dsn("port=1 " + std::string{name} + between + "'hid den' host=db"),
          "port=1 " + std::string{name} + "=*** host=db");
}

TEST(mask_dsn, leaves_what_is_no_secret) {
  for (const auto* dsn :
       {"postgresql:///x?keepalives_idle=3&sslrootcert=/etc/ca&application_name=a",
        "host=db sslmode=verify-full sslcert=/etc/crt options='-c jit=off'"})
    EXPECT_EQ(mask_dsn(dsn), dsn);
}

TEST(mask_dsn, leaves_a_uri_without_password_alone) {
  for (const auto* dsn :
       {"postgresql:///guildhall", "postgresql://guild@db:5432/guildhall",
        "postgresql://[::1]:5432/x", "postgresql:///x?host=/run/pg&port=5433"})
    EXPECT_EQ(mask_dsn(dsn), dsn);
}

TEST(mask_dsn, hides_a_password_with_unescaped_separators_as_a_whole) {
  EXPECT_EQ(mask_dsn("postgresql://guild:s3?cr@et@db/x"), "postgresql://guild:***@db/x");
  for (const auto* dsn :
       {"postgresql://guild:s3/cr@et?@db/x", "postgresql://guild:s3/cr@db/x",
        "postgresql://guild:s3/cr?et@db/x"})
    EXPECT_EQ(mask_dsn(dsn), "postgresql://guild:***") << dsn;
}

TEST(mask_dsn, hides_the_password_of_pairs) {
  EXPECT_EQ(mask_dsn("host=db password=s3cret user=guild"), "host=db password=*** user=guild");
  EXPECT_EQ(mask_dsn("password = 's3 \\' cret'  host=db"), "password=*** host=db");
  EXPECT_EQ(mask_dsn("host=db password=s3\\ cret"), "host=db password=***");
}

TEST(mask_dsn, hides_everything_of_a_text_that_is_neither) {
  EXPECT_EQ(mask_dsn("s3cret"), "***");
  EXPECT_EQ(mask_dsn("host=db s3cret"), "***");
  EXPECT_EQ(mask_dsn("Postgresql://guild:s3cret@db/x?sslmode=require"), "***");
  EXPECT_EQ(mask_dsn("postgresql://db/x?password=a&s3cret"), "postgresql://db/x?***");
}

} // namespace
} // namespace guildhall
