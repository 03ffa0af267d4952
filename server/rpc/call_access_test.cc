// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/call_access.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grpcpp/security/auth_context.h"
#include "gtest/gtest.h"

namespace cache_invalidation::rpc {
namespace {

using Names = std::vector<std::string>;
using Properties = std::multimap<std::string, std::string>;

class NoProperties : public grpc::AuthPropertyIterator {};

// What gRPC says of the peer of a connection.
class Peer final : public grpc::AuthContext {
 public:
  explicit Peer(Properties properties, bool is_authenticated = true)
      : properties_(std::move(properties)), is_authenticated_(is_authenticated) {}

  bool IsPeerAuthenticated() const override { return is_authenticated_; }
  std::vector<grpc::string_ref> GetPeerIdentity() const override { return {}; }
  std::string GetPeerIdentityPropertyName() const override { return ""; }
  std::vector<grpc::string_ref> FindPropertyValues(const std::string& name) const override {
    std::vector<grpc::string_ref> values;
    const auto [first, last] = properties_.equal_range(name);
    for (auto one = first; one != last; ++one) values.emplace_back(one->second);
    return values;
  }
  grpc::AuthPropertyIterator begin() const override { return NoProperties(); }
  grpc::AuthPropertyIterator end() const override { return NoProperties(); }
  void AddProperty(const std::string& /*key*/, const grpc::string_ref& /*value*/) override {}
  bool SetPeerIdentityPropertyName(const std::string& /*name*/) override { return false; }

 private:
  const Properties properties_;
  const bool is_authenticated_;
};

TEST(CertificateOfTest, TakesTheNamesThatAreUrisAndHosts) {
  const Peer peer(Properties{{"x509_common_name", "orders"},
                             {"peer_uri", "spiffe://shop/orders"},
                             {"peer_spiffe_id", "spiffe://shop/orders"},
                             {"peer_dns", "orders.shop.svc"},
                             {"peer_dns", "orders"},
                             {"peer_email", "orders@shop.example"},
                             {"peer_ip", "10.0.0.7"}});
  EXPECT_EQ(CertificateOf(peer), Names({"spiffe://shop/orders", "orders.shop.svc", "orders"}));
}

TEST(CertificateOfTest, AUriIsNoHostAndAHostNoUri) {
  EXPECT_EQ(CertificateOf(Peer(
                Properties{{"peer_uri", "orders.shop.svc"}, {"peer_dns", "spiffe://shop/orders"}})),
            Names());
}

TEST(CertificateOfTest, ACertificateWithoutNamesIsStillOne) {
  EXPECT_EQ(CertificateOf(Peer(Properties{{"x509_common_name", "orders"}})), Names());
}

TEST(CertificateOfTest, WhatWasNotVerifiedIsNone) {
  EXPECT_EQ(CertificateOf(Peer(Properties{{"peer_uri", "spiffe://shop/orders"}}, false)),
            std::nullopt);
}

}  // namespace
}  // namespace cache_invalidation::rpc
