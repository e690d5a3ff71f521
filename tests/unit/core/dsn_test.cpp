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
      mask_dsn("postgresql://db/x?sslpassword=a&passfile=/etc/pass"),
      "postgresql://db/x?sslpassword=***&passfile=/etc/pass");
}

TEST(mask_dsn, leaves_a_uri_without_password_alone) {
  for (const auto* dsn :
       {"postgresql:///guildhall", "postgresql://guild@db:5432/guildhall",
        "postgresql://[::1]:5432/x", "postgresql:///x?host=/run/pg&port=5433"})
    EXPECT_EQ(mask_dsn(dsn), dsn);
}

TEST(mask_dsn, hides_a_password_with_unescaped_separators_as_a_whole) {
  EXPECT_EQ(mask_dsn("postgresql://guild:s3/cr@et?@db/x"), "postgresql://guild:***@db/x");
}

TEST(mask_dsn, hides_the_password_of_pairs) {
  EXPECT_EQ(mask_dsn("host=db password=s3cret user=guild"), "host=db password=*** user=guild");
  EXPECT_EQ(mask_dsn("password = 's3 \\' cret'  host=db"), "password=*** host=db");
  EXPECT_EQ(mask_dsn("host=db password=s3\\ cret"), "host=db password=***");
}

TEST(mask_dsn, hides_everything_of_a_text_that_is_neither) {
  EXPECT_EQ(mask_dsn("s3cret"), "***");
  EXPECT_EQ(mask_dsn("host=db s3cret"), "***");
}

} // namespace
} // namespace guildhall
