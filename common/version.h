// SPDX-License-Identifier: Apache-2.0

// The version of the project, in one place: of server, SDK, cachectl, connector and packages.
// CHANGELOG.md begins with it.
//
// It is semantic; docs/compatibility.md says what a new one may change.

#ifndef CACHE_INVALIDATION_COMMON_VERSION_H_
#define CACHE_INVALIDATION_COMMON_VERSION_H_

// client/install and deploy/debian read these three lines.
#define CACHE_INVALIDATION_VERSION_MAJOR 0
#define CACHE_INVALIDATION_VERSION_MINOR 1
#define CACHE_INVALIDATION_VERSION_PATCH 0

// To compare with: 1.2.3 is 10203.
#define CACHE_INVALIDATION_VERSION                                                      \
  (CACHE_INVALIDATION_VERSION_MAJOR * 10'000 + CACHE_INVALIDATION_VERSION_MINOR * 100 + \
   CACHE_INVALIDATION_VERSION_PATCH)

// "MAJOR.MINOR.PATCH"
#define CACHE_INVALIDATION_VERSION_STRING                             \
  CACHE_INVALIDATION_QUOTE_VERSION_(CACHE_INVALIDATION_VERSION_MAJOR) \
  "." CACHE_INVALIDATION_QUOTE_VERSION_(                              \
      CACHE_INVALIDATION_VERSION_MINOR) "." CACHE_INVALIDATION_QUOTE_VERSION_(CACHE_INVALIDATION_VERSION_PATCH)
#define CACHE_INVALIDATION_QUOTE_VERSION_(number) CACHE_INVALIDATION_QUOTE_NUMBER_(number)
#define CACHE_INVALIDATION_QUOTE_NUMBER_(number) #number

#endif  // CACHE_INVALIDATION_COMMON_VERSION_H_
