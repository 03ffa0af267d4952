// SPDX-License-Identifier: Apache-2.0

#include "server/access/audit_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json_quote.h"
#include "common/names.h"

namespace cache_invalidation::access {
namespace {

// Of the names of what changed, with quotes: the whole line stays below 4,096 bytes, which standard
// error and a pipe take in one piece.
constexpr size_t kMaxChangeBytes = 1'900;
// Of a message, which can repeat a part of the policy file.
constexpr size_t kMaxMessageBytes = 200;

void AddField(absl::string_view name, absl::string_view value, std::string& line) {
  if (!value.empty()) absl::StrAppend(&line, ",\"", name, "\":", QuoteJson(value));
}

void AddChanges(const std::vector<std::string>& changes, std::string& line) {
  if (changes.empty()) return;
  std::string list;
  size_t count = 0;
  for (const std::string& change : changes) {
    const std::string quoted = QuoteJson(change);
    if (list.size() + quoted.size() > kMaxChangeBytes) break;
    absl::StrAppend(&list, list.empty() ? "" : ",", quoted);
    ++count;
  }
  absl::StrAppend(&line, ",\"changes\":[", list, "]");
  if (count < changes.size()) {
    absl::StrAppend(&line, ",\"more_changes\":", changes.size() - count);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(const std::string& path,
                                                         const Clock& clock,
                                                         AccessObserver& observer, Report report) {
  std::unique_ptr<AuditWriter> writer;
  if (!path.empty()) {
    auto opened = AuditWriter::Open(path, observer, std::move(report));
    if (!opened.ok()) return opened.status();
    writer = *std::move(opened);
  }
  return std::unique_ptr<AuditLog>(new AuditLog(std::move(writer), clock));
}

void AuditLog::Reopen() {
  if (writer_ != nullptr) writer_->Reopen();
}

bool AuditLog::AwaitWritten(absl::Duration within) const {
  return writer_ == nullptr || writer_->AwaitWritten(within);
}

void AuditLog::WriteCall(const AuditRecord& record) { Write("call", record, 0); }

void AuditLog::WriteDenied(const AuditRecord& record) {
  constexpr RateLimit kLimit = {.calls_per_second = kMaxDeniedPerSecond,
                                .burst = kMaxDeniedPerSecond};
  uint64_t left_out = 0;
  {
    MutexLock lock(mutex_);
    if (denied_.Take(kLimit, clock_.Monotonic()) > absl::ZeroDuration()) {
      ++left_out_;
      return;
    }
    left_out = std::exchange(left_out_, 0);
  }
  Write("denied", record, left_out);
}

void AuditLog::WritePolicy(const absl::Status& outcome) {
  Write("policy", {.outcome = outcome}, 0);
}

void AuditLog::Write(absl::string_view event, const AuditRecord& record, uint64_t left_out) {
  if (writer_ == nullptr) return;
  std::string line = absl::StrCat(
      "{\"time\":\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", clock_.Now(), absl::UTCTimeZone()),
      "\",\"event\":\"", event, "\"");
  AddField("principal", record.principal, line);
  AddField("peer", record.peer, line);
  AddField("method", record.method, line);
  AddField("namespace", record.namespace_name, line);
  AddChanges(record.changes, line);
  AddField("outcome", absl::StatusCodeToString(record.outcome.code()), line);
  AddField("message", Utf8Prefix(record.outcome.message(), kMaxMessageBytes), line);
  if (left_out > 0) absl::StrAppend(&line, ",\"left_out_before\":", left_out);
  writer_->Append(std::move(line));
}

}  // namespace cache_invalidation::access
