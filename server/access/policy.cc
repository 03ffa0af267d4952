// SPDX-License-Identifier: Apache-2.0

#include "server/access/policy.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "openssl/crypto.h"
#include "openssl/sha.h"

namespace cache_invalidation::access {

TokenHash HashOf(absl::string_view token) {
  static_assert(std::tuple_size_v<TokenHash> == SHA256_DIGEST_LENGTH);
  TokenHash hash;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  return hash;
}

bool AreEqual(const TokenHash& a, const TokenHash& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

NamePattern::NamePattern(absl::string_view text)
    : text_(absl::StripSuffix(text, "*")), is_prefix_(absl::EndsWith(text, "*")) {}

bool Principal::MayAct(Role role, absl::string_view namespace_name) const {
  return std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
    return grant.role >= role &&
           std::any_of(grant.namespaces.begin(), grant.namespaces.end(),
                       [&](const NamePattern& names) { return names.Matches(namespace_name); });
  });
}

Policy::Policy(Parts parts)
    : parts_(std::move(parts)),
      certificates_(parts_.certificates.begin(), parts_.certificates.end()) {}

// Looks at every token, so that the time does not say how much of one was right.
const Principal* Policy::OwnerOf(const TokenHash& token) const {
  const Principal* owner = nullptr;
  for (const auto& [hash, principal] : parts_.tokens) {
    if (AreEqual(hash, token)) owner = &parts_.principals[principal];
  }
  return owner;
}

absl::StatusOr<const Principal*> Policy::OwnerOf(
    const std::vector<std::string>& certificate) const {
  const Principal* owner = nullptr;
  for (const std::string& name : certificate) {
    const auto found = certificates_.find(name);
    if (found == certificates_.end()) continue;
    const Principal* principal = &parts_.principals[found->second];
    if (owner != nullptr && owner != principal) {
      return absl::UnauthenticatedError("the client certificate has names of several principals");
    }
    owner = principal;
  }
  if (owner != nullptr) return owner;
  return absl::UnauthenticatedError("no name of the client certificate is known");
}

absl::StatusOr<const Principal*> Policy::Authenticate(const Credential& credential) const {
  if (credential.malformed) {
    return absl::UnauthenticatedError(
        "expected one `authorization: Bearer TOKEN` in the metadata, got something else");
  }
  if (credential.token) {
    const Principal* owner = OwnerOf(*credential.token);
    if (owner == nullptr) return absl::UnauthenticatedError("the token is unknown");
    return owner;
  }
  if (credential.certificate) return OwnerOf(*credential.certificate);
  if (parts_.anonymous) return &*parts_.anonymous;
  return absl::UnauthenticatedError(
      "expected `authorization: Bearer TOKEN` in the metadata or a client certificate, got "
      "neither");
}

const RateLimit* Policy::LimitOf(absl::string_view namespace_name) const {
  const std::pair<NamePattern, RateLimit>* narrowest = nullptr;
  for (const auto& limit : parts_.namespace_limits) {
    if (!limit.first.Matches(namespace_name)) continue;
    if (narrowest == nullptr || limit.first.IsNarrowerThan(narrowest->first)) narrowest = &limit;
  }
  return narrowest == nullptr ? nullptr : &narrowest->second;
}

}  // namespace cache_invalidation::access
