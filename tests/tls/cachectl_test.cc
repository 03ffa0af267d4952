// SPDX-License-Identifier: Apache-2.0

// cachectl and an encrypted server that asks for certificates.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"
#include "tests/support/running_server.h"
#include "tests/tls/secret.h"

namespace cache_invalidation {
namespace {

using Strings = std::vector<std::string>;

class EncryptedCachectlTest : public ::testing::Test {
 protected:
  Ended Run(Strings arguments, const Strings& environment = {}) {
    arguments.insert(arguments.begin(),
                     {"client/cachectl/cachectl", "--endpoint",
                      absl::StrCat("localhost:", server_.Port("grpc")), "--timeout=" + timeout_});
    return RunProgram(arguments, "", environment);
  }

  std::string timeout_ = "20s";
  const TestAuthority authority_{RealClock().Now()};
  const Secret server_secret_{
      authority_.Issue({.subject_alt_name = "DNS:cache.test,DNS:localhost"}), authority_.cert()};
  const Secret mine_{authority_.Issue({.subject_alt_name = "URI:spiffe://shop/orders"}),
                     authority_.cert()};
  RunningServer server_{server_secret_.ServerFlags()};
};

TEST_F(EncryptedCachectlTest, ShowsTheCertificateOfItsFlags) {
  const Strings flags = {"--tls-ca-file", mine_.ca(),       "--tls-cert-file",
                         mine_.cert(),    "--tls-key-file", mine_.key()};
  Strings call = flags;
  call.push_back("stats");
  const Ended ended = Run(call);
  EXPECT_EQ(ended.code, 0) << ended.err;
  Strings named = flags;
  named.insert(named.end(), {"--tls-server-name", "cache.test", "stats"});
  EXPECT_EQ(Run(named).code, 0);
}

TEST_F(EncryptedCachectlTest, ShowsTheCertificateOfTheEnvironment) {
  const Ended ended = Run({"stats"}, {"CACHE_INVALIDATION_TLS_CA_FILE=" + mine_.ca(),
                                      "CACHE_INVALIDATION_TLS_CERT_FILE=" + mine_.cert(),
                                      "CACHE_INVALIDATION_TLS_KEY_FILE=" + mine_.key()});
  EXPECT_EQ(ended.code, 0) << ended.err;
}

TEST_F(EncryptedCachectlTest, IsNotReachedWithoutIt) {
  timeout_ = "1s";
  EXPECT_EQ(Run({"stats"}).code, 6);
  EXPECT_EQ(Run({"--tls", "stats"}).code, 6) << "the machine does not trust it";
  EXPECT_EQ(Run({"--tls-ca-file", mine_.ca(), "stats"}).code, 6);
}

TEST_F(EncryptedCachectlTest, SaysWhichFileIsWrong) {
  const Ended missing = Run({"--tls-ca-file=/no/file", "stats"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_TRUE(absl::StrContains(missing.err, "root_certificates_file: /no/file: No such file"))
      << missing.err;
  const Ended half = Run({"--tls-ca-file", mine_.ca(), "--tls-cert-file", mine_.cert(), "stats"});
  EXPECT_EQ(half.code, 2);
  EXPECT_TRUE(absl::StrContains(half.err, "private_key_file")) << half.err;
}

TEST_F(EncryptedCachectlTest, TakesATokenFromTheEnvironmentOrAFileOnly) {
  EXPECT_EQ(Run({"--token=secret", "stats"}).code, 2);
  EXPECT_EQ(Run({"--token-file=/no/file", "--tls", "stats"}).code, 2);
  const Ended bad = Run({"--tls", "stats"}, {"CACHE_INVALIDATION_TOKEN=a b"});
  EXPECT_EQ(bad.code, 2) << "it is sent, so it is checked";
  EXPECT_FALSE(absl::StrContains(bad.err, "a b")) << bad.err;
}

}  // namespace
}  // namespace cache_invalidation
