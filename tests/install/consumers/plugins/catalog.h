// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_INSTALL_CONSUMERS_PLUGINS_CATALOG_H_
#define CACHE_INVALIDATION_TESTS_INSTALL_CONSUMERS_PLUGINS_CATALOG_H_

#include <string>
#include <vector>

// A type that both plugins know, and whose symbols each of them hides.
struct Catalog {
  std::vector<std::string> products;
};

#endif  // CACHE_INVALIDATION_TESTS_INSTALL_CONSUMERS_PLUGINS_CATALOG_H_
