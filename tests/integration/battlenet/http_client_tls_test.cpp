#include "tests/integration/battlenet/client_fixture.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <unistd.h>

namespace guildhall::test {
namespace {

using battlenet::outcome;

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* what) const {
    Free(what);
  }
};

/// A self-signed certificate for "localhost" in a file of its own, and a server that shows it.
class certificate {
public:
  certificate() {
    const std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>> key{EVP_EC_gen("P-256")};
    const std::unique_ptr<X509, freed_by<X509_free>> cert{X509_new()};
    X509_set_version(cert.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
    auto* name = X509_get_subject_name(cert.get());
    X509_NAME_add_entry_by_txt(
        name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
        0);
    X509_set_issuer_name(cert.get(), name);
    X509_set_pubkey(cert.get(), key.get());
    const std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> names{
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost")};
    X509_add_ext(cert.get(), names.get(), -1);
    X509_sign(cert.get(), key.get(), EVP_sha256());

    std::string path =
        (std::filesystem::temp_directory_path() / "guildhall-cert-XXXXXX").string();
    const int descriptor = mkstemp(path.data());
    path_ = path;
    const std::unique_ptr<FILE, freed_by<fclose>> file{fdopen(descriptor, "w")};
    PEM_write_X509(file.get(), cert.get());
    SSL_CTX_use_certificate(server_.native_handle(), cert.get());
    SSL_CTX_use_PrivateKey(server_.native_handle(), key.get());
  }
  ~certificate() {
    std::filesystem::remove(path_);
  }

  boost::asio::ssl::context& server() {
    return server_;
  }
  const std::string& path() const {
    return path_;
  }

private:
  std::string path_;
  boost::asio::ssl::context server_{boost::asio::ssl::context::tls_server};
};

class https_client_test : public http_client_test {
protected:
  void TearDown() override {
    http_client_test::TearDown();
    unsetenv("SSL_CERT_FILE");
  }

  /// OpenSSL's default verify paths come from here.
  void trust(const std::string& path) {
    setenv("SSL_CERT_FILE", path.c_str(), 1);
  }

  certificate cert_;
  scripted_server server_{
      [](const server_request&, int, int) { return respond(200, "{}"); }, &cert_.server()};
};

TEST_F(https_client_test, speaks_to_a_host_whose_certificate_it_trusts) {
  trust(cert_.path());
  connect({.base_url = server_.url("https", "localhost")});
  const auto got = ask("/").get();
  EXPECT_EQ(got.outcome, outcome::ok) << got.detail;
  EXPECT_EQ(ask("/").get().outcome, outcome::ok);
  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(https_client_test, refuses_a_certificate_that_nobody_vouches_for) {
  connect({.base_url = server_.url("https", "localhost")});
  const auto got = ask("/").get();
  EXPECT_EQ(got.outcome, outcome::transient);
  EXPECT_NE(got.detail.find("TLS handshake"), std::string::npos) << got.detail;
  EXPECT_EQ(server_.requests(), 0);
}

TEST_F(https_client_test, refuses_the_certificate_of_another_host) {
  trust(cert_.path());
  connect({.base_url = server_.url("https", "127.0.0.1")});
  const auto got = ask("/").get();
  EXPECT_EQ(got.outcome, outcome::transient);
  EXPECT_NE(got.detail.find("TLS handshake"), std::string::npos) << got.detail;
  EXPECT_EQ(server_.requests(), 0);
}

TEST_F(http_client_test, waits_no_longer_than_the_time_out_for_a_handshake) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor silent{
      io, {boost::asio::ip::address_v4::loopback(), 0}}; // the backlog accepts, nobody answers
  const auto port = std::to_string(silent.local_endpoint().port());
  connect({.base_url = "https://127.0.0.1:" + port, .connect_timeout = 200ms});
  const auto got = ask("/").get();
  EXPECT_EQ(got.outcome, outcome::transient);
  EXPECT_NE(got.detail.find("time-out"), std::string::npos) << got.detail;
}

} // namespace
} // namespace guildhall::test
