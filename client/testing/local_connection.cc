// SPDX-License-Identifier: Apache-2.0

#include "client/testing/local_connection.h"

#include <atomic>
#include <string>
#include <utility>

#include "client/testing/local_history.h"

namespace cache_invalidation::client {
namespace {

class LocalSubscription final : public Subscription {
 public:
  LocalSubscription(std::shared_ptr<LocalHistory> history, const SubscribeParams& params)
      : history_(std::move(history)), subscriber_(history_->Add(params)) {}
  ~LocalSubscription() override { Stop(); }

  void Acknowledge(const Position&) override {}
  void Stop() override { history_->Remove(subscriber_); }

 private:
  const std::shared_ptr<LocalHistory> history_;
  const std::shared_ptr<LocalHistory::Subscriber> subscriber_;
};

// Each command has its result when Write returns.
class LocalWriteStream final : public WriteStream {
 public:
  explicit LocalWriteStream(std::shared_ptr<LocalHistory> history) : history_(std::move(history)) {}

  void Write(std::vector<WriteEvent> writes, WriteCallback done) override {
    absl::StatusOr<WriteResult> result = absl::CancelledError("the stream is closed");
    if (!is_closed_) result = history_->Write(writes, false);
    if (done) done(result);
  }
  void Flush() override {}
  void Close() override { is_closed_ = true; }

 private:
  const std::shared_ptr<LocalHistory> history_;
  std::atomic<bool> is_closed_ = false;
};

void AddTargets(TargetKind kind, const std::vector<std::string>& names, Event& event) {
  for (const std::string& name : names) {
    event.invalidations.push_back({.target = kind, .name = name});
  }
}

}  // namespace

LocalConnection::LocalConnection(const LocalConnectionOptions& options)
    : history_(std::make_shared<LocalHistory>(options.lease, options.clock)) {}

LocalConnection::~LocalConnection() = default;

Position LocalConnection::Publish(Event event) { return history_->Publish(std::move(event)); }
void LocalConnection::Reset(ResetReason reason) { history_->Reset(reason); }
void LocalConnection::Disconnect(const absl::Status& status) { history_->Disconnect(status); }
void LocalConnection::Connect() { history_->Connect(); }
void LocalConnection::RenewLeases() { history_->RenewLeases(); }
Position LocalConnection::head() const { return history_->head(); }
size_t LocalConnection::subscriptions() const { return history_->subscriptions(); }
std::vector<WriteEvent> LocalConnection::writes() const { return history_->writes(); }

void LocalConnection::AnswerWrites(
    std::function<absl::StatusOr<WriteResult>(const std::vector<WriteEvent>&)> answer) {
  history_->AnswerWrites(std::move(answer));
}

void LocalConnection::Start(const InvalidateByWriteParams& params,
                            ResultCallback<WriteResult> done) {
  done(history_->Write({params.write}, params.wait.has_value()));
}

void LocalConnection::Start(const InvalidateByWritesParams& params,
                            ResultCallback<WriteResult> done) {
  done(history_->Write(params.writes, params.wait.has_value()));
}

void LocalConnection::Start(const InvalidateParams& params,
                            ResultCallback<InvalidationResult> done) {
  if (absl::Status status = history_->status(); !status.ok()) return done(status);
  Event event{.source = EventSource::kCall};
  AddTargets(TargetKind::kTag, params.tags, event);
  AddTargets(TargetKind::kKey, params.keys, event);
  if (!params.pattern.empty()) AddTargets(TargetKind::kPattern, {params.pattern}, event);
  if (params.everything) AddTargets(TargetKind::kEverything, {""}, event);
  if (params.strategy == InvalidationStrategy::kLazy) {
    for (Invalidation& target : event.invalidations) target.kind = InvalidationKind::kMarkStale;
  }
  InvalidationResult result{.invalidations = static_cast<uint32_t>(event.invalidations.size())};
  result.position = history_->Publish(std::move(event));
  if (params.wait.has_value()) result.waiting = history_->Waited();
  done(std::move(result));
}

void LocalConnection::Start(const InvalidateWithDependenciesParams& params,
                            ResultCallback<KeyInvalidation> done) {
  if (absl::Status status = history_->status(); !status.ok()) return done(status);
  Event event{.source = EventSource::kCall};
  AddTargets(TargetKind::kKey, {params.key}, event);
  KeyInvalidation result{.position = history_->Publish(std::move(event)), .invalidated = 1};
  if (params.wait.has_value()) result.waiting = history_->Waited();
  done(std::move(result));
}

void LocalConnection::Start(const ScheduleBatchInvalidationParams& params,
                            ResultCallback<BatchSchedule> done) {
  if (absl::Status status = history_->status(); !status.ok()) return done(status);
  Event event{.source = EventSource::kBatch};
  AddTargets(TargetKind::kTag, params.tags, event);
  AddTargets(TargetKind::kKey, params.keys, event);
  done(BatchSchedule{.position = history_->Publish(std::move(event))});
}

void LocalConnection::Start(const FlushPendingInvalidationsParams& params,
                            ResultCallback<BatchFlush> done) {
  if (absl::Status status = history_->status(); !status.ok()) return done(status);
  BatchFlush result{.position = history_->head()};
  if (params.wait.has_value()) result.waiting = history_->Waited();
  done(std::move(result));
}

void LocalConnection::Start(const TrackEntriesParams& params,
                            ResultCallback<TrackEntriesResult> done) {
  if (absl::Status status = history_->status(); !status.ok()) return done(status);
  TrackEntriesResult result{.position = history_->head()};
  for (const TrackedEntry& entry : params.entries) {
    result.results.push_back({.key = entry.key, .outcome = FillOutcome::kKept});
  }
  done(std::move(result));
}

void LocalConnection::Start(const UntrackEntriesParams& params, ResultCallback<uint32_t> done) {
  if (absl::Status status = history_->status(); !status.ok()) return done(status);
  done(static_cast<uint32_t>(params.keys.size()));
}

void LocalConnection::Start(const LookupEntryParams&, ResultCallback<EntryLookup> done) {
  if (absl::Status status = history_->status(); !status.ok()) return done(status);
  done(EntryLookup{.state = EntryState::kFresh, .position = history_->head()});
}

void LocalConnection::Start(const GetInvalidationStatsParams&,
                            ResultCallback<InvalidationStats> done) {
  if (absl::Status status = history_->status(); !status.ok()) return done(status);
  done(InvalidationStats{.position = history_->head()});
}

std::unique_ptr<Subscription> LocalConnection::Subscribe(const SubscribeParams& params) {
  return std::make_unique<LocalSubscription>(history_, params);
}

std::unique_ptr<WriteStream> LocalConnection::OpenWriteStream(const OpenWriteStreamParams&) {
  return std::make_unique<LocalWriteStream>(history_);
}

}  // namespace cache_invalidation::client
