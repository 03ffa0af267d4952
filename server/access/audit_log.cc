#include "server/access/audit_log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json_quote.h"
#include "common/standard_error.h"

namespace cache_invalidation::access {
namespace {

constexpr char kStandardError[] = "-";
// Of the names of what changed, with quotes: the whole line stays below 4,096 bytes, which standard
// error and a pipe take in one piece.
constexpr size_t kMaxChangeBytes = 2'000;
// Of a message, which can repeat a part of the policy file.
constexpr size_t kMaxMessageBytes = 200;

// Cuts no character of UTF-8 apart.
absl::string_view Cut(absl::string_view text) {
  size_t size = std::min(text.size(), kMaxMessageBytes);
  while (size > 0 && size < text.size() && (text[size] & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

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
  std::unique_ptr<AuditLog> log(new AuditLog(path, clock, observer, std::move(report)));
  if (absl::Status status = log->Reopen(); !status.ok()) return status;
  return log;
}

AuditLog::~AuditLog() {
  MutexLock lock(mutex_);
  if (file_ >= 0) close(file_);
}

// Never waits for the reader of a pipe.
absl::StatusOr<int> AuditLog::OpenFile() const {
  constexpr int kOwnerReadsAndWrites = 0600;
  const int file = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                        kOwnerReadsAndWrites);
  if (file >= 0) return file;
  const absl::Status error =
      absl::ErrnoToStatus(errno, absl::StrCat("cannot open the audit log ", path_));
  return absl::FailedPreconditionError(error.message());
}

absl::Status AuditLog::Reopen() {
  if (path_.empty() || path_ == kStandardError) return absl::OkStatus();
  const absl::StatusOr<int> file = OpenFile();
  if (!file.ok()) return file.status();
  MutexLock lock(mutex_);
  if (file_ >= 0) close(file_);
  file_ = *file;
  failing_ = false;
  return absl::OkStatus();
}

void AuditLog::WriteCall(const AuditRecord& record) {
  MutexLock lock(mutex_);
  Write("call", record, 0);
}

void AuditLog::WriteDenied(const AuditRecord& record) {
  constexpr RateLimit kLimit = {.calls_per_second = kMaxDeniedPerSecond,
                                .burst = kMaxDeniedPerSecond};
  MutexLock lock(mutex_);
  if (denied_.Take(kLimit, clock_.Monotonic()) > absl::ZeroDuration()) {
    ++left_out_;
    return;
  }
  Write("denied", record, std::exchange(left_out_, 0));
}

void AuditLog::WritePolicy(const absl::Status& outcome) {
  MutexLock lock(mutex_);
  Write("policy", {.outcome = outcome}, 0);
}

void AuditLog::Write(absl::string_view event, const AuditRecord& record, uint64_t left_out) {
  if (path_.empty()) return;
  std::string line = absl::StrCat(
      "{\"time\":\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", clock_.Now(), absl::UTCTimeZone()),
      "\",\"event\":\"", event, "\"");
  AddField("principal", record.principal, line);
  AddField("peer", record.peer, line);
  AddField("method", record.method, line);
  AddField("namespace", record.namespace_name, line);
  AddChanges(record.changes, line);
  AddField("outcome", absl::StatusCodeToString(record.outcome.code()), line);
  AddField("message", Cut(record.outcome.message()), line);
  if (left_out > 0) absl::StrAppend(&line, ",\"left_out_before\":", left_out);
  absl::StrAppend(&line, "}\n");
  if (path_ == kStandardError) return ReportLine(line);
  if (failing_) line.insert(0, "\n");  // a part of the line before may be there
  const bool written = write(file_, line.data(), line.size()) == ssize_t(line.size());
  if (!written) observer_.OnAuditLineLost();
  if (!written && !failing_) {
    report_(absl::StrCat("the audit log ", path_, " cannot be written"));
  }
  failing_ = !written;
}

}  // namespace cache_invalidation::access
