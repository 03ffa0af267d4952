#ifndef CACHE_INVALIDATION_SERVER_RPC_CONTEXT_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONTEXT_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::rpc {

// Whether the bytes are an encoded google.protobuf.Struct within the limits of a write's context.
// INVALID_ARGUMENT names the place inside: `context.old.name: ...`. `field` is how the path begins.
absl::Status CheckContext(absl::string_view field, absl::string_view encoded);

// A write's context, left encoded until somebody looks at it; then completed (CompleteContext).
//
// Thread-compatible: even reading may decode.
class EncodedContext final : public JsonSource {
 public:
  // REQUIRES: CheckContext(encoded) is OK. Views the bytes.
  explicit EncodedContext(absl::string_view encoded) : encoded_(encoded) {}

  const JsonValue& Get() const override;

 private:
  const absl::string_view encoded_;
  mutable std::optional<JsonValue> decoded_;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONTEXT_H_
