// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_FREE_PORT_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_FREE_PORT_H_

namespace cache_invalidation {

// Returns a port of the loopback interface on which nothing listens now. For programs that cannot
// choose one themselves: another process may take it before they do.
int FreePort();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_FREE_PORT_H_
