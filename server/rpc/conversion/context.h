#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_CONTEXT_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_CONTEXT_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::rpc {

// Returns OK if the bytes are an encoded google.protobuf.Struct within the limits of a write's
// context; otherwise INVALID_ARGUMENT, which names the place inside: `context.old.name: ...`.
// `field`: the beginning of that path.
absl::Status CheckContext(absl::string_view field, absl::string_view encoded);

// A write's context, decoded and completed (CompleteContext) on the first call of Get.
//
// Thread-compatible: even reading may decode.
class EncodedContext final : public JsonSource {
 public:
  // REQUIRES: CheckContext(encoded) is OK. Holds a view of the bytes.
  explicit EncodedContext(absl::string_view encoded) : encoded_(encoded) {}

  const JsonValue& Get() const override;

 private:
  const absl::string_view encoded_;
  mutable std::optional<JsonValue> decoded_;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_CONTEXT_H_
