#include "client/connect/postgres/source.h"

#include <poll.h>

#include <algorithm>
#include <string>
#include <utility>

#include "client/connect/postgres/log_reader.h"
#include "client/connect/postgres/open_log.h"

namespace cache_invalidation::connect {
namespace {

using journal::Level;

constexpr absl::Duration kShortestPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(10);
// A connection that has lasted for this time was no failed attempt.
constexpr absl::Duration kLasted = absl::Seconds(10);
constexpr absl::Duration kAskWithin = absl::Seconds(5);
// PostgreSQL's error in decoding a change never gets better: the log must be given up.
constexpr int kUnreadableTimes = 3;

}  // namespace

Source::Source(SourceOptions options, std::shared_ptr<client::Connection> connection,
               std::string namespace_name, Clock& clock, journal::Journal& journal,
               SourceStatus& status)
    : options_(std::move(options)),
      journal_(journal),
      status_(status),
      teller_(std::move(connection), std::move(namespace_name), wake_),
      environment_{.options = options_,
                   .teller = teller_,
                   .wake = wake_,
                   .stopped = stopped_,
                   .stop = stop_.get_token(),
                   .clock = clock,
                   .journal = journal,
                   .status = status},
      thread_([this] { Run(); }) {}

Source::~Source() {
  stop_.request_stop();
  stopped_.Notify();
  thread_.join();
}

void Source::Run() {
  absl::Duration pause = kShortestPause;
  while (!stop_.stop_requested()) {
    const absl::Duration begun = environment_.clock.Monotonic();
    const absl::Status status = Follow();
    status_.Update([&](SourceFigures& figures) {
      figures.connected = false;
      figures.state = std::string(status.message());
    });
    if (stop_.stop_requested()) return;
    journal_.Write({Level::kWarning,
                    "not following the log",
                    {{"slot", options_.slot}},
                    std::string(status.message())});
    if (environment_.clock.Monotonic() - begun > kLasted || absl::IsAborted(status)) {
      pause = kShortestPause;
    }
    Pause(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

absl::Status Source::Follow() {
  absl::Status status = AwaitService();
  if (!status.ok()) return status;
  const bool replace_slot = unreadable_times_ >= kUnreadableTimes;
  absl::StatusOr<OpenedLog> log = OpenLog(environment_, replace_slot);
  if (!log.ok()) return log.status();
  if (replace_slot) unreadable_times_ = 0;
  journal_.Write({Level::kInfo,
                  "following the log",
                  {{"slot", options_.slot}, {"confirmed", FormatLsn(log->state.confirmed)}},
                  ""});
  LogReader reader(environment_, *std::move(log), ++generation_);
  status = reader.Run();
  if (!reader.is_unreadable()) return status;
  if (unreadable_at_ != reader.confirmed()) unreadable_times_ = 0;
  unreadable_at_ = reader.confirmed();
  ++unreadable_times_;
  return status;
}

// Only when the service responds, and has given a result to all that was sent before, is the
// database asked: each connection makes it read its log again.
absl::Status Source::AwaitService() {
  absl::Status status = teller_.Ask(kAskWithin, stop_.get_token());
  if (!status.ok()) return status;
  const absl::Duration end = environment_.clock.Monotonic() + Teller::kDeadline;
  while (teller_.pending() > 0 && !stop_.stop_requested() && environment_.clock.Monotonic() < end) {
    pollfd watched[] = {{.fd = stopped_.descriptor(), .events = POLLIN, .revents = 0},
                        {.fd = wake_.descriptor(), .events = POLLIN, .revents = 0}};
    poll(watched, std::size(watched), 1'000);
    wake_.Clear();
  }
  teller_.TakeResults();
  return absl::OkStatus();
}

void Source::Pause(absl::Duration pause) const {
  pollfd stopped = {.fd = stopped_.descriptor(), .events = POLLIN, .revents = 0};
  poll(&stopped, 1, static_cast<int>(absl::ToInt64Milliseconds(pause)));
}

}  // namespace cache_invalidation::connect
