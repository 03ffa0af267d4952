#ifndef CACHE_INVALIDATION_SERVER_ACCESS_ROLE_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_ROLE_H_

#include <optional>

#include "absl/strings/string_view.h"

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

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_ROLE_H_
