#ifndef CACHE_INVALIDATION_SERVER_PROCESS_DESCRIPTOR_LIMIT_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_DESCRIPTOR_LIMIT_H_

namespace cache_invalidation::process {

// Raises the process's soft limit of open files to its hard limit, and answers what the limit is
// then.
int RaiseDescriptorLimit();

// The limit that stands.
int DescriptorLimit();

// Of `limit` descriptors, the first that connections may not have: those from there on are for
// files. The system gives out the lowest free number, so a connection that got one from there on
// is one too many.
int FirstReservedDescriptor(int limit);

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_DESCRIPTOR_LIMIT_H_
