#include "server/boot_id.h"

#include <fstream>

namespace cache_invalidation {

std::string BootId() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

}  // namespace cache_invalidation
