// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ACCESS_ROLES_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_ROLES_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cache_invalidation::access {

// What a principal may do in a namespace. Each role includes those before it.
enum class Role {
  kReader,  // asks and subscribes: whatever changes nothing
  kWriter,  // reports writes, invalidates, tracks entries, declares dependencies
  kAdmin,   // changes rules, relationships and the delay of batches, deletes the namespace
};

constexpr absl::string_view RoleName(Role role) {
  return role == Role::kReader ? "reader" : role == Role::kWriter ? "writer" : "admin";
}

// Absent: no role has that name.
constexpr std::optional<Role> RoleOfName(absl::string_view name) {
  for (Role role : {Role::kReader, Role::kWriter, Role::kAdmin}) {
    if (name == RoleName(role)) return role;
  }
  return std::nullopt;
}

// A method of the contract, and the role that a call needs in the namespace that it names. A call
// that concerns all namespaces names none: ListNamespaces returns those of which the caller is a
// reader, and StreamBackup needs the role in kAllNamespaces.
//
// Every call that needs an admin is written to the audit log.
struct Method {
  absl::string_view name;  // `package.Service/Method`
  Role role;
};

// Every method, sorted by name.
absl::Span<const Method> Methods();

// REQUIRES: the table has the method. `service` is the full name.
const Method& MethodOf(absl::string_view service, absl::string_view method);

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_ROLES_H_
