// SPDX-License-Identifier: Apache-2.0

#include "client/connect/http/purge_endpoint.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/connect/sink_queue.h"
#include "common/files.h"
#include "common/stable_hash.h"

namespace cache_invalidation::connect {
namespace {

using journal::Level;

constexpr absl::Duration kShortestPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(30);
// A position that is a second old costs a second of events again.
constexpr absl::Duration kSaveEvery = absl::Seconds(1);
constexpr size_t kMaxPositionBytes = 4'096;
constexpr unsigned kOwnerOnly = 0600;

std::string FingerprintOf(const HttpSinkOptions& options, const std::string& label) {
  std::vector<std::string> parts = {
      label, options.id,
      absl::StrCat(static_cast<int>(options.preset), static_cast<int>(options.on_keys),
                   static_cast<int>(options.on_everything))};
  for (const RequestTemplate* request : {&options.request, &options.everything_request}) {
    parts.push_back(request->method);
    parts.insert(parts.end(), request->headers.begin(), request->headers.end());
    parts.push_back(request->body);
  }
  parts.insert(parts.end(), options.key_prefixes.begin(), options.key_prefixes.end());
  return absl::StrCat(absl::Hex(StableHash(absl::StrJoin(parts, "\n")), absl::kZeroPad16));
}

}  // namespace

PurgeEndpoint::PurgeEndpoint(const HttpSinkEnvironment& environment, PurgeAddress address)
    : environment_(environment),
      address_(std::move(address)),
      label_(address_.label()),
      fingerprint_(FingerprintOf(environment.options, label_)),
      position_file_(absl::StrCat(environment.options.state_file, ".", fingerprint_)),
      limits_(LimitsOf(environment.options.preset)),
      http_(address_.address, environment.options.timeout),
      max_keys_(limits_.keys),
      pause_(kShortestPause),
      thread_(
          environment.clock, environment.journal, {"cache", label_}, kLongestPause,
          [this](const std::stop_token& stop) { return Follow(stop); },
          [this](absl::string_view why) {
            Update([why](EndpointFigures& figures) { figures.Lose(why); });
          }) {}

absl::Status PurgeEndpoint::Follow(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] { http_.Interrupt(); });
  const HttpSinkOptions& options = environment_.options;
  const absl::Duration interval =
      absl::Seconds(1) / static_cast<int64_t>(options.requests_per_second);
  const absl::Duration burst = interval * static_cast<int64_t>(options.burst);
  Clock& clock = environment_.clock;
  const auto text = ReadRegularFile(position_file_, kMaxPositionBytes);
  saved_ = text.ok() ? ParseSinkPosition(*text, fingerprint_) : std::nullopt;
  SinkQueueOptions queue = options.queue;
  queue.widen_to_types = WidenToTypes;
  queue.max_batch_bytes = limits_.bytes;
  SinkFeed feed({.client = environment_.client,
                 .clock = clock,
                 .journal = environment_.journal,
                 .stop = stop,
                 .cache = label_,
                 .subscription = {.name = options.name,
                                  .start_after = saved_,
                                  .key_prefixes = options.key_prefixes,
                                  // HTTP caches go on serving when a lease has ended: no writer is
                                  // promised anything.
                                  .acknowledgement = client::Acknowledgement::kNone},
                 .queue = std::move(queue),
                 .targets_of = [&](const client::Event& event) { return PurgesOf(event, options); },
                 .update = [this](const auto& change) { Update(change); }});
  absl::Duration save_at = clock.Monotonic();
  while (!stop.stop_requested() && feed.status().ok()) {
    if (clock.Monotonic() >= save_at) {
      SavePosition(feed.reached());
      save_at = clock.Monotonic() + kSaveEvery;
    }
    std::optional<SinkQueue::Batch> batch =
        feed.Await(save_at, std::max(not_before_, next_request_ - burst), max_keys_);
    if (!batch.has_value()) continue;
    if (batch->targets.empty()) {
      feed.Dropped(*std::move(batch));
      continue;
    }
    next_request_ = std::max(next_request_, clock.Monotonic()) + interval;
    Purge(feed, *std::move(batch), stop);
  }
  SavePosition(feed.reached());
  return feed.status();
}

void PurgeEndpoint::Purge(SinkFeed& feed, SinkQueue::Batch batch, const std::stop_token& stop) {
  const HttpSinkOptions& options = environment_.options;
  const HttpResponse response = http_.Send(RequestOf(batch.targets, options, address_.url));
  const PurgeResult result = PurgeResultOf(response, options.preset);
  const bool is_purged = result.kind == PurgeResult::Kind::kPurged;
  Update([&](EndpointFigures& figures) {
    ++figures.requests[response.status == 0 ? "none" : absl::StrCat(response.status)];
    figures.refusal = is_purged ? "" : result.reason;
    if (is_purged) figures.keys += batch.targets.size();
    figures.purged_pages += result.purged.value_or(0);
    if (result.purged == size_t{0}) ++figures.without_pages;
  });
  if (is_purged) {
    feed.Dropped(std::move(batch));
    pause_ = kShortestPause;
    max_keys_ = std::min(2 * max_keys_, limits_.keys);
    return;
  }
  if (stop.stop_requested()) return;
  Report(Level::kWarning, "a purge was not carried out", result.reason);
  const size_t keys = batch.targets.size();
  if (result.kind == PurgeResult::Kind::kTooLarge && keys == 1 && !batch.targets.everything) {
    return feed.Refused();
  }
  feed.PutBack(std::move(batch));
  if (result.kind == PurgeResult::Kind::kTooLarge && keys > 1) {
    max_keys_ = keys / 2;
    return;
  }
  not_before_ = environment_.clock.Monotonic() + std::max(pause_, result.retry_after);
  pause_ = std::min(2 * pause_, kLongestPause);
}

void PurgeEndpoint::SavePosition(const std::optional<client::Position>& position) {
  if (!position.has_value() || position == saved_) return;
  const absl::Status status =
      ReplaceFile(position_file_, FormatSinkPosition(*position, fingerprint_), kOwnerOnly);
  if (status.ok()) {
    saved_ = position;
  } else {
    Report(Level::kError, "the position is not kept: the next start repeats more",
           status.message());
  }
}

template <typename Change>
void PurgeEndpoint::Update(const Change& change) {
  environment_.status.Update([&](auto& endpoints) { change(endpoints[label_]); });
}

void PurgeEndpoint::Report(Level level, const std::string& message,
                           absl::string_view detail) const {
  environment_.journal.Write({level, message, {{"cache", label_}}, std::string(detail)});
}

}  // namespace cache_invalidation::connect
