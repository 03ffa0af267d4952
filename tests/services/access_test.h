// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SERVICES_ACCESS_TEST_H_
#define CACHE_INVALIDATION_TESTS_SERVICES_ACCESS_TEST_H_

#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grpcpp/client_context.h"
#include "server/access/policy.h"
#include "tests/services/service_test.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {

// Lines of a policy.

// A principal whose token is its name; `rest`: its other members, as `roles: [...]`.
inline std::string PrincipalLine(const std::string& name, const std::string& rest) {
  const access::TokenHash hash = access::HashOf(name);
  const std::string hex = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
  return absl::StrCat("  - {name: ", name, ", tokens: [{sha256: ", hex, "}], ", rest, "}\n");
}

inline std::string RoleIn(const std::string& role, const std::string& namespaces) {
  return absl::StrCat("roles: [{role: ", role, ", namespaces: [", namespaces, "]}]");
}

// Where the policy of a test is. A base, so that it exists before the server.
class PolicyDirectory {
 protected:
  explicit PolicyDirectory(const std::string& policy) { WritePolicy(policy); }

  void WritePolicy(const std::string& policy) const { std::ofstream(policy_file()) << policy; }
  std::string policy_file() const { return directory_.path() + "/policy.yaml"; }
  std::string audit_log() const { return directory_.path() + "/audit.log"; }

  ServerOptions WithPolicy(ServerOptions options = WithoutNetwork()) const {
    options.policy_file = policy_file();
    options.audit_log = audit_log();
    return options;
  }

 private:
  const TemporaryDirectory directory_;
};

// A server with a policy.
class AccessServiceTest : protected PolicyDirectory, public ServiceTest {
 protected:
  explicit AccessServiceTest(const std::string& policy, ServerOptions options = WithoutNetwork())
      : PolicyDirectory(policy), ServiceTest(WithPolicy(std::move(options))) {}

  void ChangePolicy(const std::string& policy) {
    WritePolicy(policy);
    server().Reload();
  }

  // The context of a call with this token; empty: without one.
  static std::unique_ptr<grpc::ClientContext> As(const std::string& token) {
    auto context = std::make_unique<grpc::ClientContext>();
    if (!token.empty()) context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
    return context;
  }

  // A call with this token.
  template <typename Stub, typename Request, typename Response>
  static grpc::Status CallAs(const std::string& token, Stub& stub,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                             const std::string& request, Response* response = nullptr) {
    Response unused;
    const auto context = As(token);
    return (stub.*method)(context.get(), FromText<Request>(request),
                          response == nullptr ? &unused : response);
  }
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SERVICES_ACCESS_TEST_H_
