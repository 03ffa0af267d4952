// SPDX-License-Identifier: Apache-2.0

// The version of the SDK: that of the headers at compile time, and that of the library at run time.
//
//   #include "client/version.h"
//
//   static_assert(CACHE_INVALIDATION_VERSION >= 100, "needs 0.1.0 or later");
//   if (ClientVersion() != CACHE_INVALIDATION_VERSION_STRING) {
//     std::cerr << "compiled with " CACHE_INVALIDATION_VERSION_STRING ", linked with "
//               << ClientVersion() << "\n";
//   }
//
// Versions are semantic. Before 1.0 each minor version may change what a program sees, and the name
// under which the loader finds the shared library changes with it. The service sees the version of
// a client in the user agent of each call: "cache_invalidation_client/0.1.0 grpc-c++/...".

#ifndef CACHE_INVALIDATION_CLIENT_VERSION_H_
#define CACHE_INVALIDATION_CLIENT_VERSION_H_

#include "absl/strings/string_view.h"
#include "common/version.h"

namespace cache_invalidation::client {

// Returns the version of the library that this program is linked with or has loaded, in the form of
// CACHE_INVALIDATION_VERSION_STRING. Thread-safe. The text lives as long as the process.
absl::string_view ClientVersion();

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_VERSION_H_
