#include "server/engine/answer.h"

namespace cache_invalidation::engine {

Reply Answer(const State&, const ExplainWrite&, absl::Time) { return ExplainWriteReply{}; }

}  // namespace cache_invalidation::engine
