#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_PROGRESS_BAR_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_PROGRESS_BAR_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::cachectl {

// A line on a terminal that says how far something has come. Thread-compatible.
class ProgressBar {
 public:
  // Draws on `out`, which must outlive it, if `enabled`. `total` 0: not known, so no bar.
  ProgressBar(std::ostream& out, bool enabled, uint64_t total);

  // Wipes the line.
  ~ProgressBar();

  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `done` of the total, and a few words beside it. Draws only what looks different.
  void Update(uint64_t done, absl::string_view words);

 private:
  std::ostream& out_;
  const bool enabled_;
  const uint64_t total_;
  std::string drawn_;
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_PROGRESS_BAR_H_
