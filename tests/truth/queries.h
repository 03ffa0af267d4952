// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_TRUTH_QUERIES_H_
#define CACHE_INVALIDATION_TESTS_TRUTH_QUERIES_H_

#include <string>
#include <vector>

namespace cache_invalidation::truth {

// A kind of query whose results an application caches, one for each of its instances.
struct QueryKind {
  // Prefix of the keys: "venue" gives the keys "venue:1", "venue:2", ...
  std::string name = {};

  // SQL for the rows (i) or (i, j) of texts that identify the instances.
  std::string instances = {};

  // SQL for a text of the whole result of the instance (i, j).
  std::string value = {};

  // Tags of the entry, in which {i} and {j} are filled in as values of a tag.
  std::vector<std::string> tags = {};

  // SQL for further tags, which follow from the result: those of the rows that it contains.
  // Separated by the character 31.
  std::string result_tags = {};

  // Keys of other entries that the result was computed from. {i} is filled in unescaped.
  std::vector<std::string> depends_on = {};

  // Whether the entry is in a store that asks the service, not in a cache of this process.
  bool is_shared = false;
};

// Returns all kinds. A kind comes after those from which its entries are computed.
const std::vector<QueryKind>& QueryKinds();

}  // namespace cache_invalidation::truth

#endif  // CACHE_INVALIDATION_TESTS_TRUTH_QUERIES_H_
