// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_FINDING_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_FINDING_H_

#include <string>

namespace cache_invalidation::connect {

// One thing that `check` finds wrong, or unwise.
struct Finding {
  bool is_error = true;  // it does not start, loses changes or breaks the application; otherwise a
                         // warning
  std::string sentence;
  std::string sql = {};  // what to run; empty: no SQL cures it
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_FINDING_H_
