#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_PROGRESS_BAR_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_PROGRESS_BAR_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::cachectl {

// A progress line on a terminal. Thread-compatible.
class ProgressBar {
 public:
  // Draws on `out`, which must outlive it, if `enabled`. A `total` of 0 means unknown: no bar.
  ProgressBar(std::ostream& out, bool enabled, uint64_t total);

  // Clears the line.
  ~ProgressBar();

  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Shows `done` of the total and a few words beside it. Draws only if the line changes.
  void Update(uint64_t done, absl::string_view words);

 private:
  std::ostream& out_;
  const bool enabled_;
  const uint64_t total_;
  std::string drawn_;
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_PROGRESS_BAR_H_
