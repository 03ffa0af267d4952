// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_TRUTH_TRANSACTIONS_H_
#define CACHE_INVALIDATION_TESTS_TRUTH_TRANSACTIONS_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/truth/tables.h"

namespace cache_invalidation::truth {

// A statement of a transaction. With `copy_into`, its rows are the input of a COPY into that table.
struct Statement {
  std::string sql = {};
  std::string copy_into = {};
};

struct Transaction {
  std::vector<Statement> statements = {};
  bool is_rolled_back = false;
};

// Random transactions over the tables of schema.sql: the same for the same seed. Some fail, as
// those of applications do. Thread-compatible.
class Transactions {
 public:
  explicit Transactions(uint64_t seed) : random_(seed) {}

  Transaction Next();

  // Returns statements that put rows into every table.
  std::vector<Statement> Fill();

 private:
  size_t Below(size_t bound) { return random_() % bound; }
  bool OneIn(size_t n) { return Below(n) == 0; }
  const std::string& OneOf(const std::vector<std::string>& values) {
    return values[Below(values.size())];
  }
  const Table& AnyTable();
  const Table& AnyKeyedTable();

  // Returns `SELECT value::type AS name, ...` of a row of the table.
  std::string RandomRow(const Table& table);
  // Returns "a = 1 AND b = 2" of a row that may exist.
  std::string RandomKey(const Table& table);
  // Returns "x = 1, y = NULL" of one to three columns.
  std::string RandomAssignments(const Table& table);

  Statement Random();
  std::string Insert();
  std::string Update();
  std::string UpdateOfMany();
  std::string UpdateOfNothing();
  std::string Delete();
  std::string ChangeOfKey();
  std::string Merge();
  std::string InOneStatement();
  std::string Truncate();
  std::string FillOf(const Table& table);

  std::mt19937_64 random_;
};

}  // namespace cache_invalidation::truth

#endif  // CACHE_INVALIDATION_TESTS_TRUTH_TRANSACTIONS_H_
