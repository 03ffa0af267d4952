#include "server/rpc/conversion/namespace_conversion.h"

#include <cstdint>
#include <utility>

#include "server/rpc/conversion/field_error.h"
#include "server/rpc/conversion/page.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/rpc/conversion/waiting_conversion.h"

namespace cache_invalidation::rpc {

absl::StatusOr<engine::DeleteNamespace> ToDeleteNamespace(
    const v1::DeleteNamespaceRequest& request) {
  absl::Status status = CheckRequestIdField(request.request_id());
  status.Update(CheckWaiting(request));
  // An empty name does not mean the default namespace here.
  if (request.namespace_().empty()) {
    status.Update(
        AtField("namespace", absl::InvalidArgumentError("expected a name, got an empty one")));
  }
  if (!status.ok()) return status;
  return engine::DeleteNamespace{};
}

absl::Status FromDeleteNamespace(const v1::DeleteNamespaceRequest& request,
                                 const engine::DeleteNamespaceResult& result,
                                 const AnswerContext& context,
                                 v1::DeleteNamespaceResponse* response) {
  response->set_found(result.found);
  FromRevision(result.revision, context.epoch, response->mutable_position());
  FromWaiting(context, response);
  return absl::OkStatus();
}

absl::Status ListNamespaces(const v1::ListNamespacesRequest& request, NamesAfter names_after,
                            google::protobuf::Arena& arena, v1::ListNamespacesResponse* response) {
  const ListIdentity identity = {"namespaces", "", ""};
  const absl::StatusOr<uint32_t> limit = ToPageLimit(request.page_size());
  absl::Status status = limit.status();
  const auto after = ReadPageToken(identity, request.page_token(), arena);
  status.Update(after.status());
  if (!status.ok()) return status;
  std::vector<std::string> names = names_after((*after)->after_name(), *limit + 1);
  const bool more = names.size() > *limit;
  if (more) names.pop_back();
  if (more) {
    internal::v1::PageToken last;
    last.set_after_name(names.back());
    response->set_next_page_token(MakePageToken(identity, std::move(last)));
  }
  for (std::string& name : names) response->add_namespaces()->set_name(std::move(name));
  return absl::OkStatus();
}

}  // namespace cache_invalidation::rpc
