#ifndef CACHE_INVALIDATION_SERVER_RPC_NAMESPACE_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_NAMESPACE_CONVERSION_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/arena.h"
#include "protos/cache_invalidation/v1/namespace_service.pb.h"
#include "server/engine/command.h"
#include "server/engine/reply.h"
#include "server/rpc/answer_context.h"

namespace cache_invalidation::rpc {

// The requests of NamespaceService, checked, and its answers.
absl::StatusOr<engine::DeleteNamespace> ToDeleteNamespace(
    const v1::DeleteNamespaceRequest& request);
absl::Status FromDeleteNamespace(const v1::DeleteNamespaceRequest& request,
                                 const engine::DeleteNamespaceReply& reply,
                                 const AnswerContext& context,
                                 v1::DeleteNamespaceResponse* response);

// Fills in the page that is asked for. `names_after`: the names behind one, sorted, at most so
// many.
using NamesAfter =
    absl::FunctionRef<std::vector<std::string>(absl::string_view name, size_t limit)>;
absl::Status ListNamespaces(const v1::ListNamespacesRequest& request, NamesAfter names_after,
                            google::protobuf::Arena& arena, v1::ListNamespacesResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_NAMESPACE_CONVERSION_H_
