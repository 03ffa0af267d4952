// SPDX-License-Identifier: Apache-2.0

#include "client/internal/pem.h"

#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

std::string Read(const std::string& name) {
  std::ifstream file("client/internal/" + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string Message(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

class PemTest : public testing::Test {
 protected:
  const std::string certificate_ = Read("test_certificate.pem");
  const std::string key_ = Read("test_key.pem");
};

TEST_F(PemTest, TakesWhatOpensslWrites) {
  EXPECT_EQ(CheckPemCertificates(certificate_), absl::OkStatus());
  EXPECT_EQ(CheckPemCertificates("# a comment\n" + certificate_ + certificate_), absl::OkStatus());
  EXPECT_EQ(CheckPemPrivateKey(key_), absl::OkStatus());
}

TEST_F(PemTest, SaysWhatIsWrong) {
  const std::string none = "expected PEM certificates, got a text without one";
  EXPECT_EQ(Message(CheckPemCertificates("none")), none);
  EXPECT_EQ(Message(CheckPemCertificates("/etc/ssl/roots.pem")), none) << "a path, not its content";
  EXPECT_EQ(Message(CheckPemCertificates(key_)), none) << "the two were swapped";
  EXPECT_EQ(Message(CheckPemPrivateKey(certificate_)), "expected one PEM private key, got none");
  EXPECT_EQ(Message(CheckPemPrivateKey(key_ + key_)), "expected one PEM private key, got several");
  EXPECT_EQ(Message(CheckPemPrivateKey("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
                                       "-----END ENCRYPTED PRIVATE KEY-----\n")),
            "the private key is encrypted with a passphrase");
  EXPECT_EQ(Message(CheckPemPrivateKey("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                                       "AAAA\n-----END RSA PRIVATE KEY-----\n")),
            "the private key is encrypted with a passphrase");
}

// A file that was copied in part, or changed.
TEST_F(PemTest, FindsDamage) {
  EXPECT_EQ(Message(CheckPemCertificates(certificate_.substr(0, certificate_.size() / 2))),
            "the block \"CERTIFICATE\" has no END");
  EXPECT_EQ(Message(CheckPemCertificates("-----BEGIN CERTIF")),
            "the line of a BEGIN is not complete");
  const std::string damaged =
      "the block \"CERTIFICATE\" is damaged: not the base64 of an ASN.1 sequence";
  for (const char* content : {"", "?", "AAAA", "MA==", "MIIB", "MP8B"}) {
    EXPECT_EQ(Message(CheckPemCertificates(std::string("-----BEGIN CERTIFICATE-----\n") + content +
                                           "\n-----END CERTIFICATE-----\n")),
              damaged)
        << content;
  }
  std::string shorter = certificate_;
  shorter.erase(shorter.size() / 2, 4);
  EXPECT_EQ(Message(CheckPemCertificates(shorter)), damaged);
}

}  // namespace
}  // namespace cache_invalidation::client::internal
