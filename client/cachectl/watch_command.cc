// SPDX-License-Identifier: Apache-2.0

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/report.h"
#include "client/cachectl/result_text.h"
#include "client/json.h"
#include "client/subscription.h"
#include "client/yaml_text/yaml_text.h"
#include "common/check.h"

namespace cache_invalidation::cachectl {
namespace {

struct WatchFlags {
  std::string name = "cachectl";
  std::vector<std::string> tags;
  std::vector<std::string> key_prefixes;
  std::optional<uint64_t> from_revision;
  std::string epoch;
  std::optional<uint64_t> until_revision;
};

// Escape sequences of terminals.
constexpr char kRed[] = "\x1b[31m";
constexpr char kYellow[] = "\x1b[33m";
constexpr char kPlain[] = "\x1b[0m";

std::string CausesOf(const client::Invalidation& invalidation, const client::Event& event) {
  std::vector<std::string> causes;
  for (uint32_t index : invalidation.causes) {
    if (index >= event.causes.size()) continue;  // from a service that is newer or broken
    const client::Cause& cause = event.causes[index];
    causes.push_back(absl::StrCat(NameOf(cause.step), cause.name.empty() ? "" : " ", cause.name,
                                  cause.widened ? " (widened)" : "",
                                  cause.condition_failed ? " (condition failed)" : ""));
  }
  return absl::StrJoin(causes, ", ");
}

std::string AsText(const client::Event& event, bool color) {
  Table table({"", "", ""});
  for (const client::Invalidation& invalidation : event.invalidations) {
    table.Add({NameOf(invalidation.target), invalidation.name, CausesOf(invalidation, event)});
  }
  const std::vector<std::string> lines = absl::StrSplit(table.ToString(), '\n');
  std::string out = absl::StrCat("revision ", event.revision, ", ", NameOf(event.source));
  if (event.time.has_value()) {
    absl::StrAppend(&out, ", ",
                    absl::FormatTime("%Y-%m-%d %H:%M:%E3SZ", *event.time, absl::UTCTimeZone()));
  }
  out += "\n";
  for (size_t i = 0; i < event.invalidations.size(); ++i) {
    // Not in the table, which would count the escape sequences as characters.
    const bool stale = event.invalidations[i].kind == client::InvalidationKind::kMarkStale;
    absl::StrAppend(&out, "  ", color ? (stale ? kYellow : kRed) : "", stale ? "stale" : "evict",
                    color ? kPlain : "", "  ", lines[i], "\n");
  }
  return out;
}

// Prints the events and resets of a subscription: JSON as one Event per line, YAML as one document
// per event, a table as several lines. Flushes after each, so that the reader of a pipe sees it
// at once. A reset is printed as `{"reset": ...}`, with a Reset of the contract.
//
// Thread-compatible. `out` must outlive it.
class EventPrinter {
 public:
  // With `color`, tables also mark the kinds of invalidations by colors.
  EventPrinter(OutputFormat format, bool color, std::ostream& out)
      : format_(format), color_(color), out_(out) {}

  void Print(const client::Event& event) {
    if (format_ == OutputFormat::kTable) {
      out_ << AsText(event, color_);
    } else {
      PrintJson(client::ToJson(event));
    }
    out_.flush();
  }

  void Print(const client::SubscriptionReset& reset) {
    if (format_ == OutputFormat::kTable) {
      out_ << "reset: drop everything; events after revision " << reset.start_after.revision
           << " follow\n";
    } else {
      PrintJson(absl::StrCat("{\"reset\":", client::ToJson(reset), "}"));
    }
    out_.flush();
  }

 private:
  void PrintJson(const std::string& json) {
    if (format_ == OutputFormat::kYaml) {
      out_ << "---\n" << JsonToYaml(json);
    } else {
      out_ << json << "\n";
    }
  }

  OutputFormat format_;
  bool color_;
  std::ostream& out_;
};

// Waits until SIGINT arrives, the work is done, or standard output has lost its reader, whichever
// comes first.
//
// From its construction on, SIGINT does not end the process. Construct it before any other thread
// starts: threads inherit the mask of blocked signals. Thread-safe.
class StopSignal {
 public:
  StopSignal() {
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    Check(pthread_sigmask(SIG_BLOCK, &interrupt, nullptr) == 0, "SIGINT can be blocked");
    signal_ = signalfd(-1, &interrupt, SFD_CLOEXEC);
    done_ = eventfd(0, EFD_CLOEXEC);
    Check(signal_ >= 0 && done_ >= 0, "two files can be opened");
  }

  ~StopSignal() {
    close(signal_);
    close(done_);
  }

  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Ends Wait: the work is done.
  void Finish() {
    const uint64_t one = 1;
    Check(write(done_, &one, sizeof(one)) == sizeof(one), "an event can be counted");
  }

  // Waits. Returns whether SIGINT arrived.
  bool Wait() {
    pollfd files[] = {{.fd = signal_, .events = POLLIN, .revents = 0},
                      {.fd = done_, .events = POLLIN, .revents = 0},
                      // Even without events, poll reports when a pipe has lost its reader.
                      {.fd = STDOUT_FILENO, .events = 0, .revents = 0}};
    while (poll(files, std::size(files), -1) < 0 && errno == EINTR) continue;
    return (files[0].revents & POLLIN) != 0;
  }

