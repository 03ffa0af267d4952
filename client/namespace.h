// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_NAMESPACE_H_
#define CACHE_INVALIDATION_CLIENT_NAMESPACE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/call_options.h"
#include "client/position.h"
#include "client/waiting.h"

namespace cache_invalidation::client {

struct ListNamespacesParams {
  // 0 means 50; at most 1,000.
  int32_t page_size = 0;

  // From NamespacePage.
  std::string page_token = {};

  // The namespace in them is ignored.
  CallOptions options = {};
};

struct NamespacePage {
  // Sorted.
  std::vector<std::string> names = {};

  // Empty on the last page.
  std::string next_page_token = {};

  bool operator==(const NamespacePage&) const = default;
};

struct DeleteNamespaceParams {
  // Required: there is no default here.
  std::string name = {};

  std::optional<WaitForSubscribers> wait = {};

  // The namespace in them is ignored.
  CallOptions options = {};
};

struct NamespaceDeletion {
  // Whether the namespace existed.
  bool found = false;

  // Its last revision, at which its subscribers have dropped everything; revision 0 if it did not
  // exist.
  Position position = {};

  // Present if the call asked to wait.
  std::optional<Waiting> waiting = {};

  bool operator==(const NamespaceDeletion&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_NAMESPACE_H_
