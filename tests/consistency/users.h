// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONSISTENCY_USERS_H_
#define CACHE_INVALIDATION_TESTS_CONSISTENCY_USERS_H_

#include <string>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::consistency {

// Number of users that each process writes; each process reads those of all.
inline constexpr int kUsersOfAProcess = 4;

inline std::string UserId(int process, int user) { return absl::StrCat(process, "-", user); }

}  // namespace cache_invalidation::consistency

#endif  // CACHE_INVALIDATION_TESTS_CONSISTENCY_USERS_H_
