// SPDX-License-Identifier: Apache-2.0

// Encrypted connections, with a certificate that was made for this test (BUILD).

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "client/client.h"
#include "client/internal/testing/scripted_service.h"
#include "grpc/support/time.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

constexpr char kName[] = "service.test";

// The deadline of calls that must fail. They take this long, because they are retried.
constexpr absl::Duration kShort = absl::Milliseconds(300);

std::string Read(const std::string& name) {
  std::ifstream file("client/internal/" + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() : certificate_(Read("test_certificate.pem")), key_(Read("test_key.pem")) {}

  ~TlsTest() override { server_->Shutdown(gpr_inf_past(GPR_CLOCK_MONOTONIC)); }

  void Serve(grpc_ssl_client_certificate_request_type asks_for =
                 GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE) {
    grpc::SslServerCredentialsOptions options(asks_for);
    options.pem_key_cert_pairs.push_back({key_, certificate_});
    options.pem_root_certs = certificate_;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }

  absl::Status Call(std::optional<TlsOptions> tls,
                    absl::Duration deadline = absl::Seconds(30)) const {
    const Client client(MakeConnection("127.0.0.1:" + std::to_string(port_),
                                       {.tls = std::move(tls), .deadline = deadline}));
    return client.FlushPendingInvalidations().status();
  }

  TlsOptions Trusting() const { return {.root_certificates = certificate_, .server_name = kName}; }

  const std::string certificate_;
  const std::string key_;

 private:
  internal::ScriptedService service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

TEST_F(TlsTest, TalksToAServiceThatItTrusts) {
  Serve();
  EXPECT_EQ(Call(Trusting()), absl::OkStatus());
}

TEST_F(TlsTest, DoesNotTalkToOneThatItDoesNotTrust) {
  Serve();
  TlsOptions tls = Trusting();
  tls.root_certificates.clear();  // those of the machine
  EXPECT_FALSE(Call(tls, kShort).ok());
}

TEST_F(TlsTest, DoesNotTalkToOneOfAnotherName) {
  Serve();
  TlsOptions tls = Trusting();
  tls.server_name.clear();  // 127.0.0.1
  EXPECT_FALSE(Call(tls, kShort).ok());
}

TEST_F(TlsTest, TakesCertificatesFromFiles) {
  Serve(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  const std::string certificate = "client/internal/test_certificate.pem";
  const std::string key = "client/internal/test_key.pem";
  TlsOptions tls = {.server_name = kName, .root_certificates_file = certificate};
  EXPECT_FALSE(Call(tls, kShort).ok()) << "it has none to show";
  tls.private_key_file = key;
  tls.certificate_chain_file = certificate;
  EXPECT_EQ(Call(tls), absl::OkStatus());
  tls.server_name.clear();  // 127.0.0.1
  EXPECT_FALSE(Call(tls, kShort).ok());
  const TlsOptions pair = {.private_key_file = key, .certificate_chain_file = certificate};
  EXPECT_FALSE(Call(pair, kShort).ok()) << "the machine does not trust it";
}

TEST_F(TlsTest, CertificatesThatAreNoneAreAnError) {
  Serve();
  EXPECT_EQ(Call(TlsOptions{.root_certificates = "none", .server_name = kName}).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(TlsTest, PlainTextIsNotUnderstood) {
  Serve();
  EXPECT_FALSE(Call(std::nullopt, kShort).ok());
}

TEST_F(TlsTest, ShowsItsCertificate) {
  Serve(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  TlsOptions tls = Trusting();
  EXPECT_FALSE(Call(tls, kShort).ok()) << "it has none to show";
  tls.private_key = key_;
  tls.certificate_chain = certificate_;
  EXPECT_EQ(Call(tls), absl::OkStatus());
}

}  // namespace
}  // namespace cache_invalidation::client
