#ifndef CACHE_INVALIDATION_TESTS_CLIENT_PAUSE_H_
#define CACHE_INVALIDATION_TESTS_CLIENT_PAUSE_H_

#include "absl/time/time.h"

namespace cache_invalidation {

// Lets real time pass: what happens meanwhile is up to other threads and processes. For a
// subscriber that stands still, or a moment at random; never to hope that something has happened by
// then.
void Pause(absl::Duration time);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CLIENT_PAUSE_H_
