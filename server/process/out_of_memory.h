#ifndef CACHE_INVALIDATION_SERVER_PROCESS_OUT_OF_MEMORY_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_OUT_OF_MEMORY_H_

namespace cache_invalidation::process {

// From now on, if the system has no more memory, the process ends with EXIT_FAILURE and one line on
// standard error instead of a silent abort. This covers our own code and C libraries that abort
// then, such as gRPC's core. Any other abort is unchanged. Call it once.
void EndWithAWordWhenOutOfMemory();

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_OUT_OF_MEMORY_H_
