#ifndef CACHE_INVALIDATION_SERVER_ACCESS_METHOD_ROLES_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_METHOD_ROLES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/access/role.h"

namespace cache_invalidation::access {

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

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_METHOD_ROLES_H_
