#ifndef CACHE_INVALIDATION_SERVER_BOOT_ID_H_
#define CACHE_INVALIDATION_SERVER_BOOT_ID_H_

#include <string>

namespace cache_invalidation {

// What tells this start of this machine from every other start and machine. Empty if the system
// does not say.
std::string BootId();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_BOOT_ID_H_
