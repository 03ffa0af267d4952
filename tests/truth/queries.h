#ifndef CACHE_INVALIDATION_TESTS_TRUTH_QUERIES_H_
#define CACHE_INVALIDATION_TESTS_TRUTH_QUERIES_H_

#include <string>
#include <vector>

namespace cache_invalidation::truth {

// A kind of query whose results an application caches, one for each of its instances.
struct QueryKind {
  // What keys begin with: "venue" makes the keys "venue:1", "venue:2", ...
  std::string name = {};

  // SQL for the rows (i) or (i, j) of texts that tell the instances apart.
  std::string instances = {};

  // SQL for a text made of the whole result of the instance (i, j).
  std::string value = {};

  // Carried by the entry, with {i} and {j} filled in as values of a tag.
  std::vector<std::string> tags = {};

  // SQL for further tags, which follow from the result: those of the rows that it shows. Separated
  // by the character 31.
  std::string result_tags = {};

  // Keys of other entries that the result was computed from. {i} is filled in as it is.
  std::vector<std::string> depends_on = {};

  // Whether the entry is one of a store that asks the service, not of a cache in this process.
  bool is_shared = false;
};

// All kinds. What an entry is computed from stands before it.
const std::vector<QueryKind>& QueryKinds();

}  // namespace cache_invalidation::truth

#endif  // CACHE_INVALIDATION_TESTS_TRUTH_QUERIES_H_
