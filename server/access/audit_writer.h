// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ACCESS_AUDIT_WRITER_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_AUDIT_WRITER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/access/access_observer.h"

namespace cache_invalidation::access {

// Lines that wait for the disk: some thousand usual ones.
inline constexpr size_t kMaxQueuedAuditBytes = 1 << 20;

// Appends lines to a file, on a thread of its own: the caller never waits for a disk, or for the
// reader of a pipe. A line that finds the queue full, or cannot be written, is counted and
// reported, and the next line says how many were lost before it. What is still queued when the
// process is killed is lost, too, without a trace.
//
// Thread-safe.
class AuditWriter {
 public:
  // Gets the first loss after a good line. Must not block; called with the writer locked.
  using Report = std::function<void(absl::string_view problem)>;

  // Opens the file and appends to it; only its owner can read it if it is new. "-": standard error,
  // where a line that cannot be written at once is lost and not counted. FAILED_PRECONDITION: the
  // file cannot be opened. The observer must outlive the writer.
  static absl::StatusOr<std::unique_ptr<AuditWriter>> Open(const std::string& path,
                                                           AccessObserver& observer, Report report);
  // Waits for the lines that are queued, but not long: a disk that hangs does not keep the process.
  ~AuditWriter();

  AuditWriter(const AuditWriter&) = delete;
  AuditWriter& operator=(const AuditWriter&) = delete;

  // Queues a JSON object without its closing brace.
  void Append(std::string object);

  // Opens the path again after the lines that are queued: the file may have been renamed. If that
  // fails, it is reported and the old file stays in use.
  void Reopen();

  // Waits until everything queued so far is written or lost, and returns whether it is. `within` is
  // of the machine's time.
  bool AwaitWritten(absl::Duration within) const;

 private:
  // Outlives the writer if the disk hangs.
  struct State;

  explicit AuditWriter(std::shared_ptr<State> state);

  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_AUDIT_WRITER_H_
