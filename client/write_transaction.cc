// SPDX-License-Identifier: Apache-2.0

#include "client/write_transaction.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/internal/metadata.h"
#include "client/internal/retry.h"
#include "client/internal/widened_call.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/tag.h"

namespace cache_invalidation::client {
namespace {

absl::Status Refusal(absl::string_view field, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", status.message()));
}

// Checks what the service would refuse after the commit, when it is too late. Everything else is
// made to fit.
absl::Status CheckNames(const WriteEvent& write) {
  const absl::Status type = CheckType(write.resource_type);
  if (!type.ok()) return Refusal("resource_type", type);
  const absl::Status operation = CheckOperation(write.operation);
  if (!operation.ok()) return Refusal("operation", operation);
  for (size_t tag = 0; tag < write.tags.size(); ++tag) {
    const absl::Status status = CheckTagWithoutWildcard(write.tags[tag]);
    if (!status.ok()) return Refusal(absl::StrCat("tags[", tag, "]"), status);
  }
  return absl::OkStatus();
}

// Returns writes that cover more than the refused ones: their types, and after that everything.
WidenedWrites Wider(const WidenedWrites& refused) {
  WriteCollector collector;
  for (const WriteEvent& write : refused.writes) collector.Add(write);
  collector.WidenToTypes();
  WidenedWrites types = collector.Take();
  if (types.writes == refused.writes) return {.everything = true};
  return types;
}

// Returns the tags that the service invalidates independently of rules.
std::vector<std::string> DirectTags(const std::vector<WriteEvent>& writes) {
  std::vector<std::string> tags;
  for (const WriteEvent& write : writes) {
    if (write.resource_id.empty()) {
      tags.push_back(write.resource_type);
    } else {
      for (std::string& tag : ResourceTags(write.resource_type, write.resource_id)) {
        tags.push_back(std::move(tag));
      }
      tags.push_back(CollectionTag(write.resource_type));
    }
    tags.insert(tags.end(), write.tags.begin(), write.tags.end());
  }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return tags;
}

}  // namespace

void WriteTransaction::Add(WriteEvent write) {
  if (refusal_.ok()) {
    const absl::Status names = CheckNames(write);
    if (!names.ok()) {
      refusal_ = absl::InvalidArgumentError(absl::StrCat("writes[", added_, "].", names.message()));
    }
  }
  ++added_;
  writes_.Add(std::move(write));
}

absl::Status WriteTransaction::CheckOptions() const {
  absl::Status connection = client_.OptionsStatus();
  if (!connection.ok()) return connection;
  const std::string name = client_.NamespaceOf(options_.call);
  if (!name.empty()) {
    const absl::Status status = CheckNamespaceName(name);
    if (!status.ok()) return Refusal("call.namespace_name", status);
  }
  const absl::Status request_id = CheckRequestId(options_.call.request_id);
  if (!request_id.ok()) return Refusal("call.request_id", request_id);
  const absl::Status metadata = internal::CheckCallMetadata(options_.call.metadata);
  if (!metadata.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("call.", metadata.message()));
  }
  if (options_.call.deadline.value_or(absl::InfiniteDuration()) <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("call.deadline: expected more than nothing");
  }
  if (options_.wait.has_value() && options_.wait->timeout.has_value() &&
      (*options_.wait->timeout < kMinWaitTimeout || *options_.wait->timeout > kMaxWaitTimeout)) {
    return absl::InvalidArgumentError(absl::StrCat("wait.timeout: expected ",
                                                   absl::FormatDuration(kMinWaitTimeout), " to ",
                                                   absl::FormatDuration(kMaxWaitTimeout), ", got ",
                                                   absl::FormatDuration(*options_.wait->timeout)));
  }
  return absl::OkStatus();
}

TransactionResult WriteTransaction::CommitAndSend(
    absl::FunctionRef<absl::StatusOr<CommitOutcome>()> commit) {
  TransactionResult result;
  result.commit_status = refusal_;
  if (added_ > 0) result.commit_status.Update(CheckOptions());
  if (!result.commit_status.ok()) {
    result.outcome = CommitOutcome::kRolledBack;
    Take();
    return result;
  }
  std::exception_ptr exception;
  try {
    const absl::StatusOr<CommitOutcome> outcome = commit();
    result.outcome = outcome.value_or(CommitOutcome::kUnknown);
    result.commit_status = outcome.status();
  } catch (...) {
    exception = std::current_exception();
  }
  // With those that were added meanwhile. What the service refuses of these is sent less precisely.
  const uint64_t added = added_;
  WidenedWrites told = Take();
  result.widened = told.widened;
  if (result.outcome != CommitOutcome::kRolledBack && added > 0) {
    Send(std::move(told), added, result);
  }
  if (exception != nullptr) std::rethrow_exception(exception);
  return result;
}

WidenedWrites WriteTransaction::Take() {
  added_ = 0;
  refusal_ = absl::OkStatus();
  return writes_.Take();
}

void WriteTransaction::Send(WidenedWrites told, uint64_t added, TransactionResult& result) const {
  std::optional<WaitForSubscribers> wait = options_.wait;
  absl::StatusOr<WriteResult> answer = Tell(told, wait);
  if (wait.has_value() && absl::IsResourceExhausted(answer.status())) {
    // No call can wait for now, but the caches must still be notified.
    wait.reset();
    answer = Tell(told, wait);
  }
  // The transaction is committed, so a refusal must not be final.
  std::vector<std::string> tags;
  while (internal::IsDefinitive(answer.status()) && !told.everything) {
    tags = DirectTags(told.writes);
    told = Wider(told);
    result.widened = added;
    wait.reset();
    answer = Tell(told, wait);
  }
  result.invalidation_status = answer.status();
  if (answer.ok()) {
    result.invalidation = *std::move(answer);
  } else if (options_.on_unsent) {
    if (!told.everything) tags = DirectTags(told.writes);
    options_.on_unsent({.namespace_name = client_.NamespaceOf(options_.call),
                        .writes = std::move(told.writes),
                        .everything = told.everything,
                        .tags = std::move(tags),
                        .status = answer.status()});
  }
}

absl::StatusOr<WriteResult> WriteTransaction::Tell(
    const WidenedWrites& told, const std::optional<WaitForSubscribers>& wait) const {
  return internal::Report(client_, told, wait, options_.call);
}

}  // namespace cache_invalidation::client
