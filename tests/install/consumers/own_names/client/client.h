// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_INSTALL_CONSUMERS_OWN_NAMES_CLIENT_CLIENT_H_
#define CACHE_INVALIDATION_TESTS_INSTALL_CONSUMERS_OWN_NAMES_CLIENT_CLIENT_H_

#include "common/mutex.h"

namespace own {

struct Client {
  Mutex mutex;
};

}  // namespace own

#endif  // CACHE_INVALIDATION_TESTS_INSTALL_CONSUMERS_OWN_NAMES_CLIENT_CLIENT_H_
