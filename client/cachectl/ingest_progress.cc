// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/ingest_progress.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cachectl/report.h"
#include "common/check.h"

namespace cache_invalidation::cachectl {
namespace {

constexpr uint64_t kWidth = 30;

// Escape sequence: move to the first column and clear the line.
constexpr char kWipe[] = "\r\x1b[K";

}  // namespace

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
  std::string out = Counted(state.answered, "transaction", "transactions") + " applied";
  if (!state.answered_lsn.empty()) absl::StrAppend(&out, ", up to ", state.answered_lsn);
  if (state.unanswered > 0) {
    absl::StrAppend(&out, "; ", state.unanswered, " without result, ",
                    Counted(state.unanswered_bytes, "byte", "bytes"), ", for ",
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

Ticker::Ticker(Clock& clock, absl::Duration interval, std::function<void()> tick)
    : clock_(clock), interval_(interval), tick_(std::move(tick)), thread_([this] { Run(); }) {}

Ticker::~Ticker() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    stopped_changed_.NotifyAll();
  }
  thread_.join();
}

void Ticker::Run() {
  while (true) {
    {
      MutexLock lock(mutex_);
      const absl::Duration next = clock_.Monotonic() + interval_;
      while (!stopped_ && clock_.Monotonic() < next) {
        clock_.WaitUntil(mutex_, stopped_changed_, next);
      }
      if (stopped_) return;
    }
    tick_();
  }
}

}  // namespace cache_invalidation::cachectl
