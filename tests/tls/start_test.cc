// SPDX-License-Identifier: Apache-2.0

// The flags of TLS at the start.

#include <signal.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "common/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"
#include "tests/support/running_server.h"
#include "tests/tls/secret.h"

namespace cache_invalidation {
namespace {

using Flags = std::vector<std::string>;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

TEST(TlsStartTest, RefusesWhatItCannotUseAndNamesTheFlag) {
  const absl::Time now = RealClock().Now();
  const TestAuthority authority(now);
  const TestCertificate pair = authority.Issue();
  const Secret good(pair, authority.cert());
  const Secret mixed({.cert = pair.cert, .key = authority.Issue().key}, "");
  const Secret expired(authority.Issue({}, now - absl::Hours(2), now - absl::Hours(1)), "");
  const auto flags = [](const std::string& cert, const std::string& key, const std::string& ca) {
    return Flags{"--durability=memory", "--tls_cert_file=" + cert, "--tls_key_file=" + key,
                 "--tls_client_ca_file=" + ca};
  };
  const std::pair<Flags, std::string> cases[] = {
      {flags(good.cert(), "", ""), "--tls_key_file: expected a file"},
      {flags("", good.key(), ""), "--tls_cert_file: expected a file"},
      {flags("", "", good.ca()), "--tls_client_ca_file: expected --tls_cert_file"},
      {flags("/no/file", good.key(), ""), "--tls_cert_file: /no/file: No such file or directory"},
      {flags(good.cert(), good.cert(), ""), "--tls_key_file: " + good.cert() + ": expected a PEM"},
      {flags(mixed.cert(), mixed.key(), ""), "the private key is not that of the certificate"},
      {flags(expired.cert(), expired.key(), ""),
       "--tls_cert_file: " + expired.cert() + ": the certificate expired at 2"},
      {flags(good.cert(), good.key(), mixed.ca()), "--tls_client_ca_file: " + mixed.ca()},
  };
  for (const auto& [given, message] : cases) {
    const Ended ended = RunProgram(ServerCommand(given));
    EXPECT_EQ(ended.code, 1) << message;
    EXPECT_THAT(ended.err, HasSubstr(message));
  }
}

TEST(TlsStartTest, OtherMachinesReachNoPlainTextUnlessThatIsAskedFor) {
  const Flags forget = {"--durability=memory"};
  const auto with = [&](Flags flags) {
    flags.insert(flags.begin(), forget.begin(), forget.end());
    return flags;
  };
  for (const char* address : {"0.0.0.0", "[::]", "10.0.0.1", "127.example.com"}) {
    const Ended ended =
        RunProgram(ServerCommand(with({std::string("--listen_address=") + address})));
    EXPECT_EQ(ended.code, 1) << address;
    EXPECT_THAT(ended.err,
                HasSubstr(std::string("--listen_address: other machines reach ") + address));
    EXPECT_THAT(ended.err, HasSubstr("--allow_plaintext"));
    EXPECT_THAT(ended.err, HasSubstr("--tls_cert_file"));
  }
  const TestAuthority authority(RealClock().Now());
  const Secret secret(authority.Issue(), authority.cert());
  Flags encrypted = secret.ServerFlags();
  encrypted.push_back("--listen_address=0.0.0.0");
  for (const Flags& flags :
       {encrypted, with({"--listen_address=0.0.0.0", "--allow_plaintext"}),
        with({"--listen_address=localhost"}), with({"--listen_address=127.0.0.2"}),
        with({"--http_listen_address=0.0.0.0"})}) {
    const RunningServer server(flags);
    EXPECT_TRUE(server.serves()) << server.start_line();
  }
}

TEST(TlsStartTest, SaysWhichCertificateItUses) {
  const TestAuthority authority(RealClock().Now());
  const Secret secret(authority.Issue(), authority.cert());
  const RunningServer server(secret.ServerFlags());
  EXPECT_THAT(
      server.start_lines(),
      Contains(AllOf(HasSubstr("gRPC is encrypted certificate=" + secret.cert() + " expires=20"),
                     HasSubstr(" clients_show_one=yes"))));
}

}  // namespace
}  // namespace cache_invalidation
