#include "client/cachectl/commands.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cachectl/event_printer.h"
#include "client/cachectl/stop_signal.h"
#include "client/subscription.h"

namespace cache_invalidation::cachectl {
namespace {

struct Flags {
  std::string name = "cachectl";
  std::vector<std::string> tags;
  std::vector<std::string> key_prefixes;
  std::optional<uint64_t> from_revision;
  std::string epoch;
  std::optional<uint64_t> until_revision;
};

// Whether to use colors: on a terminal, unless NO_COLOR is set (https://no-color.org).
bool WantsColor() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

// One run of watch. The callbacks run on the subscription's thread, one at a time.
class Watch {
 public:
  Watch(const Flags& flags, Session& session)
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
    session_.err() << "connection lost, trying again: " << Describe(status) << std::endl;
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

absl::StatusOr<ExitCode> RunWatch(const Flags& flags, Session& session) {
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
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app->add_subcommand("watch", "Prints invalidations as they happen");
  command->add_option("--name", flags->name, "The name of this subscriber, for operators")
      ->capture_default_str();
  command->add_option("--tag", flags->tags, "Only invalidations that may concern this tag")
      ->allow_extra_args(false);
  command->add_option("--key-prefix", flags->key_prefixes, "Only keys with this prefix")
      ->allow_extra_args(false);
  CLI::Option* from = command->add_option("--from-revision", flags->from_revision,
                                          "Start after this revision [the head]");
  command->add_option("--epoch", flags->epoch, "The epoch of --from-revision [the current one]")
      ->needs(from);
  command->add_option("--until-revision", flags->until_revision,
                      "End once everything up to this revision is printed");
  OnChosen(command, chosen, [flags](Session& session) { return RunWatch(*flags, session); });
}

}  // namespace cache_invalidation::cachectl
