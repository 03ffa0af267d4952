#include "client/internal/conversion/namespace_conversion.h"

#include "client/internal/conversion/position_conversion.h"
#include "client/internal/conversion/waiting_conversion.h"

namespace cache_invalidation::client::internal {

void ToProto(const ListNamespacesParams& in, v1::ListNamespacesRequest* out) {
  out->set_page_size(in.page_size);
  out->set_page_token(in.page_token);
}

void ToProto(const DeleteNamespaceParams& in, v1::DeleteNamespaceRequest* out) {
  out->set_namespace_(in.name);
  SetWait(in.wait, out);
}

void ToProto(const NamespacePage& in, v1::ListNamespacesResponse* out) {
  for (const std::string& name : in.names) out->add_namespaces()->set_name(name);
  out->set_next_page_token(in.next_page_token);
}

NamespacePage FromProto(const v1::ListNamespacesResponse& in) {
  NamespacePage out{.names = {}, .next_page_token = in.next_page_token()};
  for (const v1::Namespace& found : in.namespaces()) out.names.push_back(found.name());
  return out;
}

void ToProto(const NamespaceDeletion& in, v1::DeleteNamespaceResponse* out) {
  out->set_found(in.found);
  ToProto(in.position, out->mutable_position());
  if (in.waiting.has_value()) ToProto(*in.waiting, out->mutable_waiting());
}

NamespaceDeletion FromProto(const v1::DeleteNamespaceResponse& in) {
  NamespaceDeletion out{
      .found = in.found(), .position = FromProto(in.position()), .waiting = std::nullopt};
  if (in.has_waiting()) out.waiting = FromProto(in.waiting());
  return out;
}

}  // namespace cache_invalidation::client::internal
