#ifndef CACHE_INVALIDATION_SERVER_PROCESS_OUT_OF_MEMORY_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_OUT_OF_MEMORY_H_

namespace cache_invalidation::process {

// From now on the process ends with EXIT_FAILURE and one line on standard error, instead of an
// abort without a word, when the system gives no more memory: to our own code, or to a library in C
// that aborts then, as gRPC's core does. An abort for any other reason stays one. Call it once.
void EndWithAWordWhenOutOfMemory();

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_OUT_OF_MEMORY_H_
