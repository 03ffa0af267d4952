// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_TESTING_SHARD_CORE_FIXTURE_H_
#define CACHE_INVALIDATION_SERVER_SHARD_TESTING_SHARD_CORE_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/commit/committer.h"
#include "server/shard/mailbox.h"
#include "server/shard/namespace_quota.h"
#include "server/shard/shard_core.h"
#include "server/storage/store.h"
#include "tests/fakes/counting_shard_observer.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/faulty_store.h"
#include "tests/fakes/recording_publisher.h"

namespace cache_invalidation::shard {

// What became of one submission.
struct Answered {
  int calls = 0;
  std::vector<Result> answers;
};

using Request = std::variant<engine::Command, engine::Query>;

inline std::unique_ptr<Submission> MakeSubmission(absl::string_view namespace_name,
                                                  std::vector<Request> requests,
                                                  std::shared_ptr<Answered> answered) {
  auto submission = std::make_unique<Submission>();
  submission->namespace_name = std::string(namespace_name);
  submission->requests = std::move(requests);
  submission->size_bytes = 1;
  submission->done = [answered = std::move(answered)](std::vector<Result> answers) {
    ++answered->calls;
    answered->answers = std::move(answers);
  };
  return submission;
}

inline engine::Rule MakeRule(std::string name, std::string trigger, std::string target,
                             engine::Strategy strategy = engine::Strategy::kImmediate) {
  engine::Rule rule;
  rule.name = std::move(name);
  rule.trigger_tags = {std::move(trigger)};
  rule.invalidate_tags = {std::move(target)};
  rule.strategy = strategy;
  return rule;
}

inline engine::InvalidateByWrites Write(absl::string_view type, absl::string_view id) {
  engine::InvalidateByWrites command;
  engine::WriteEvent write;
  write.resource_type = type;
  write.resource_id = id;
  write.operation = "update";
  command.writes.push_back(write);
  return command;
}

inline engine::TrackEntries Track(absl::string_view key, absl::string_view tag,
                                  absl::Duration ttl) {
  engine::TrackedEntry entry;
  entry.key = key;
  entry.tags = {tag};
  entry.ttl = ttl;
  engine::TrackEntries command;
  command.entries.push_back(entry);
  return command;
}

// A core over a store that the test commits to when it wants to. New namespaces have one rule,
// `default`: user -> session.
class ShardCoreFixture : public testing::Test {
 protected:
  static constexpr absl::string_view kEpoch = "epoch";

  ShardCoreFixture() { Restart(); }

  // A new core without namespaces.
  void Restart() {
    quota_ = std::make_unique<NamespaceQuota>(3);
    ShardCore::Options options;
    options.epoch = std::string(kEpoch);
    options.default_rules = {MakeRule("default", "user", "session")};
    options.limits = limits_;
    options.on_dropped = [this](absl::string_view name, uint64_t dropped) {
      reports_.emplace_back(std::string(name), dropped);
    };
    options.deleted_revision = *storage::HighestDeletedRevision(store_);
    core_ = std::make_unique<ShardCore>(std::move(options), *quota_, observer_, now_);
  }

  std::shared_ptr<Answered> Submit(absl::string_view namespace_name,
                                   std::vector<Request> requests) {
    auto answered = std::make_shared<Answered>();
    ApplyAll(*MakeSubmission(namespace_name, std::move(requests), answered));
    return answered;
  }

  // The same, committed, from a caller that has gone before it is applied.
  std::shared_ptr<Answered> SubmitAndLeave(std::vector<Request> requests) {
    auto answered = std::make_shared<Answered>();
    auto submission = MakeSubmission("n", std::move(requests), answered);
    submission->cancelled = [] { return true; };
    ApplyAll(*submission);
    Commit();
    return answered;
  }

  void ApplyAll(Submission& submission) {
    while (core_->ApplyNext(submission, now_)) {
    }
  }

  // Makes durable what was applied.
  GroupStats Commit() {
    auto [group, stats] = core_->SealGroup();
    std::vector<commit::Group> groups;
    groups.push_back(std::move(group));
    writer_.Write(std::move(groups));
    return stats;
  }

  // Applies and commits one request. Returns its result, valid until the next call.
  const Result& Call(absl::string_view namespace_name, Request request) {
    std::vector<Request> requests;
    requests.push_back(std::move(request));
    const std::shared_ptr<Answered> answered = Submit(namespace_name, std::move(requests));
    Commit();
    EXPECT_EQ(answered->calls, 1);
    EXPECT_EQ(answered->answers.size(), 1u);
    result_ = std::move(answered->answers.at(0));
    return result_;
  }

  engine::InvalidationStats Stats(absl::string_view namespace_name) {
    return std::get<engine::InvalidationStats>(
        *Call(namespace_name, engine::GetInvalidationStats{}));
  }

  // The revisions that subscribers of a namespace were shown.
  std::vector<uint64_t> Published(absl::string_view namespace_name) const {
    std::vector<uint64_t> revisions;
    for (const commit::Group::Published& published : publisher_.published()) {
      for (const auto& chunk : published.chunks) {
        for (const wire::Chunk::Part& part : chunk->parts) {
          if (published.namespace_name == namespace_name) {
            revisions.push_back(part.revision);
          }
        }
      }
    }
    return revisions;
  }

  std::vector<std::string> StoredRows(absl::string_view namespace_name, wire::RowKind kind) const {
    std::vector<std::string> identities;
    const absl::Status status = store_.ScanRows(
        namespace_name, kind, [&identities](absl::string_view identity, absl::string_view) {
          identities.emplace_back(identity);
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
    return identities;
  }

  absl::Time now_ = FakeClock::kStart;
  engine::Limits limits_;
  std::vector<std::pair<std::string, uint64_t>> reports_;  // of entries that made room
  FakeClock clock_;
  FaultyStore store_;
  commit::RecordingPublisher publisher_;
  Result result_;
  commit::RecordingCommitObserver commits_;
  CountingShardObserver observer_;
  bool fatal_ = false;
  commit::GroupWriter writer_{store_,     storage::Store::Sync::kYes,
                              publisher_, clock_,
                              commits_,   [this](const absl::Status&) { fatal_ = true; }};
  std::unique_ptr<NamespaceQuota> quota_;
  std::unique_ptr<ShardCore> core_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_TESTING_SHARD_CORE_FIXTURE_H_
