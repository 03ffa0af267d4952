#include "server/rpc/admission.h"

#include <variant>

namespace cache_invalidation::rpc {

absl::Status Admission::Admit() const {
  if (level_ != Level::kNothing) return absl::OkStatus();
  return absl::UnavailableError("the server has nearly run out of memory; retry with backoff");
}

absl::Status Admission::AdmitToKeep() const {
  if (level_ == Level::kAll) return absl::OkStatus();
  return absl::ResourceExhaustedError("the server has no memory to keep more");
}

absl::Status Admission::AdmitCommand(const engine::Command& command) const {
  const bool keeps = std::holds_alternative<engine::TrackEntries>(command) ||
                     std::holds_alternative<engine::AddCacheDependency>(command) ||
                     std::holds_alternative<engine::RegisterRule>(command) ||
                     std::holds_alternative<engine::RegisterRelationship>(command);
  return keeps ? AdmitToKeep() : absl::OkStatus();
}

}  // namespace cache_invalidation::rpc
