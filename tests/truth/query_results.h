#ifndef CACHE_INVALIDATION_TESTS_TRUTH_QUERY_RESULTS_H_
#define CACHE_INVALIDATION_TESTS_TRUTH_QUERY_RESULTS_H_

#include <string>
#include <vector>

#include "tests/postgres/sql_connection.h"
#include "tests/truth/queries.h"

namespace cache_invalidation::truth {

// What one instance of a kind of query comes to now, and how its result is to be cached.
struct QueryResult {
  const QueryKind* kind = nullptr;
  std::string key = {};
  std::string hash = {};  // of the whole result
  std::vector<std::string> tags = {};
  std::vector<std::string> depends_on = {};
};

// Runs all queries of QueryKinds() by one statement. Thread-compatible.
class QueryResults {
 public:
  // The connection must outlive it.
  explicit QueryResults(SqlConnection& connection);

  // Always in the order of the kinds, so that what an entry is computed from comes first.
  std::vector<QueryResult> Now() const;

 private:
  SqlConnection& connection_;
};

}  // namespace cache_invalidation::truth

#endif  // CACHE_INVALIDATION_TESTS_TRUTH_QUERY_RESULTS_H_
