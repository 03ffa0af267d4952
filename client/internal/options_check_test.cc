// SPDX-License-Identifier: Apache-2.0

#include "client/internal/options_check.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::client::internal {
namespace {

constexpr char kRemote[] = "10.0.0.1:7400";

// Returns what is in front of the first ":" of the refusal, or "" if there is none.
std::string Refused(const ClientOptions& options, const std::string& endpoint = kRemote) {
  const absl::Status status = CheckEndpointAndOptions(endpoint, options);
  if (status.ok()) return "";
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const std::string message(status.message());
  const std::string prefix = "ClientOptions::";
  if (message.rfind(prefix, 0) != 0) return message.substr(0, message.find(':'));
  return message.substr(prefix.size(), message.find(':', prefix.size()) - prefix.size());
}

TEST(OptionsCheckTest, TakesTheDefaults) {
  EXPECT_EQ(Refused({}), "");
  EXPECT_EQ(CheckOptions({}), absl::OkStatus());
  EXPECT_EQ(Refused({.tls = TlsOptions{}, .deadline = absl::InfiniteDuration()}), "");
  EXPECT_EQ(Refused({.backoff = {.initial = absl::ZeroDuration(), .multiplier = 1}}), "");
}

TEST(OptionsCheckTest, NamesTheField) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(Refused({}, "http://h:1"), "endpoint");
  EXPECT_EQ(Refused({.namespace_name = "Shop"}), "namespace_name");
  EXPECT_EQ(Refused({.deadline = absl::ZeroDuration()}), "deadline");
  EXPECT_EQ(Refused({.deadline = -absl::Seconds(1)}), "deadline");
  EXPECT_EQ(Refused({.metadata = {{"X", "1"}}}), "metadata[0]");
  EXPECT_EQ(Refused({.backoff = {.initial = -absl::Seconds(1)}}), "backoff.initial");
  EXPECT_EQ(Refused({.backoff = {.maximum = absl::InfiniteDuration()}}), "backoff.maximum");
  EXPECT_EQ(Refused({.backoff = {.multiplier = nan}}), "backoff.multiplier");
  EXPECT_EQ(Refused({.backoff = {.multiplier = 0.5}}), "backoff.multiplier");
  EXPECT_EQ(Refused({.tls = TlsOptions{.root_certificates = "none"}}), "tls.root_certificates");
  EXPECT_EQ(Refused({.tls = TlsOptions{.private_key = "key"}}), "tls");
  EXPECT_EQ(Refused({.tls = TlsOptions{.private_key = "key", .certificate_chain = "none"}}),
            "tls.private_key");
  EXPECT_EQ(Refused({.tls = TlsOptions{}, .token = "a b"}), "token");
  EXPECT_EQ(Refused({.tls = TlsOptions{}, .token = "a", .token_file = "/f"}), "token");
  EXPECT_EQ(Refused({.tls = TlsOptions{}, .metadata = {{"authorization", "b"}}, .token = "a"}),
            "token");
}

TEST(OptionsCheckTest, FilesOfTlsAreReadAtOnce) {
  const std::string cert = "client/internal/test_certificate.pem";
  const std::string key = "client/internal/test_key.pem";
  const TemporaryDirectory directory;
  const std::string cut = directory.path() + "/cut.pem";
  std::ofstream(cut) << "-----BEGIN CERTIFICATE-----\n";
  const auto refused = [](TlsOptions tls) { return Refused({.tls = std::move(tls)}); };
  EXPECT_EQ(refused({.root_certificates_file = cert}), "");
  EXPECT_EQ(refused({.private_key_file = key, .certificate_chain_file = cert}), "");
  EXPECT_EQ(refused({.private_key_file = key}), "tls");
  EXPECT_EQ(refused({.root_certificates = "text", .root_certificates_file = cert}), "tls");
  EXPECT_EQ(refused({.root_certificates_file = key}), "tls.root_certificates_file");
  EXPECT_EQ(refused({.private_key_file = cert, .certificate_chain_file = cert}),
            "tls.private_key_file");
  EXPECT_EQ(refused({.private_key_file = key, .certificate_chain_file = cut}),
            "tls.certificate_chain_file");
  for (const std::string& path : {std::string("/no/file"), directory.path()}) {
    const absl::Status status =
        CheckEndpointAndOptions(kRemote, {.tls = TlsOptions{.root_certificates_file = path}});
    EXPECT_NE(status.message().find("tls.root_certificates_file: " + path + ": "),
              absl::string_view::npos)
        << status;
  }
}

TEST(OptionsCheckTest, ATokenLeavesTheMachineOnlyEncrypted) {
  for (const ClientOptions& secret :
       {ClientOptions{.token = "a"}, ClientOptions{.token_file = "/f"},
        ClientOptions{.metadata = {{"authorization", "Basic a"}}}}) {
    ClientOptions options = secret;
    EXPECT_EQ(Refused(options), "token");
    EXPECT_FALSE(CheckOptions(options).ok()) << "nobody knows what an own channel does";
    EXPECT_EQ(Refused(options, "localhost:7400"), "");
    EXPECT_EQ(Refused(options, "unix:/run/cache.sock"), "");
    options.tls.emplace();
    EXPECT_EQ(Refused(options), "");
    options.tls.reset();
    options.allow_token_without_tls = true;
    EXPECT_EQ(Refused(options), "");
    EXPECT_EQ(CheckOptions(options), absl::OkStatus());
  }
}

}  // namespace
}  // namespace cache_invalidation::client::internal
