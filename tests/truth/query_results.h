// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_TRUTH_QUERY_RESULTS_H_
#define CACHE_INVALIDATION_TESTS_TRUTH_QUERY_RESULTS_H_

#include <string>
#include <vector>

#include "tests/postgres/sql_connection.h"
#include "tests/truth/queries.h"

namespace cache_invalidation::truth {

// The current result of one instance of a kind of query, and how it is cached.
struct QueryResult {
  const QueryKind* kind = nullptr;
  std::string key = {};
  std::string hash = {};  // of the whole result
  std::vector<std::string> tags = {};
  std::vector<std::string> depends_on = {};
};

// Runs all queries of QueryKinds() in one statement. Thread-compatible.
class QueryResults {
 public:
  // The connection must outlive it.
  explicit QueryResults(SqlConnection& connection);

  // Ordered by kind, so that an entry comes after those from which it is computed.
  std::vector<QueryResult> Now() const;

 private:
  SqlConnection& connection_;
};

}  // namespace cache_invalidation::truth

#endif  // CACHE_INVALIDATION_TESTS_TRUTH_QUERY_RESULTS_H_
