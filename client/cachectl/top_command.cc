// SPDX-License-Identifier: Apache-2.0

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/report.h"
#include "client/cachectl/top_view.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::cachectl {
namespace {

struct TopFlags {
  absl::Duration interval = absl::Seconds(2);
  std::optional<uint32_t> count;
  bool once = false;
};

// More frequent calls would be a part of the load that they show.
constexpr absl::Duration kLeastInterval = absl::Milliseconds(100);

// Two calls for each of them, at every interval.
constexpr size_t kMaxShownNamespaces = 100;

// Moves to the upper left corner and clears a terminal.
constexpr char kClear[] = "\x1b[H\x1b[2J";

// Everything that was printed is complete and flushed, so the process can end at any moment, also
// within a call of a service that does not respond.
void EndAtOnce(int) { _exit(static_cast<int>(ExitCode::kInterrupted)); }

class Top {
 public:
  Top(const TopFlags& flags, Session& session)
      : interval_(flags.interval),
        frames_(flags.once ? std::optional<uint32_t>(1) : flags.count),
        clears_(isatty(STDOUT_FILENO) != 0),
        session_(session) {}

  absl::StatusOr<ExitCode> Run() {
    for (uint32_t shown = 0; session_.out() && (!frames_.has_value() || shown < *frames_);) {
      const absl::Duration begin = clock_.Monotonic();
      absl::StatusOr<LoadSample> now = Take();
      if (!now.ok() && frames_.has_value()) return now.status();
      // A limited number of frames is for scripts: each has its rates.
      const bool shows = !frames_.has_value() || before_.has_value();
      if (shows) Show(now);
      shown += shows ? 1 : 0;
      if (now.ok()) before_ = *std::move(now);
      if (!frames_.has_value() || shown < *frames_) WaitUntil(begin + interval_);
    }
    return ExitCode::kOk;
  }

 private:
  absl::StatusOr<LoadSample> Take() {
    std::vector<std::string> names = {session_.options().namespace_name};
    more_ = 0;
    if (names[0].empty()) {
      absl::StatusOr<std::vector<std::string>> all = session_.client().ListNamespaces();
      if (!all.ok()) return all.status();
      names = *std::move(all);
    }
    if (names.size() > kMaxShownNamespaces) {
      more_ = names.size() - kMaxShownNamespaces;
      names.resize(kMaxShownNamespaces);
    }
    LoadSample sample = {.at = clock_.Monotonic()};
    for (std::string& name : names) {
      const client::Client client = session_.client().InNamespace(name);
      auto stats = client.GetInvalidationStats();
      if (!stats.ok()) return stats.status();
      auto subscribers = client.ListSubscribers();
      if (!subscribers.ok()) return subscribers.status();
      sample.namespaces.push_back({.name = std::move(name),
                                   .stats = *std::move(stats),
                                   .subscribers = *std::move(subscribers)});
    }
    return sample;
  }

  void Show(const absl::StatusOr<LoadSample>& now) {
    std::string frame =
        absl::StrCat(session_.options().connection.endpoint, "  ",
                     absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", clock_.Now(), absl::UTCTimeZone()),
                     "  every ", absl::FormatDuration(interval_), "\n\n");
    if (now.ok()) {
      absl::StrAppend(&frame, TopView(before_.value_or(LoadSample()), *now));
      if (more_ > 0) {
        absl::StrAppend(&frame, "\nand ", more_, " more namespaces: name one with --namespace\n");
      }
    } else {
      absl::StrAppend(&frame, Describe(now.status()), "; trying again\n");
    }
    session_.out() << (clears_ ? kClear : is_first_ ? "" : "\n") << frame << std::flush;
    is_first_ = false;
  }

  void WaitUntil(absl::Duration moment) {
    Mutex mutex;
    CondVar nothing;
    MutexLock lock(mutex);
    while (clock_.Monotonic() < moment) clock_.WaitUntil(mutex, nothing, moment);
  }

  const absl::Duration interval_;
  const std::optional<uint32_t> frames_;  // absent: until it is interrupted
  const bool clears_;
  Session& session_;
  RealClock clock_;
  std::optional<LoadSample> before_;
  size_t more_ = 0;  // namespaces that are not shown
  bool is_first_ = true;
};

absl::StatusOr<ExitCode> RunTop(const TopFlags& flags, Session& session) {
  if (flags.interval < kLeastInterval) {
    return absl::InvalidArgumentError(absl::StrCat("--interval: expected at least ",
                                                   absl::FormatDuration(kLeastInterval), ", got ",
                                                   absl::FormatDuration(flags.interval)));
  }
  if (session.options().format != OutputFormat::kTable) {
    return absl::InvalidArgumentError(
        "--output: expected table; `stats` and `subscriber list` have other formats");
  }
  std::signal(SIGINT, EndAtOnce);
  return Top(flags, session).Run();
}

}  // namespace

void AddTopCommand(CLI::App* app, Action& chosen) {
  auto flags = std::make_shared<TopFlags>();
  CLI::App* command = app->add_subcommand(
      "top", "Shows what happens in the namespaces, again and again until it is interrupted");
  command->footer(
      "All namespaces, or the one of --namespace. Each written row counts as an invalidation, and\n"
      "so does each relationship and rule that it sets off. A rate is \"-\" where two moments\n"
      "cannot be compared, as after a restart of the service.");
  AddDurationFlag(command, "--interval", &flags->interval, "Time from one look to the next [2s]");
  CLI::Option* count =
      command->add_option("--count", flags->count, "End after this many [until interrupted]")
          ->check(CLI::PositiveNumber);
  command->add_flag("--once", flags->once, "The same as --count=1, after one interval")
      ->excludes(count);
  OnChosen(command, chosen, [flags](Session& session) { return RunTop(*flags, session); });
}

}  // namespace cache_invalidation::cachectl
