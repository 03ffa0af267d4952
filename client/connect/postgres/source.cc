// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/source.h"

#include <algorithm>
#include <utility>

#include "client/connect/postgres/log_reader.h"
#include "client/connect/postgres/open_log.h"

namespace cache_invalidation::connect {
namespace {

constexpr absl::Duration kLongestPause = absl::Seconds(10);
constexpr absl::Duration kAskWithin = absl::Seconds(5);
constexpr absl::Duration kLookForStop = absl::Milliseconds(100);
// PostgreSQL's error in decoding a change never gets better: the log must be given up.
constexpr int kUnreadableTimes = 3;

}  // namespace

Source::Source(SourceOptions options, std::shared_ptr<client::Connection> connection, Clock& clock,
               journal::Journal& journal, SourceStatus& status)
    : options_(std::move(options)),
      clock_(clock),
      journal_(journal),
      status_(status),
      teller_(std::move(connection), wake_),
      thread_(
          clock, journal, {"slot", options_.slot}, kLongestPause,
          [this](const std::stop_token& stop) { return Follow(stop); },
          [this](absl::string_view why) {
            status_.Update([why](SourceFigures& figures) { figures.Lose(why); });
          }) {
  // Before, nothing is known of the log.
  status_.Update([now = clock_.Now()](SourceFigures& figures) {
    figures.followed = std::max(figures.followed, now);
  });
}

absl::Status Source::Follow(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] { stopped_.Notify(); });
  const SourceEnvironment environment = {.options = options_,
                                         .teller = teller_,
                                         .wake = wake_,
                                         .stopped = stopped_,
                                         .stop = stop,
                                         .clock = clock_,
                                         .journal = journal_,
                                         .status = status_};
  absl::Status status = AwaitService(stop);
  if (!status.ok()) return status;
  const bool replace_slot = unreadable_times_ >= kUnreadableTimes;
  absl::StatusOr<OpenedLog> log = OpenLog(environment, replace_slot);
  if (!log.ok()) return log.status();
  if (replace_slot) unreadable_times_ = 0;
  journal_.Write({journal::Level::kInfo,
                  "following the log",
                  {{"slot", options_.slot}, {"confirmed", FormatLsn(log->state.confirmed)}}});
  LogReader reader(environment, *std::move(log), ++generation_);
  status = reader.Run();
  if (!reader.is_unreadable()) return status;
  if (std::exchange(unreadable_at_, reader.confirmed()) != reader.confirmed()) {
    unreadable_times_ = 0;
  }
  ++unreadable_times_;
  return status;
}

// Only when the service responds, and has given a result to all that was sent before, is the
// database asked: each connection makes it read its log again.
absl::Status Source::AwaitService(const std::stop_token& stop) {
  absl::Status status = teller_.client()
                            .GetInvalidationStats({.deadline = kAskWithin, .cancellation = stop})
                            .status();
  if (!status.ok()) return status;
  const absl::Duration end = clock_.Monotonic() + Teller::kDeadline;
  while (teller_.pending() > 0 && !stop.stop_requested() && clock_.Monotonic() < end) {
    if (wake_.Await(kLookForStop)) wake_.Clear();
  }
  teller_.TakeResults();
  return absl::OkStatus();
}

}  // namespace cache_invalidation::connect
