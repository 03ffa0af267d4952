// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_ALLOWED_NAMESPACES_H_
#define CACHE_INVALIDATION_SERVER_RPC_ALLOWED_NAMESPACES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::rpc {

// The namespaces that calls may name. Without such a list a name with a typing error is a namespace
// of its own: what is written to it reaches no cache, without an error.
//
// Immutable, thread-safe.
class AllowedNamespaces {
 public:
  // Every name is allowed.
  AllowedNamespaces() = default;
  // Only these; empty: every name.
  explicit AllowedNamespaces(const std::vector<std::string>& names)
      : names_(names.begin(), names.end()) {}

  // NOT_FOUND if calls may not name it.
  absl::Status Check(absl::string_view name) const {
    if (names_.empty() || names_.contains(name)) return absl::OkStatus();
    return absl::NotFoundError(absl::StrCat("namespace: the server has no namespace \"", name,
                                            "\"; --namespaces lists those that it has"));
  }

 private:
  const absl::flat_hash_set<std::string> names_;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_ALLOWED_NAMESPACES_H_
