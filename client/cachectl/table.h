#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_TABLE_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_TABLE_H_

#include <ostream>
#include <string>
#include <vector>

namespace cache_invalidation::cachectl {

// Rows of text in columns, each as wide as its longest cell. Thread-compatible.
class Table {
 public:
  // A column whose title begins with ">" is aligned to the right; the ">" is not printed. If all
  // titles are empty there is no heading.
  explicit Table(std::vector<std::string> titles);

  // REQUIRES: as many cells as titles.
  void Add(std::vector<std::string> cells);

  std::string ToString() const;

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;  // the titles first
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_TABLE_H_
