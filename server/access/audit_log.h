// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ACCESS_AUDIT_LOG_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_AUDIT_LOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "common/standard_error.h"
#include "server/access/access_observer.h"
#include "server/access/audit_writer.h"
#include "server/access/rate_limits.h"

namespace cache_invalidation::access {

// What one line says about a call. Texts are UTF-8; empty ones are left out.
struct AuditRecord {
  std::string principal = {};  // empty: it is not known, or there is no policy
  std::string peer = {};
  std::string method = {};
  std::string namespace_name = {};
  std::vector<std::string> changes = {};  // what the call is about, as `rule NAME`
  absl::Status outcome = absl::OkStatus();
};

// The audit log: a JSON object per line, with the time, for every call that needs an admin, every
// change of the policy, and calls that were denied. At most kMaxDeniedPerSecond of these: a flood
// of them must not fill the disk. The next line of a denied call has the number of those left out.
//
// A line is queued, by the caller's thread, and written by an AuditWriter: nothing waits for a disk
// of logs. It is shorter than 4,096 bytes: the names of what changed are cut. Lines that are lost
// are counted and reported, and the next one says how many were (`lost_before`).
//
// Thread-safe.
class AuditLog {
 public:
  static constexpr double kMaxDeniedPerSecond = 10;

  // See AuditWriter::Open; an empty path: writes nothing. The references must outlive it.
  using Report = AuditWriter::Report;
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(const std::string& path, const Clock& clock,
                                                        AccessObserver& observer,
                                                        Report report = ReportLine);

  // Opens the path again: see AuditWriter::Reopen.
  void Reopen();

  // See AuditWriter::AwaitWritten.
  bool AwaitWritten(absl::Duration within) const;

  void WriteCall(const AuditRecord& record);
  void WriteDenied(const AuditRecord& record) ABSL_LOCKS_EXCLUDED(mutex_);
  // `outcome`: OK if the policy is in use now, else why it is not.
  void WritePolicy(const absl::Status& outcome);

 private:
  AuditLog(std::unique_ptr<AuditWriter> writer, const Clock& clock)
      : clock_(clock), writer_(std::move(writer)) {}

  void Write(absl::string_view event, const AuditRecord& record, uint64_t left_out);

  const Clock& clock_;
  const std::unique_ptr<AuditWriter> writer_;  // null: nothing is written
  Mutex mutex_;
  TokenBucket denied_ ABSL_GUARDED_BY(mutex_);
  uint64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_AUDIT_LOG_H_
