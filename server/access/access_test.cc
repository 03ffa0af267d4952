// SPDX-License-Identifier: Apache-2.0

#include "server/access/access.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "server/access/policy.h"
#include "server/access/roles.h"
#include "server/access/testing/counting_observer.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::access {
namespace {

class AccessTest : public testing::Test {
 protected:
  void SetPolicy(const std::string& yaml) {
    absl::StatusOr<std::shared_ptr<const Policy>> policy = ParsePolicy(yaml);
    ASSERT_TRUE(policy.ok()) << policy.status();
    access_.SetPolicy(*std::move(policy));
  }

  FakeClock clock_;
  CountingObserver observer_;
  const std::unique_ptr<AuditLog> audit_ = *AuditLog::Open("", clock_, observer_);
  Access access_{clock_, *audit_, observer_};
};

TEST_F(AccessTest, WithoutAPolicyEverythingIsAllowed) {
  EXPECT_FALSE(access_.has_policy());
  const absl::StatusOr<Caller> caller = access_.Authenticate({.malformed = true});
  ASSERT_TRUE(caller.ok());
  EXPECT_TRUE(access_.IsCurrent(*caller));
  EXPECT_TRUE(caller->Check(Role::kAdmin, "any").ok());
  EXPECT_EQ(access_.TakeOfPrincipal(*caller), absl::ZeroDuration());
  EXPECT_EQ(access_.TakeOfNamespace(*caller, "any"), absl::ZeroDuration());
}

TEST_F(AccessTest, ADenialNamesTheRoleAndTheNamespace) {
  SetPolicy("anonymous: {roles: [{role: writer, namespaces: [shop]}]}");
  const Caller caller = *access_.Authenticate({});
  EXPECT_TRUE(caller.Check(Role::kWriter, "shop").ok());
  EXPECT_EQ(caller.Check(Role::kAdmin, "shop"),
            absl::PermissionDeniedError("namespace: the caller needs the role admin in \"shop\""));
  EXPECT_EQ(
      caller.Check(Role::kReader, "other"),
      absl::PermissionDeniedError("namespace: the caller needs the role reader in \"other\""));
}

// A stream keeps its caller: it notices that the policy is another, and asks again.
TEST_F(AccessTest, ACallerIsOfOnePolicy) {
  SetPolicy("anonymous: {roles: [{role: writer, namespaces: [shop]}]}");
  const Caller before = *access_.Authenticate({});
  EXPECT_TRUE(access_.IsCurrent(before));
  SetPolicy("anonymous: {roles: [{role: reader, namespaces: [shop]}]}");
  EXPECT_FALSE(access_.IsCurrent(before));
  EXPECT_TRUE(before.Check(Role::kWriter, "shop").ok());
  EXPECT_FALSE(access_.Authenticate({})->Check(Role::kWriter, "shop").ok());
}

TEST_F(AccessTest, LimitsOutliveAPolicy) {
  const std::string policy = "anonymous: {limits: {calls_per_second: 1, burst: 2}}";
  SetPolicy(policy);
  EXPECT_EQ(access_.TakeOfPrincipal(*access_.Authenticate({})), absl::ZeroDuration());
  EXPECT_EQ(access_.TakeOfPrincipal(*access_.Authenticate({})), absl::ZeroDuration());
  SetPolicy(policy);
  EXPECT_EQ(access_.TakeOfPrincipal(*access_.Authenticate({})), absl::Seconds(1));
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(access_.TakeOfPrincipal(*access_.Authenticate({})), absl::ZeroDuration());
}

// A pattern gives each namespace that it matches a limit of its own.
TEST_F(AccessTest, ALimitOfANamespaceIsSharedByItsCallers) {
  SetPolicy("anonymous: {}\nnamespaces: [{name: 'a*', limits: {calls_per_second: 1}}]");
  const Caller one = *access_.Authenticate({});
  const Caller other = *access_.Authenticate({});
  EXPECT_EQ(access_.TakeOfNamespace(one, "a1"), absl::ZeroDuration());
  EXPECT_EQ(access_.TakeOfNamespace(other, "a1"), absl::Seconds(1));
  EXPECT_EQ(access_.TakeOfNamespace(other, "a2"), absl::ZeroDuration());
  EXPECT_EQ(access_.TakeOfNamespace(other, "b"), absl::ZeroDuration());
}

TEST_F(AccessTest, WhatIsTakenInAdvanceCountsForBoth) {
  SetPolicy(
      "anonymous: {limits: {calls_per_second: 10, burst: 1}}\n"
      "namespaces: [{name: a, limits: {calls_per_second: 1}}]");
  const Caller caller = *access_.Authenticate({});
  EXPECT_EQ(access_.TakeInAdvance(caller, ""), absl::ZeroDuration());
  EXPECT_EQ(access_.TakeInAdvance(caller, "a"), absl::Milliseconds(100));
  EXPECT_EQ(access_.TakeInAdvance(caller, "a"), absl::Seconds(1));
}

TEST(MethodRolesTest, AreSortedByName) {
  for (size_t i = 1; i < Methods().size(); ++i) {
    EXPECT_LT(Methods()[i - 1].name, Methods()[i].name);
  }
}

}  // namespace
}  // namespace cache_invalidation::access
