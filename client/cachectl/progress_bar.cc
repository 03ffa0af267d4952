#include "client/cachectl/progress_bar.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::cachectl {
namespace {

constexpr uint64_t kWidth = 30;

// Escape sequence: move to the first column and clear the line.
constexpr char kWipe[] = "\r\x1b[K";

}  // namespace

ProgressBar::ProgressBar(std::ostream& out, bool enabled, uint64_t total)
    : out_(out), enabled_(enabled), total_(total) {}

ProgressBar::~ProgressBar() {
  if (!drawn_.empty()) out_ << kWipe << std::flush;
}

void ProgressBar::Update(uint64_t done, absl::string_view words) {
  if (!enabled_) return;
  std::string line;
  if (total_ > 0) {
    done = std::min(done, total_);
    const size_t filled = static_cast<size_t>(done * kWidth / total_);
    line = absl::StrCat("[", std::string(filled, '#'), std::string(kWidth - filled, ' '), "] ",
                        done * 100 / total_, "% ");
  }
  absl::StrAppend(&line, words);
  if (line == drawn_) return;
  out_ << kWipe << line << std::flush;
  drawn_ = line;
}

}  // namespace cache_invalidation::cachectl
