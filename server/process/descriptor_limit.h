#ifndef CACHE_INVALIDATION_SERVER_PROCESS_DESCRIPTOR_LIMIT_H_
#define CACHE_INVALIDATION_SERVER_PROCESS_DESCRIPTOR_LIMIT_H_

namespace cache_invalidation::process {

// Raises the soft limit of open files of the process to its hard limit. Returns the resulting
// limit.
int RaiseDescriptorLimit();

// The current limit.
int DescriptorLimit();

// The first of `limit` descriptors that connections may not use: it and all above are reserved for
// files. The system assigns the lowest free number, so a connection with such a number is one too
// many.
int FirstReservedDescriptor(int limit);

}  // namespace cache_invalidation::process

#endif  // CACHE_INVALIDATION_SERVER_PROCESS_DESCRIPTOR_LIMIT_H_
