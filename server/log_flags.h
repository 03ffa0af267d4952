#ifndef CACHE_INVALIDATION_SERVER_LOG_FLAGS_H_
#define CACHE_INVALIDATION_SERVER_LOG_FLAGS_H_

#include "server/journal/journal_line.h"

namespace cache_invalidation {

// The flags --log_format and --log_level. They are apart from the others because the journal has to
// report that one of those is invalid. REQUIRES: ParseFlags has been called, whatever it returned.
journal::Format LogFormat();
journal::Level LogLevel();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_LOG_FLAGS_H_
