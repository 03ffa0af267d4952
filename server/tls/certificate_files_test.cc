// SPDX-License-Identifier: Apache-2.0

#include "server/tls/certificate_files.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::tls {
namespace {

class CertificateFilesTest : public ::testing::Test {
 protected:
  CertificateFilesTest() {
    Write(paths_.cert, pair_.cert);
    Write(paths_.key, pair_.key);
    Write(paths_.client_ca, authority_.cert());
  }

  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }

  std::unique_ptr<CertificateFiles> Open() {
    auto opened = CertificateFiles::Open(
        paths_, clock_, [this](const absl::Status& status, absl::Time /*expires*/) {
          told_.push_back(std::string(status.message()));
        });
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }

  // What is in use after the next reading.
  std::string CertLater(CertificateFiles& files) {
    clock_.Advance(CertificateFiles::kInterval);
    return files.Current()->cert;
  }

  std::string Refusal(const std::string& path, const std::string& text) {
    std::ifstream before(path);
    const std::string old(std::istreambuf_iterator<char>(before), {});
    Write(path, text);
    const std::string message(ReadCertificates(paths_, clock_.Now()).status().message());
    Write(path, old);
    return message;
  }

  const TemporaryDirectory directory_;
  FakeClock clock_;
  const TestAuthority authority_{clock_.Now()};
  const TestCertificate pair_ = authority_.Issue();
  CertificatePaths paths_ = {.cert = directory_.path() + "/tls.crt",
                             .key = directory_.path() + "/tls.key",
                             .client_ca = directory_.path() + "/ca.crt"};
  std::vector<std::string> told_;
};

TEST_F(CertificateFilesTest, AnErrorNamesFlagAndFile) {
  EXPECT_EQ(Refusal(paths_.cert, ""),
            "--tls_cert_file: " + paths_.cert + ": expected PEM certificates, got none");
  EXPECT_EQ(Refusal(paths_.key, authority_.Issue().key),
            "--tls_key_file: " + paths_.key + ": the private key is not that of the certificate");
  EXPECT_EQ(Refusal(paths_.client_ca, "ca"),
            "--tls_client_ca_file: " + paths_.client_ca + ": expected PEM certificates, got none");
  EXPECT_EQ(Refusal(paths_.client_ca, std::string((1 << 20) + 1, ' ')),
            "--tls_client_ca_file: " + paths_.client_ca + ": expected at most 1 MiB, got more");
  const CertificatePaths good = paths_;
  paths_.key = directory_.path();
  EXPECT_EQ(ReadCertificates(paths_, clock_.Now()).status().message(),
            "--tls_key_file: " + paths_.key + ": not a regular file");
  paths_ = {.cert = "/no/such/file", .key = good.key};
  EXPECT_EQ(CertificateFiles::Open(paths_, clock_, nullptr).status().message(),
            "--tls_cert_file: /no/such/file: No such file or directory");
}

TEST_F(CertificateFilesTest, ReadsAgainAfterAWhileAndTellsOnce) {
  const auto files = Open();
  const TestCertificate next = authority_.Issue();
  Write(paths_.cert, next.cert);
  Write(paths_.key, next.key);
  EXPECT_EQ(files->Current()->cert, pair_.cert);
  EXPECT_EQ(CertLater(*files), next.cert);
  EXPECT_EQ(files->Current()->key, next.key);
  EXPECT_EQ(CertLater(*files), next.cert);
  EXPECT_EQ(told_, std::vector<std::string>{""});
}

TEST_F(CertificateFilesTest, WhatDoesNotChangeStaysTheSameObject) {
  const auto files = Open();
  const auto before = files->Current();
  CertLater(*files);
  EXPECT_EQ(files->Current(), before);
}

TEST_F(CertificateFilesTest, AnotherAuthorityOfClientsIsAChange) {
  const auto files = Open();
  const TestAuthority other(clock_.Now());
  Write(paths_.client_ca, other.cert());
  CertLater(*files);
  EXPECT_EQ(files->Current()->client_ca, other.cert());
  EXPECT_EQ(told_.size(), 1u);
}

// Whoever writes the files may be seen between any two of its steps.
TEST_F(CertificateFilesTest, HalfAChangeLeavesTheLastInUse) {
  const auto files = Open();
  const TestCertificate next = authority_.Issue();
  Write(paths_.cert, next.cert.substr(0, next.cert.size() / 2));
  EXPECT_EQ(CertLater(*files), pair_.cert);
  EXPECT_EQ(CertLater(*files), pair_.cert);
  EXPECT_EQ(told_.size(), 1u) << "once for one reason";
  Write(paths_.cert, next.cert);
  EXPECT_EQ(CertLater(*files), pair_.cert);
  EXPECT_EQ(told_.size(), 2u);
  std::filesystem::remove(paths_.key);
  EXPECT_EQ(CertLater(*files), pair_.cert);
  EXPECT_EQ(told_.size(), 3u);
  Write(paths_.key, next.key);
  EXPECT_EQ(CertLater(*files), next.cert);
  ASSERT_EQ(told_.size(), 4u);
  EXPECT_EQ(told_.back(), "");
}

TEST_F(CertificateFilesTest, TheSameMistakeAfterASuccessIsToldAgain) {
  const auto files = Open();
  for (int i = 0; i < 2; ++i) {
    Write(paths_.cert, "");
    CertLater(*files);
    Write(paths_.cert, pair_.cert);
    CertLater(*files);
  }
  EXPECT_EQ(told_.size(), 2u) << "and that the old one is back is no news";
}

TEST_F(CertificateFilesTest, ACertificateOfTheFutureIsUsedFromItsBeginning) {
  const auto files = Open();
  const absl::Time begins = clock_.Now() + absl::Minutes(2);
  const TestCertificate next = authority_.Issue({}, begins, begins + absl::Hours(1));
  Write(paths_.cert, next.cert);
  Write(paths_.key, next.key);
  EXPECT_EQ(CertLater(*files), pair_.cert);
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(CertLater(*files), next.cert);
  EXPECT_EQ(files->expires(), begins + absl::Hours(1));
}

TEST_F(CertificateFilesTest, ItStaysInUseAfterItHasExpired) {
  const auto files = Open();
  clock_.Advance(absl::Hours(2));
  EXPECT_EQ(CertLater(*files), pair_.cert);
  EXPECT_EQ(told_.size(), 1u) << "somebody should know";
}

}  // namespace
}  // namespace cache_invalidation::tls
