#include "client/cachectl/ingest_progress.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace cache_invalidation::cachectl {

uint64_t IngestProgress::Read(uint64_t bytes, std::string lsn) {
  MutexLock lock(mutex_);
  transactions_.push_back(
      {.bytes = bytes, .lsn = std::move(lsn), .read_at = clock_.Monotonic(), .answered = false});
  return state_.answered + transactions_.size() - 1;
}

void IngestProgress::Answer(uint64_t number) {
  MutexLock lock(mutex_);
  Check(number >= state_.answered && number - state_.answered < transactions_.size(),
        "a transaction has one result, after it was read");
  transactions_[number - state_.answered].answered = true;
  for (; !transactions_.empty() && transactions_.front().answered; transactions_.pop_front()) {
    Transaction& first = transactions_.front();
    ++state_.answered;
    state_.answered_bytes = first.bytes;
    if (!first.lsn.empty()) state_.answered_lsn = std::move(first.lsn);
  }
}

IngestProgress::State IngestProgress::state() const {
  MutexLock lock(mutex_);
  State out = state_;
  if (transactions_.empty()) return out;
  out.unanswered = transactions_.size();
  out.unanswered_bytes = transactions_.back().bytes - out.answered_bytes;
  out.waiting = clock_.Monotonic() - transactions_.front().read_at;
  return out;
}

std::string Describe(const IngestProgress::State& state) {
  std::string out = absl::StrCat(state.answered, " transactions applied");
  if (!state.answered_lsn.empty()) absl::StrAppend(&out, ", up to ", state.answered_lsn);
  if (state.unanswered > 0) {
    absl::StrAppend(&out, "; ", state.unanswered, " without result, ", state.unanswered_bytes,
                    " bytes, for ",
                    absl::FormatDuration(absl::Trunc(state.waiting, absl::Milliseconds(100))));
  }
  return out;
}

std::string NextLsn(absl::string_view line) {
  constexpr absl::string_view kName = "\"nextlsn\":\"";
  // This line contains no data of users, so it always has the form that wal2json gives it.
  const size_t name = line.find(kName);
  if (!absl::StartsWith(line, "{\"action\":\"C\"") || name == absl::string_view::npos) return "";
  const absl::string_view rest = line.substr(name + kName.size());
  return std::string(rest.substr(0, rest.find('"')));
}

}  // namespace cache_invalidation::cachectl
