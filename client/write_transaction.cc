#include "client/write_transaction.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/widening.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/tag.h"

namespace cache_invalidation::client {
namespace {

absl::Status Refusal(size_t index, absl::string_view field, const absl::Status& status) {
  return absl::InvalidArgumentError(
      absl::StrCat("writes[", index, "].", field, ": ", status.message()));
}

// What the service would refuse after the commit, when it is too late. Ids and contexts have been
// made to fit.
absl::Status Check(const std::vector<WriteEvent>& writes) {
  for (size_t i = 0; i < writes.size(); ++i) {
    const WriteEvent& write = writes[i];
    const absl::Status type = CheckType(write.resource_type);
    if (!type.ok()) return Refusal(i, "resource_type", type);
    const absl::Status operation = CheckOperation(write.operation);
    if (!operation.ok()) return Refusal(i, "operation", operation);
    if (write.tags.size() > kMaxTagsPerWrite) {
      return Refusal(i, "tags",
                     absl::InvalidArgumentError(absl::StrCat("expected at most ", kMaxTagsPerWrite,
                                                             ", got ", write.tags.size())));
    }
    for (size_t tag = 0; tag < write.tags.size(); ++tag) {
      const absl::Status status = CheckTagWithoutWildcard(write.tags[tag]);
      if (!status.ok()) return Refusal(i, absl::StrCat("tags[", tag, "]"), status);
    }
  }
  return absl::OkStatus();
}

// What the service invalidates whatever rules there are.
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

TransactionResult WriteTransaction::CommitAndSend(
    absl::FunctionRef<absl::StatusOr<CommitOutcome>()> commit) {
  WidenedWrites fitting = WidenToLimits(std::exchange(writes_, {}));
  TransactionResult result;
  result.widened = fitting.widened;
  result.commit_status = Check(fitting.writes);
  if (!result.commit_status.ok()) {
    result.outcome = CommitOutcome::kRolledBack;
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
  if (result.outcome != CommitOutcome::kRolledBack && !fitting.writes.empty()) {
    Send(std::move(fitting.writes), result);
  }
  if (exception != nullptr) std::rethrow_exception(exception);
  return result;
}

void WriteTransaction::Send(std::vector<WriteEvent> writes, TransactionResult& result) const {
  InvalidateByWritesParams params{
      .writes = std::move(writes), .wait = options_.wait, .options = options_.call};
  absl::StatusOr<WriteResult> answer = client_.InvalidateByWrites(params);
  if (params.wait.has_value() && absl::IsResourceExhausted(answer.status())) {
    // Nobody can wait for now: all the more must the caches hear of it.
    params.wait.reset();
    answer = client_.InvalidateByWrites(params);
  }
  result.invalidation_status = answer.status();
  if (answer.ok()) {
    result.invalidation = *std::move(answer);
  } else if (options_.on_unsent) {
    std::vector<std::string> tags = DirectTags(params.writes);
    options_.on_unsent(
        {.writes = std::move(params.writes), .tags = std::move(tags), .status = answer.status()});
  }
}

}  // namespace cache_invalidation::client
