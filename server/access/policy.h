// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ACCESS_POLICY_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_POLICY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/access/rate_limits.h"
#include "server/access/roles.h"

namespace cache_invalidation::access {

// The SHA-256 of a token. Tokens themselves are never stored: they are long and random, so a hash
// without salt says nothing about them.
using TokenHash = std::array<uint8_t, 32>;

TokenHash HashOf(absl::string_view token);

// Compares in a time that does not depend on the values.
bool AreEqual(const TokenHash& a, const TokenHash& b);

// What a caller presents to say who it is.
struct Credential {
  // The caller sent something that is no credential: it is refused, and not taken for anonymous.
  bool malformed = false;
  std::optional<TokenHash> token = std::nullopt;
  // The subject alternative names (URI and DNS) of the verified client certificate. Absent: none.
  std::optional<std::vector<std::string>> certificate = std::nullopt;
};

// The pattern of all namespaces. No namespace has this name, so it can stand for a call that
// concerns all of them.
inline constexpr absl::string_view kAllNamespaces = "*";

// Names of namespaces: one name, or all with a prefix.
class NamePattern {
 public:
  // `text`: a name, or a prefix that ends with `*`.
  explicit NamePattern(absl::string_view text);

  bool Matches(absl::string_view name) const {
    return is_prefix_ ? name.substr(0, text_.size()) == text_ : name == text_;
  }

  // As it was given.
  std::string text() const { return is_prefix_ ? text_ + "*" : text_; }

  // Whether it names fewer namespaces than another one that matches the same name.
  bool IsNarrowerThan(const NamePattern& other) const {
    if (is_prefix_ != other.is_prefix_) return other.is_prefix_;
    return text_.size() > other.text_.size();
  }

 private:
  std::string text_;  // without the star
  bool is_prefix_;
};

// A role in some namespaces.
struct Grant {
  Role role;
  std::vector<NamePattern> namespaces;
};

// Who calls: a service, a person, or the callers without a credential together.
struct Principal {
  std::string name;
  std::vector<Grant> grants;
  std::optional<RateLimit> limit;

  // Whether one of the grants has the role, or one that includes it, in the namespace.
  bool MayAct(Role role, absl::string_view namespace_name) const;
};

// The name of the principal of callers without a credential.
inline constexpr absl::string_view kAnonymous = "anonymous";

// Bounds of a policy. A call looks at the hash of every token, which takes about ten microseconds
// at most, and at every grant of its principal.
inline constexpr size_t kMaxPrincipals = 1'000;
inline constexpr size_t kMaxTokens = 2'000;  // two of each principal: the old and the new one
inline constexpr size_t kMaxCertificates = 10'000;
inline constexpr size_t kMaxNamespacesOfPrincipal = 256;  // of all its grants together
inline constexpr size_t kMaxNamespaceLimits = 1'000;

// Who may do what. Immutable, thread-safe.
class Policy {
 public:
  // What a policy consists of. REQUIRES of Policy: no name, token or certificate occurs twice.
  struct Parts {
    std::vector<Principal> principals;
    std::vector<std::pair<TokenHash, size_t>> tokens;          // of the principal at the index
    std::vector<std::pair<std::string, size_t>> certificates;  // the same
    std::optional<Principal> anonymous;
    std::vector<std::pair<NamePattern, RateLimit>> namespace_limits;
  };

  explicit Policy(Parts parts);

  // Returns who presents the credential; it lives as long as the policy. A token is decisive, then
  // the certificate; anonymous is who presents nothing. UNAUTHENTICATED: none of the policy.
  absl::StatusOr<const Principal*> Authenticate(const Credential& credential) const;

  // The limit of a namespace, of all callers together: that of the narrowest pattern that matches
  // it.
  const RateLimit* LimitOf(absl::string_view namespace_name) const;

 private:
  const Principal* OwnerOf(const TokenHash& token) const;
  absl::StatusOr<const Principal*> OwnerOf(const std::vector<std::string>& certificate) const;

  const Parts parts_;
  const absl::flat_hash_map<std::string, size_t> certificates_;
};

// Parses a policy in YAML (policy_text.cc); docs/operations.md describes its form. INVALID_ARGUMENT
// names the line and the field. It never repeats what stands where a hash is expected: that can be
// a token.
absl::StatusOr<std::shared_ptr<const Policy>> ParsePolicy(const std::string& yaml);

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_POLICY_H_
