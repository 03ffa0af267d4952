// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_DATABASE_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_DATABASE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace cache_invalidation::simulation {

// The number of rows in each namespace's database. Few, so that operations often collide.
inline constexpr size_t kRows = 3;
inline constexpr char kRowType[] = "row";

// A row of the database of a namespace.
struct RowName {
  std::string namespace_name;
  size_t row = 0;

  auto operator<=>(const RowName&) const = default;

  std::string id() const { return absl::StrCat(row); }
  std::string tag() const { return absl::StrCat(kRowType, ":", row); }
};

// The source of the cached values: rows whose versions grow, and what is known about their
// invalidations. Decides which versions a cache may serve.
class Database {
 public:
  // Writes the row; returns its new version.
  uint64_t Commit(const RowName& row) { return ++rows_[row].version; }
  uint64_t Read(const RowName& row) { return rows_[row].version; }

  // A call has acknowledged that older versions are invalidated.
  void NoteInvalidated(const RowName& row, uint64_t version, absl::Duration now) {
    rows_[row].invalidated.emplace_back(version, now);
  }
  // Such a call has waited for all subscribers, and none was late.
  void NoteWaited(const RowName& row, uint64_t version) {
    rows_[row].waited = std::max(rows_[row].waited, version);
  }

  // The oldest version that an acknowledging cache may serve.
  uint64_t Waited(const RowName& row) { return rows_[row].waited; }
  // The oldest that a cache may serve if it knows all invalidations up to `by`.
  uint64_t InvalidatedBy(const RowName& row, absl::Duration by) {
    uint64_t oldest = 0;
    for (const auto& [version, at] : rows_[row].invalidated) {
      if (at <= by) oldest = std::max(oldest, version);
    }
    return oldest;
  }

 private:
  struct Row {
    uint64_t version = 0;
    uint64_t waited = 0;
    std::vector<std::pair<uint64_t, absl::Duration>> invalidated;  // versions, and when
  };
  std::map<RowName, Row> rows_;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_DATABASE_H_
