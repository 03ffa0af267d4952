#include "server/delivery/literal_prefixes.h"

#include "absl/status/statusor.h"
#include "common/pattern.h"

namespace cache_invalidation::delivery {

std::string LiteralPrefixes::Of(absl::string_view expression) {
  MutexLock lock(mutex_);
  return known_.Get(expression, [](absl::string_view text) {
    const absl::StatusOr<Pattern> pattern = Pattern::Compile(text);
    return pattern.ok() ? std::string(pattern->literal_prefix()) : std::string();
  });
}

}  // namespace cache_invalidation::delivery
