// SPDX-License-Identifier: Apache-2.0

// Certificates are replaced while clients call: no call fails.

#include <signal.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/connection.h"
#include "client/testing/flaky_proxy.h"
#include "common/clock.h"
#include "gtest/gtest.h"
#include "tests/support/probe.h"
#include "tests/support/running_server.h"
#include "tests/tls/metrics.h"
#include "tests/tls/secret.h"

namespace cache_invalidation {
namespace {

// Files are read every second; a busy machine takes longer.
constexpr absl::Duration kPatience = absl::Seconds(30);

client::Client ClientOf(int port, client::TlsOptions tls, absl::Duration deadline = kPatience) {
  return client::Client(client::MakeConnection(absl::StrCat("127.0.0.1:", port),
                                               {.tls = std::move(tls), .deadline = deadline}));
}

absl::Status Write(const client::Client& client) {
  return client.InvalidateByWrite("user", "1", "update").status();
}

// Calls over one connection all the time, and over a new one each time.
class Load {
 public:
  Load(client::Client lasting, std::function<client::Client()> fresh)
      : lasting_thread_([this, lasting] { Run([&] { return lasting; }); }),
        fresh_thread_([this, fresh] { Run(fresh); }) {}
  ~Load() { Stop(); }

  void Stop() {
    ended_ = true;
    if (lasting_thread_.joinable()) lasting_thread_.join();
    if (fresh_thread_.joinable()) fresh_thread_.join();
  }
  int calls() const { return calls_; }

 private:
  void Run(const std::function<client::Client()>& client) {
    while (!ended_) {
      const absl::Status status = Write(client());
      EXPECT_EQ(status, absl::OkStatus());
      ++calls_;
    }
  }

  std::atomic<bool> ended_ = false;
  std::atomic<int> calls_ = 0;
  std::thread lasting_thread_;
  std::thread fresh_thread_;
};

class RotationTest : public ::testing::Test {
 protected:
  double Reloads(const std::string& result) {
    return MetricSum(
        server_.Port("http"),
        absl::StrCat("cache_invalidation_certificate_reloads_total{result=\"", result));
  }
  void AwaitReloads(double count) {
    EXPECT_TRUE(Eventually([&] { return Reloads("used") == count; }, kPatience));
  }
  double Expiry() {
    return MetricSum(server_.Port("http"),
                     "cache_invalidation_certificate_expiry_timestamp_seconds");
  }

  const absl::Time now_ = absl::FromTimeT(absl::ToTimeT(RealClock().Now()));
  const TestAuthority old_{now_};
  const TestAuthority new_{now_};
  const std::string both_ = old_.cert() + new_.cert();
  Secret server_secret_{old_.Issue(), old_.cert()};
  Secret client_secret_{old_.Issue(), old_.cert()};
  RunningServer server_{server_secret_.ServerFlags()};
};

// The order of docs/operations.md: first both sides trust both authorities, then they show new
// certificates, then they forget the old authority.
TEST_F(RotationTest, OfEverythingFailsNoCall) {
  client::FlakyProxy proxy(server_.Port("grpc"));
  const client::Client lasting = ClientOf(proxy.port(), client_secret_.ClientFiles());
  Load load(lasting, [&] { return ClientOf(server_.Port("grpc"), client_secret_.ClientFiles()); });
  EXPECT_EQ(Expiry(), absl::ToDoubleSeconds(now_ + absl::Hours(1) - absl::UnixEpoch()));
  const TestCertificate old_client = old_.Issue();
  server_secret_.Replace(old_.Issue(), both_);
  client_secret_.Replace(old_client, both_);
  AwaitReloads(1);
  const absl::Time ends = now_ + absl::Minutes(50);
  server_secret_.Replace(new_.Issue({}, now_ - absl::Hours(1), ends), both_);
  AwaitReloads(2);
  EXPECT_EQ(Expiry(), absl::ToDoubleSeconds(ends - absl::UnixEpoch()));
  client_secret_.Replace(new_.Issue(), new_.cert());
  server_secret_.Replace(new_.Issue({}, now_ - absl::Hours(1), ends), new_.cert());
  AwaitReloads(3);
  // The connection that lasts meets the new certificates when it has to connect again.
  proxy.DropConnections();
  const int before = load.calls();
  EXPECT_TRUE(Eventually([&] { return load.calls() > before + 20; }, kPatience));
  load.Stop();
  EXPECT_EQ(Write(lasting), absl::OkStatus());
  const client::TlsOptions of_the_old = {.root_certificates = new_.cert(),
                                         .private_key = old_client.key,
                                         .certificate_chain = old_client.cert};
  EXPECT_FALSE(Write(ClientOf(server_.Port("grpc"), of_the_old, absl::Milliseconds(500))).ok());
}

TEST_F(RotationTest, HalfOfItLeavesTheLastInUse) {
  const TestCertificate next = old_.Issue();
  const double expiry = Expiry();
  for (const std::string& text : {next.cert.substr(0, next.cert.size() / 2), next.cert}) {
    const double refused = Reloads("refused");
    WriteFile(server_secret_.cert(), text);
    EXPECT_TRUE(Eventually([&] { return Reloads("refused") > refused; }, kPatience));
    EXPECT_EQ(Write(ClientOf(server_.Port("grpc"), client_secret_.ClientFiles())),
              absl::OkStatus());
    EXPECT_EQ(Expiry(), expiry);
  }
  EXPECT_EQ(Reloads("used"), 0);
  WriteFile(server_secret_.key(), next.key);
  AwaitReloads(1);
  EXPECT_EQ(Write(ClientOf(server_.Port("grpc"), client_secret_.ClientFiles())), absl::OkStatus());
  server_.program().Signal(SIGTERM);
  const std::string said = server_.program().Wait().err;
  EXPECT_TRUE(absl::StrContains(
      said, "the last certificates stay in use: --tls_key_file: " + server_secret_.key() +
                ": the private key is not that of the certificate"))
      << said;
  EXPECT_TRUE(absl::StrContains(said, "new certificates are in use expires=20")) << said;
}

// Without clients there are only the server's checks of its own port, which show no certificate:
// they are answered, so it is ready, and gRPC says nothing of them.
TEST_F(RotationTest, TheServersOwnChecksNoticeIt) {
  for (int i = 1; i <= 3; ++i) {
    server_secret_.Replace(old_.Issue(), both_);
    AwaitReloads(i);
    EXPECT_EQ(testing::HttpGet(server_.Port("http"), "/readyz").status, 200);
  }
  server_.program().Signal(SIGTERM);
  const Ended ended = server_.program().Wait();
  EXPECT_EQ(ended.code, 0);
  EXPECT_FALSE(absl::StrContains(ended.err, "gRPC")) << ended.err;
}

// A client recovers from a bad pair by itself, too.
TEST_F(RotationTest, AClientConnectsAgainOnceItsFilesAreGood) {
  client::FlakyProxy proxy(server_.Port("grpc"));
  const client::Client client = ClientOf(proxy.port(), client_secret_.ClientFiles());
  EXPECT_EQ(Write(client), absl::OkStatus());
  const TestCertificate next = old_.Issue();
  client_secret_.Replace({.cert = next.cert, .key = old_.Issue().key}, old_.cert());
  EXPECT_EQ(Write(client), absl::OkStatus()) << "its connection is open";
  client_secret_.Replace(next, old_.cert());
  proxy.DropConnections();
  EXPECT_EQ(Write(client), absl::OkStatus());
}

}  // namespace
}  // namespace cache_invalidation
