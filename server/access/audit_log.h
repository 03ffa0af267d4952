#ifndef CACHE_INVALIDATION_SERVER_ACCESS_AUDIT_LOG_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_AUDIT_LOG_H_

#include <cstdint>
#include <functional>
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
// A line is written at once, by the caller's thread, and is shorter than 4,096 bytes: the names of
// what changed are cut. What cannot be written is counted and reported on standard error, and the
// call goes on: an invalidation does not wait for a disk of logs.
//
// Thread-safe.
class AuditLog {
 public:
  static constexpr double kMaxDeniedPerSecond = 10;

  // Appends to the file, which only its owner can read if it is new. "-": to standard error. Empty:
  // writes nothing. FAILED_PRECONDITION: the file cannot be opened. The references must outlive it.
  // `report` gets the first line that is lost after a good one, with the audit log locked.
  using Report = std::function<void(absl::string_view problem)>;
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(const std::string& path, const Clock& clock,
                                                        AccessObserver& observer,
                                                        Report report = ReportLine);
  ~AuditLog();

  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // Opens the path again: the file may have been renamed. On an error the old file stays in use.
  absl::Status Reopen() ABSL_LOCKS_EXCLUDED(mutex_);

  void WriteCall(const AuditRecord& record) ABSL_LOCKS_EXCLUDED(mutex_);
  void WriteDenied(const AuditRecord& record) ABSL_LOCKS_EXCLUDED(mutex_);
  // `outcome`: OK if the policy is in use now, else why it is not.
  void WritePolicy(const absl::Status& outcome) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  AuditLog(std::string path, const Clock& clock, AccessObserver& observer, Report report)
      : path_(std::move(path)), clock_(clock), observer_(observer), report_(std::move(report)) {}

  absl::StatusOr<int> OpenFile() const;
  void Write(absl::string_view event, const AuditRecord& record, uint64_t left_out)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  const Clock& clock_;
  AccessObserver& observer_;
  const Report report_;
  Mutex mutex_;
  int file_ ABSL_GUARDED_BY(mutex_) = -1;  // -1: none
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;
  TokenBucket denied_ ABSL_GUARDED_BY(mutex_);
  uint64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_AUDIT_LOG_H_
