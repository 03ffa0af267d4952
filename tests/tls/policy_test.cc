// SPDX-License-Identifier: Apache-2.0

// A policy that knows callers by the names of their certificates, as gRPC hands them on.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/connection.h"
#include "common/clock.h"
#include "gtest/gtest.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"
#include "tests/tls/secret.h"

namespace cache_invalidation {
namespace {

constexpr char kPolicy[] = R"(
principals:
  - name: orders
    certificates: [spiffe://shop/orders]
    roles: [{role: writer, namespaces: [shop]}]
  - name: search
    certificates: [search.shop.svc]
    roles: [{role: reader, namespaces: [shop]}]
)";

class PolicyTest : public ::testing::Test {
 protected:
  PolicyTest() { WriteFile(policy_file_, kPolicy); }

  // What a write is answered with, of a client whose certificate has this name.
  absl::StatusCode Write(const std::string& name, const std::string& token = "") {
    const TestCertificate shown = clients_.Issue({.subject_alt_name = name});
    const client::Client client(
        client::MakeConnection(absl::StrCat("127.0.0.1:", Running().Port("grpc")),
                               {.tls = client::TlsOptions{.root_certificates = servers_.cert(),
                                                          .private_key = shown.key,
                                                          .certificate_chain = shown.cert},
                                .namespace_name = "shop",
                                .token = token}));
    return client.InvalidateByWrite("user", "1", "update").status().code();
  }

  RunningServer& Running() {
    if (server_ == nullptr) {
      std::vector<std::string> flags = secret_.ServerFlags();
      flags.push_back("--policy_file=" + policy_file_);
      server_ = std::make_unique<RunningServer>(flags);
    }
    return *server_;
  }

  const absl::Time now_ = RealClock().Now();
  const TestAuthority servers_{now_};
  const TestAuthority clients_{now_};
  const Secret secret_{servers_.Issue(), clients_.cert()};
  const TemporaryDirectory directory_;
  const std::string policy_file_ = directory_.path() + "/policy.yaml";
  std::unique_ptr<RunningServer> server_;
};

TEST_F(PolicyTest, KnowsCallersByTheirCertificates) {
  EXPECT_EQ(Write("URI:spiffe://shop/orders"), absl::StatusCode::kOk);
  EXPECT_EQ(Write("DNS:search.shop.svc"), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Write("DNS:orders"), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Write("URI:search.shop.svc"), absl::StatusCode::kUnauthenticated) << "it is no URI";
  EXPECT_EQ(Write("URI:spiffe://shop/orders,DNS:search.shop.svc"),
            absl::StatusCode::kUnauthenticated)
      << "it is of two principals";
}

TEST_F(PolicyTest, ATokenIsDecisive) {
  EXPECT_EQ(Write("URI:spiffe://shop/orders", "unknown"), absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace cache_invalidation
