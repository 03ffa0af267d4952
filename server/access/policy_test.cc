// SPDX-License-Identifier: Apache-2.0

#include "server/access/policy.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace cache_invalidation::access {
namespace {

// The token is `t-orders`.
constexpr char kPolicy[] = R"(
principals:
  - name: orders
    tokens: [{sha256: 57df546d7daa743e349bbdb2edeee82b5860093f6cc6469fc3c3aaa6d9833770}]
    certificates: [spiffe://shop/orders, orders.shop.svc]
    roles:
      - {role: writer, namespaces: [shop, "shop-*"]}
      - {role: reader, namespaces: ["*"]}
  - name: search
    certificates: [spiffe://shop/search]
    roles: [{role: admin, namespaces: [search]}]
anonymous:
  roles: [{role: reader, namespaces: [public]}]
namespaces:
  - {name: "*", limits: {calls_per_second: 1}}
  - {name: "shop-*", limits: {calls_per_second: 2}}
  - {name: "shop-e*", limits: {calls_per_second: 3}}
  - {name: shop-eu, limits: {calls_per_second: 4}}
)";

std::shared_ptr<const Policy> Parse(std::string text) {
  absl::StatusOr<std::shared_ptr<const Policy>> policy = ParsePolicy(text);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return *std::move(policy);
}

class PolicyTest : public testing::Test {
 protected:
  std::string NameOf(const Credential& credential) const {
    const absl::StatusOr<const Principal*> principal = policy_->Authenticate(credential);
    if (principal.ok()) return (*principal)->name;
    EXPECT_EQ(principal.status().code(), absl::StatusCode::kUnauthenticated);
    return std::string(principal.status().message());
  }

  const TokenHash known_ = HashOf("t-orders");
  const std::shared_ptr<const Policy> policy_ = Parse(kPolicy);
};

using Names = std::vector<std::string>;

TEST_F(PolicyTest, KnowsWhoPresentsACredential) {
  EXPECT_EQ(NameOf({.token = known_}), "orders");
  EXPECT_EQ(NameOf({.certificate = Names{"spiffe://shop/search"}}), "search");
  EXPECT_EQ(NameOf({.certificate = Names{"other.name", "orders.shop.svc"}}), "orders");
  EXPECT_EQ(NameOf({.certificate = Names{"spiffe://shop/orders", "orders.shop.svc"}}), "orders");
  EXPECT_EQ(NameOf({}), "anonymous");
}

TEST_F(PolicyTest, ATokenIsDecisive) {
  EXPECT_EQ(NameOf({.token = known_, .certificate = Names{"spiffe://shop/search"}}), "orders");
  EXPECT_EQ(NameOf({.token = HashOf("?"), .certificate = Names{"spiffe://shop/search"}}),
            "the token is unknown");
}

// Whoever presents something unknown has made a mistake, or tries: it is not anonymous.
TEST_F(PolicyTest, AnUnknownCredentialIsNotAnonymous) {
  EXPECT_EQ(NameOf({.token = HashOf("?")}), "the token is unknown");
  EXPECT_EQ(NameOf({.certificate = Names{"a"}}), "no name of the client certificate is known");
  EXPECT_EQ(NameOf({.certificate = Names{}}), "no name of the client certificate is known");
  EXPECT_EQ(NameOf({.certificate = Names{"spiffe://shop/orders", "spiffe://shop/search"}}),
            "the client certificate has names of several principals");
  EXPECT_EQ(NameOf({.malformed = true, .token = known_}),
            "expected one `authorization: Bearer TOKEN` in the metadata, got something else");
}

TEST_F(PolicyTest, WithoutAnonymousACredentialIsRequired) {
  const auto policy = Parse("principals: [{name: a}]");
  const absl::Status status = policy->Authenticate({}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(status.message(),
            "expected `authorization: Bearer TOKEN` in the metadata or a client certificate, got "
            "neither");
}

TEST_F(PolicyTest, RolesIncludeThoseBeforeThem) {
  const Principal& orders = **policy_->Authenticate({.token = known_});
  EXPECT_TRUE(orders.MayAct(Role::kReader, "shop"));
  EXPECT_TRUE(orders.MayAct(Role::kWriter, "shop"));
  EXPECT_FALSE(orders.MayAct(Role::kAdmin, "shop"));
  EXPECT_TRUE(orders.MayAct(Role::kWriter, "shop-eu"));
  EXPECT_FALSE(orders.MayAct(Role::kWriter, "shopping"));
  EXPECT_TRUE(orders.MayAct(Role::kReader, "shopping"));
  EXPECT_FALSE(orders.MayAct(Role::kWriter, "*"));
  const Principal& search = **policy_->Authenticate({.certificate = Names{"spiffe://shop/search"}});
  EXPECT_TRUE(search.MayAct(Role::kReader, "search"));
  EXPECT_TRUE(search.MayAct(Role::kAdmin, "search"));
  EXPECT_FALSE(search.MayAct(Role::kReader, "shop"));
}

TEST_F(PolicyTest, TheNarrowestPatternLimitsANamespace) {
  EXPECT_EQ(policy_->LimitOf("other")->calls_per_second, 1);
  EXPECT_EQ(policy_->LimitOf("shop-us")->calls_per_second, 2);
  EXPECT_EQ(policy_->LimitOf("shop-es")->calls_per_second, 3);
  EXPECT_EQ(policy_->LimitOf("shop-eu")->calls_per_second, 4);
  EXPECT_EQ(Parse("anonymous: {}")->LimitOf("shop"), nullptr);
}

TEST(CredentialTest, HashesAsSha256Sum) {
  // printf %s abc | sha256sum
  const TokenHash hash = HashOf("abc");
  EXPECT_EQ(hash[0], 0xba);
  EXPECT_EQ(hash[1], 0x78);
  EXPECT_EQ(hash[31], 0xad);
  EXPECT_TRUE(AreEqual(hash, HashOf("abc")));
  EXPECT_FALSE(AreEqual(hash, HashOf("abd")));
}

}  // namespace
}  // namespace cache_invalidation::access
