// SPDX-License-Identifier: Apache-2.0

// Every method of the contract, by every kind of caller, over a real server.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/namespace_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "server/access/roles.h"
#include "tests/services/access_test.h"
#include "tests/services/any_method.h"

namespace cache_invalidation {
namespace {

using access::Role;
using grpc::StatusCode;

const std::string& Policy() {
  static const std::string& policy = *new std::string(
      absl::StrCat("principals:\n", PrincipalLine("reader", RoleIn("reader", "shop")),
                   PrincipalLine("writer", RoleIn("writer", "shop")),
                   PrincipalLine("admin", RoleIn("admin", "shop")),
                   PrincipalLine("stranger", RoleIn("admin", "other, 'other-*'")),
                   PrincipalLine("operator", RoleIn("admin", "'*'"))));
  return policy;
}

class AccessMatrixTest : public AccessServiceTest {
 protected:
  AccessMatrixTest() : AccessServiceTest(Policy()) {}

  grpc::Status Call(const std::string& token, const google::protobuf::MethodDescriptor& method,
                    const std::string& namespace_name = "shop") {
    const auto context = As(token);
    return CallMethod(channel(), *context, method, *RequestIn(method, namespace_name));
  }

  void Create(const std::string& namespace_name) {
    const auto stub = NewStub<v1::InvalidationService>();
    const grpc::Status status =
        CallAs("operator", *stub, &v1::InvalidationService::Stub::Invalidate,
               absl::StrCat("tags: 't' namespace: '", namespace_name, "'"));
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  std::vector<std::string> ListedAs(const std::string& token) {
    const auto stub = NewStub<v1::NamespaceService>();
    std::vector<std::string> names;
    std::string next;
    do {
      v1::ListNamespacesResponse page;
      const grpc::Status status =
          CallAs(token, *stub, &v1::NamespaceService::Stub::ListNamespaces,
                 absl::StrCat("page_size: 1 page_token: '", next, "'"), &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      for (const auto& one : page.namespaces()) names.push_back(one.name());
      EXPECT_LE(page.namespaces_size(), 1);
      next = page.next_page_token();
    } while (!next.empty());
    return names;
  }
};

TEST_F(AccessMatrixTest, EveryMethodHasARole) {
  std::set<std::string> contract;
  for (const auto* method : ContractMethods()) contract.insert(FullName(*method));
  std::set<std::string> table;
  for (const access::Method& method : access::Methods()) table.insert(std::string(method.name));
  EXPECT_EQ(table, contract) << "server/access/roles.cc";
}

// Whether the caller may is decided before the request is looked at, which most of these methods
// would not accept.
TEST_F(AccessMatrixTest, EveryMethodByEveryCaller) {
  const struct {
    const char* token;
    int role;  // in the namespace; -1: none
  } kCallers[] = {{"reader", 0}, {"writer", 1}, {"admin", 2}, {"operator", 2}, {"stranger", -1}};
  for (const auto* method : ContractMethods()) {
    const Role needed = access::MethodOf(method->service()->full_name(), method->name()).role;
    const bool is_of_all = method->name() == "ListNamespaces";
    const bool is_of_operators = method->name() == "StreamBackup";
    for (const char* token : {"", "unknown"}) {
      EXPECT_EQ(Call(token, *method).error_code(), StatusCode::UNAUTHENTICATED)
          << token << FullName(*method);
    }
    for (const auto& caller : kCallers) {
      const grpc::Status status = Call(caller.token, *method);
      const bool may = is_of_operators ? caller.token == absl::string_view("operator")
                                       : is_of_all || caller.role >= static_cast<int>(needed);
      EXPECT_NE(status.error_code(), StatusCode::UNAUTHENTICATED);
      EXPECT_EQ(status.error_code() == StatusCode::PERMISSION_DENIED, !may)
          << caller.token << " " << FullName(*method) << ": " << status.error_message();
      if (may) continue;
      EXPECT_EQ(status.error_message(),
                absl::StrCat("namespace: the caller needs the role ", access::RoleName(needed),
                             is_of_operators ? " in \"*\"" : " in \"shop\""));
    }
  }
}

TEST_F(AccessMatrixTest, ADenialDoesNotSayWhetherTheNamespaceExists) {
  Create("shop");
  for (const auto* method : ContractMethods()) {
    const grpc::Status existing = Call("stranger", *method, "shop");
    const grpc::Status missing = Call("stranger", *method, "void");
    EXPECT_EQ(existing.error_code(), missing.error_code());
    EXPECT_EQ(absl::StrReplaceAll(existing.error_message(), {{"shop", "void"}}),
              missing.error_message());
  }
}

TEST_F(AccessMatrixTest, NamespacesAreListedToTheirReaders) {
  for (const char* name : {"a", "other", "other-1", "shop", "zoo"}) Create(name);
  using Names = std::vector<std::string>;
  EXPECT_EQ(ListedAs("reader"), Names({"shop"}));
  EXPECT_EQ(ListedAs("stranger"), Names({"other", "other-1"}));
  EXPECT_EQ(ListedAs("operator"), Names({"a", "other", "other-1", "shop", "zoo"}));
}

TEST_F(AccessMatrixTest, HealthNeedsNoCredential) {
  const auto stub = grpc::health::v1::Health::NewStub(channel());
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckResponse response;
  EXPECT_TRUE(stub->Check(&context, {}, &response).ok());
}

TEST_F(AccessMatrixTest, WhatIsNoTokenIsRefused) {
  const auto stub = NewStub<v1::StatsService>();
  const auto call = [&](const std::vector<std::string>& headers) {
    grpc::ClientContext context;
    for (const std::string& header : headers) context.AddMetadata("authorization", header);
    v1::GetInvalidationStatsResponse response;
    v1::GetInvalidationStatsRequest request;
    request.set_namespace_("shop");
    return stub->GetInvalidationStats(&context, request, &response).error_code();
  };
  EXPECT_EQ(call({"Bearer reader"}), StatusCode::OK);
  EXPECT_EQ(call({"bearer reader"}), StatusCode::OK);
  EXPECT_EQ(call({"Basic reader"}), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(call({"reader"}), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(call({"Bearer "}), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(call({"Bearer reader", "Bearer admin"}), StatusCode::UNAUTHENTICATED);
}

// A token says where a list goes on, not what its reader may see.
TEST_F(AccessMatrixTest, APageTokenOfAnotherCallerShowsNothingOfIts) {
  for (const char* name : {"other", "other-1", "shop", "zoo"}) Create(name);
  const auto stub = NewStub<v1::NamespaceService>();
  using Namespaces = v1::NamespaceService::Stub;
  v1::ListNamespacesResponse page;
  ASSERT_TRUE(CallAs("operator", *stub, &Namespaces::ListNamespaces, "page_size: 1", &page).ok());
  ASSERT_EQ(page.namespaces_size(), 1);
  EXPECT_EQ(page.namespaces(0).name(), "other");
  const std::string rest = absl::StrCat("page_token: '", page.next_page_token(), "'");
  v1::ListNamespacesResponse others;
  EXPECT_TRUE(CallAs("reader", *stub, &Namespaces::ListNamespaces, rest, &others).ok());
  ASSERT_EQ(others.namespaces_size(), 1);
  EXPECT_EQ(others.namespaces(0).name(), "shop");
  EXPECT_EQ(others.next_page_token(), "");

  // Tokens of lists in a namespace are of that namespace.
  const auto rules = NewStub<v1::RuleService>();
  using Rules = v1::RuleService::Stub;
  for (const char* name : {"a", "b"}) {
    EXPECT_TRUE(CallAs("operator", *rules, &Rules::RegisterRule,
                       absl::StrCat("namespace: 'other' rule { name: '", name,
                                    "' trigger_tags: 't' invalidate_tags: 'u' }"))
                    .ok());
  }
  v1::ListRulesResponse listed;
  ASSERT_TRUE(
      CallAs("stranger", *rules, &Rules::ListRules, "namespace: 'other' page_size: 1", &listed)
          .ok());
  const auto list = [&](const std::string& token, const std::string& namespace_name) {
    return CallAs(token, *rules, &Rules::ListRules,
                  absl::StrCat("namespace: '", namespace_name, "' page_token: '",
                               listed.next_page_token(), "'"));
  };
  EXPECT_EQ(list("reader", "other").error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(list("reader", "shop").error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(list("operator", "other").ok());
}

TEST(AccessStartTest, AWrongPolicyEndsTheStart) {
  ServerOptions options = WithoutNetwork();
  options.policy_file = "/nowhere/policy.yaml";
  EXPECT_EQ(
      Server::Start(options).status(),
      absl::InvalidArgumentError("policy file /nowhere/policy.yaml: No such file or directory"));
  options.policy_file = "";
  options.audit_log = "/nowhere/audit.log";
  EXPECT_EQ(Server::Start(options).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace cache_invalidation
