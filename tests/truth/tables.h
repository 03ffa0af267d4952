// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_TRUTH_TABLES_H_
#define CACHE_INVALIDATION_TESTS_TRUTH_TABLES_H_

#include <string>
#include <vector>

namespace cache_invalidation::truth {

// A column, and what random writes put into it: SQL expressions.
struct Column {
  std::string name = {};
  std::string type = {};
  std::vector<std::string> values = {};
};

// A table that random transactions write to.
struct Table {
  std::string name = {};
  // Columns of the primary key, in its order. Empty: rows are only inserted, never updated.
  std::vector<Column> key = {};
  std::vector<Column> columns = {};
  // How often it is written to, relative to others.
  int weight = 1;
};

// Returns all tables of schema.sql; a table comes after those that it references.
const std::vector<Table>& Tables();

}  // namespace cache_invalidation::truth

#endif  // CACHE_INVALIDATION_TESTS_TRUTH_TABLES_H_
