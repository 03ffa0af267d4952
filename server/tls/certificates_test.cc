// SPDX-License-Identifier: Apache-2.0

#include "server/tls/certificates.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/support/certificates.h"

namespace cache_invalidation::tls {
namespace {

constexpr absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

class CertificatesTest : public ::testing::Test {
 protected:
  static std::string Reason(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  }
  static std::string Reason(const std::string& cert) {
    return Reason(CheckServerCertificate(cert, kNow).status());
  }

  const TestAuthority authority_{kNow};
  const TestCertificate good_ = authority_.Issue();
};

TEST_F(CertificatesTest, TellsWhenTheFirstOneExpires) {
  EXPECT_EQ(CheckServerCertificate(good_.cert, kNow).value(), kNow + absl::Hours(1));
  const TestCertificate shorter = authority_.Issue({}, kNow, kNow + absl::Minutes(1));
  EXPECT_EQ(CheckServerCertificate("# its chain\n" + shorter.cert + good_.cert, kNow).value(),
            kNow + absl::Minutes(1));
}

TEST_F(CertificatesTest, RefusesWhatNoClientWouldAccept) {
  const absl::Duration hour = absl::Hours(1);
  EXPECT_EQ(Reason(authority_.Issue({}, kNow - hour, kNow).cert),
            "the certificate expired at 2023-11-14T22:13:20Z");
  EXPECT_EQ(Reason(authority_.Issue({}, kNow + hour, kNow + 2 * hour).cert),
            "the certificate is valid only from 2023-11-14T23:13:20Z");
  EXPECT_EQ(Reason(authority_.Issue({.extended_key_usage = "clientAuth"}).cert),
            "the certificate is not for servers: its extended key usage lacks serverAuth");
}

TEST_F(CertificatesTest, RefusesWhatIsNotWhole) {
  EXPECT_EQ(Reason(std::string()), "expected PEM certificates, got none");
  EXPECT_EQ(Reason(good_.key), "expected PEM certificates, got none");
  for (size_t part : {good_.cert.size() / 2, good_.cert.size() - 2}) {
    EXPECT_NE(Reason(good_.cert.substr(0, part)), "") << part;
    EXPECT_NE(Reason(good_.cert + good_.cert.substr(0, part)), "") << part;
  }
  EXPECT_EQ(CheckAuthorities(good_.cert + authority_.cert()), absl::OkStatus());
  EXPECT_EQ(Reason(CheckAuthorities("none")), "expected PEM certificates, got none");
}

TEST_F(CertificatesTest, TakesOnlyThePrivateKeyOfTheCertificate) {
  EXPECT_EQ(CheckPrivateKey(good_.key, good_.cert), absl::OkStatus());
  EXPECT_EQ(CheckPrivateKey(good_.key, good_.cert + authority_.cert()), absl::OkStatus());
  EXPECT_EQ(Reason(CheckPrivateKey(authority_.Issue().key, good_.cert)),
            "the private key is not that of the certificate");
  const std::string none = "expected a PEM private key without a passphrase, got none";
  EXPECT_EQ(Reason(CheckPrivateKey(good_.cert, good_.cert)).substr(0, none.size()), none);
  EXPECT_EQ(Reason(CheckPrivateKey(good_.key.substr(0, good_.key.size() / 2), good_.cert))
                .substr(0, none.size()),
            none);
}

}  // namespace
}  // namespace cache_invalidation::tls