 private:
  int signal_;  // readable once SIGINT has arrived
  int done_;    // readable after Finish
};

// Whether to use colors: on a terminal, unless NO_COLOR is set (https://no-color.org).
bool WantsColor() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

// One run of watch. The callbacks run on the subscription's thread, one at a time.
class Watch {
 public:
  Watch(const WatchFlags& flags, Session& session)
      : until_(flags.until_revision),
        session_(session),
        printer_(session.options().format, WantsColor(), session.out()) {}

  client::SubscriptionCallbacks Callbacks() {
    return {.on_started = [this](const auto& started) { OnStarted(started); },
            .on_reset = [this](const auto& reset) { OnReset(reset); },
            .on_event = [this](const auto& event) { OnEvent(event); },
            .on_progress = [this](const auto& progress) { Pass(progress.position.revision); },
            .on_disconnected = [this](const auto& status) { OnDisconnected(status); },
            .on_ended = [this](const auto& status) { OnEnded(status); }};
  }

  // Waits until everything is printed, or for SIGINT.
  void Wait() { interrupted_ = stop_.Wait(); }

  // REQUIRES: Wait has returned, and no callback runs any more.
  absl::StatusOr<ExitCode> End() const {
    if (interrupted_) return ExitCode::kInterrupted;
    if (!failure_.ok()) return failure_;
    return ExitCode::kOk;
  }

 private:
  void OnStarted(const client::SubscriptionStarted& started) {
    session_.err() << "watching after revision " << started.start_after << " of epoch "
                   << started.head.epoch << ", head " << started.head.revision << std::endl;
    Pass(started.start_after);
  }

  void OnReset(const client::SubscriptionReset& reset) {
    if (done_) return;
    printer_.Print(reset);
    Pass(reset.start_after.revision);
  }

  void OnEvent(const client::Event& event) {
    if (done_ || (until_.has_value() && event.revision > *until_)) return Pass(event.revision);
    printer_.Print(event);
    Pass(event.revision);
  }

  void OnDisconnected(const absl::Status& status) {
    session_.err() << (absl::IsUnavailable(status) ? "connection lost" : "refused")
                   << ", trying again: " << Describe(status) << std::endl;
  }

  void OnEnded(const absl::Status& status) {
    failure_ = status;
    stop_.Finish();
  }

  // Everything up to `revision` has been printed.
  void Pass(uint64_t revision) {
    if (done_ || !until_.has_value() || revision < *until_) return;
    done_ = true;
    stop_.Finish();
  }

  const std::optional<uint64_t> until_;
  Session& session_;
  EventPrinter printer_;
  StopSignal stop_;
  bool interrupted_ = false;

  // Used by the callbacks only, until they have ended.
  bool done_ = false;
  absl::Status failure_;
};

// Returns the current epoch, for a revision that is given without one.
absl::StatusOr<std::string> CurrentEpoch(Session& session) {
  const auto stats = session.client().GetInvalidationStats();
  if (!stats.ok()) return stats.status();
  return stats->position.epoch;
}

absl::StatusOr<ExitCode> RunWatch(const WatchFlags& flags, Session& session) {
  Watch watch(flags, session);  // before the client starts threads
  client::SubscriptionOptions options{.name = flags.name,
                                      .tags = flags.tags,
                                      .key_prefixes = flags.key_prefixes,
                                      // Calls that wait for subscribers must not wait for this one.
                                      .acknowledgement = client::Acknowledgement::kNone};
  if (flags.from_revision.has_value()) {
    absl::StatusOr<std::string> epoch = flags.epoch;
    if (flags.epoch.empty()) epoch = CurrentEpoch(session);
    if (!epoch.ok()) return epoch.status();
    options.start_after =
        client::Position{.epoch = *std::move(epoch), .revision = *flags.from_revision};
  }
  const std::unique_ptr<client::Subscription> subscription =
      session.client().Subscribe(options, watch.Callbacks());
  watch.Wait();
  subscription->Stop();
  return watch.End();
}

}  // namespace

void AddWatchCommand(CLI::App* app, Action& chosen) {
  auto flags = std::make_shared<WatchFlags>();
  CLI::App* command = app->add_subcommand("watch", "Prints invalidations as they happen");
  command->add_option("--name", flags->name, "The name of this subscriber, for operators")
      ->capture_default_str();
  command->add_option("--tag", flags->tags, "Only invalidations that may concern this tag")
      ->allow_extra_args(false);
  command->add_option("--key-prefix", flags->key_prefixes, "Only keys with this prefix")
      ->allow_extra_args(false);
  CLI::Option* from = command->add_option("--from-revision", flags->from_revision,
                                          "Start after this revision [the head]");
  AddEpochFlag(command, &flags->epoch, "The epoch of --from-revision [the current one]")
      ->needs(from);
  command->add_option("--until-revision", flags->until_revision,
                      "End once everything up to this revision is printed");
  OnChosen(command, chosen, [flags](Session& session) { return RunWatch(*flags, session); });
}

}  // namespace cache_invalidation::cachectl
