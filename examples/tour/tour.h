// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_EXAMPLES_TOUR_TOUR_H_
#define CACHE_INVALIDATION_EXAMPLES_TOUR_TOUR_H_

#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "cache_invalidation/client/client.h"

// What the tour shows, one function for each part of the SDK.
void ShowWrites(const cache_invalidation::client::Client& client);
void ShowAsynchronousCalls(
    const std::shared_ptr<cache_invalidation::client::Connection>& connection);
void ShowDeclarations(const cache_invalidation::client::Client& client);
void ShowInvalidations(const cache_invalidation::client::Client& client);
void ShowDependencies(const cache_invalidation::client::Client& client);
void ShowEntries(const cache_invalidation::client::Client& client);
void ShowCaches(const cache_invalidation::client::Client& client);
void ShowSubscriptions(const cache_invalidation::client::Client& client);

// The tour ends where something is not as it should be.
inline void Expect(bool condition, const char* what) {
  if (condition) return;
  std::cerr << "not so: " << what << "\n";
  std::exit(1);
}

template <typename Value>
Value OrEnd(absl::StatusOr<Value> value) {
  if (!value.ok()) {
    std::cerr << value.status() << "\n";
    std::exit(1);
  }
  return *std::move(value);
}

#endif  // CACHE_INVALIDATION_EXAMPLES_TOUR_TOUR_H_
