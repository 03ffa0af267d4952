#include "common/condition/condition.h"

#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation {

absl::Status CheckCondition(absl::string_view text) {
  if (text.empty()) return absl::OkStatus();
  if (text.size() > kMaxConditionBytes) return CheckText(text, 0, kMaxConditionBytes);
  return absl::UnimplementedError(
      "expected no condition: this server does not evaluate conditions yet");
}

}  // namespace cache_invalidation
