#ifndef CACHE_INVALIDATION_SERVER_RPC_AUDITED_CHANGES_H_
#define CACHE_INVALIDATION_SERVER_RPC_AUDITED_CHANGES_H_

#include <string>
#include <vector>

#include "server/engine/command.h"

namespace cache_invalidation::rpc {

// What the audit log says of a command: what there is after it, as `rule NAME` or
// `batch delay 100ms`, and what there is not, as `no rule NAME`. Empty for commands that do not
// need an admin.
std::vector<std::string> AuditedChanges(const engine::Command& command);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_AUDITED_CHANGES_H_
