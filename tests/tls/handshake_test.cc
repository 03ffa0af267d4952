// SPDX-License-Identifier: Apache-2.0

// Who gets a connection to an encrypted server, and who does not.

#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/connection.h"
#include "common/clock.h"
#include "gtest/gtest.h"
#include "tests/support/probe.h"
#include "tests/support/program.h"
#include "tests/support/running_server.h"
#include "tests/tls/metrics.h"
#include "tests/tls/secret.h"

namespace cache_invalidation {
namespace {

// For calls that are to fail: they are tried again until then.
constexpr absl::Duration kShort = absl::Milliseconds(500);

class HandshakeTest : public ::testing::Test {
 protected:
  absl::Status Call(const std::optional<client::TlsOptions>& tls,
                    absl::Duration deadline = absl::Seconds(30)) {
    const client::Client client(client::MakeConnection(
        absl::StrCat("127.0.0.1:", server_.Port("grpc")), {.tls = tls, .deadline = deadline}));
    return client.InvalidateByWrite("user", "1", "update").status();
  }

  // What a client shows that trusts the server.
  static client::TlsOptions Showing(const TestAuthority& trusted,
                                    const std::optional<TestCertificate>& shown) {
    client::TlsOptions tls = {.root_certificates = trusted.cert()};
    if (shown.has_value()) {
      tls.private_key = shown->key;
      tls.certificate_chain = shown->cert;
    }
    return tls;
  }

  double CallsStarted() { return MetricSum(server_.Port("http"), "grpc_server_started_total{"); }

  const absl::Time now_ = RealClock().Now();
  const TestAuthority servers_{now_};
  const TestAuthority clients_{now_};
  const TestAuthority strangers_{now_};
  const Secret secret_{servers_.Issue(), clients_.cert()};
  RunningServer server_{secret_.ServerFlags()};
};

TEST_F(HandshakeTest, AClientWithACertificateCalls) {
  const TestNames orders = {.subject_alt_name = "URI:spiffe://shop/orders",
                            .extended_key_usage = "clientAuth"};
  EXPECT_EQ(Call(Showing(servers_, clients_.Issue(orders))), absl::OkStatus());
  EXPECT_EQ(CallsStarted(), 1);
}

TEST_F(HandshakeTest, NoCallOfOthersReachesAService) {
  const absl::Duration hour = absl::Hours(1);
  EXPECT_FALSE(Call(std::nullopt, kShort).ok()) << "plain text";
  EXPECT_FALSE(Call(Showing(servers_, std::nullopt), kShort).ok()) << "shows none";
  EXPECT_FALSE(Call(Showing(servers_, strangers_.Issue()), kShort).ok()) << "of another authority";
  EXPECT_FALSE(
      Call(Showing(servers_, clients_.Issue({}, now_ - 2 * hour, now_ - hour)), kShort).ok())
      << "expired";
  EXPECT_FALSE(
      Call(Showing(servers_, clients_.Issue({}, now_ + hour, now_ + 2 * hour)), kShort).ok())
      << "not valid yet";
  EXPECT_FALSE(
      Call(Showing(servers_, clients_.Issue({.extended_key_usage = "serverAuth"})), kShort).ok())
      << "made for servers";
  EXPECT_EQ(CallsStarted(), 0);
}

TEST_F(HandshakeTest, AClientTalksToNoOtherServer) {
  const TestCertificate good = clients_.Issue();
  EXPECT_FALSE(Call(Showing(strangers_, good), kShort).ok()) << "whose authority it does not trust";
  client::TlsOptions named = Showing(servers_, good);
  named.server_name = "other.test";
  EXPECT_FALSE(Call(named, kShort).ok()) << "whose certificate has another name";
  EXPECT_EQ(CallsStarted(), 0);
}

TEST_F(HandshakeTest, OldVersionsOfTlsAreRefused) {
  const Secret mine(clients_.Issue(), servers_.cert());
  const auto connects = [&](const std::string& version) {
    const Ended ended = RunProgram({"/usr/bin/openssl", "s_client", "-brief", version, "-cipher",
                                    "DEFAULT@SECLEVEL=0", "-alpn", "h2", "-connect",
                                    absl::StrCat("127.0.0.1:", server_.Port("grpc")), "-CAfile",
                                    mine.ca(), "-cert", mine.cert(), "-key", mine.key()});
    return absl::StrContains(ended.err, "CONNECTION ESTABLISHED");
  };
  EXPECT_TRUE(connects("-tls1_2"));
  EXPECT_FALSE(connects("-tls1_1"));
}

}  // namespace
}  // namespace cache_invalidation
