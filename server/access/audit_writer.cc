// SPDX-License-Identifier: Apache-2.0

#include "server/access/audit_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "common/standard_error.h"

namespace cache_invalidation::access {
namespace {

constexpr char kStandardError[] = "-";

// A process that ends waits so long for its last lines: less than what a stop has after its grace.
constexpr absl::Duration kPatience = absl::Milliseconds(500);

// Opening never waits for the reader of a pipe; writing does.
absl::StatusOr<int> OpenFile(const std::string& path) {
  constexpr int kOwnerReadsAndWrites = 0600;
  const int file = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                        kOwnerReadsAndWrites);
  if (file >= 0 && fcntl(file, F_SETFL, O_APPEND) == 0) return file;
  const absl::Status error =
      absl::ErrnoToStatus(errno, absl::StrCat("cannot open the audit log ", path));
  if (file >= 0) close(file);
  return absl::FailedPreconditionError(error.message());
}

struct Work {
  std::string object;        // empty: the file is opened again
  uint64_t lost_before = 0;  // lines that found the queue full
};

}  // namespace

struct AuditWriter::State {
  State(std::string path, AccessObserver& observer, Report report)
      : path(std::move(path)), observer(observer), report(std::move(report)) {}
  ~State() {
    if (file >= 0) close(file);
  }

  absl::Status Open() {
    if (path == kStandardError) return absl::OkStatus();
    const absl::StatusOr<int> opened = OpenFile(path);
    if (!opened.ok()) return opened.status();
    if (file >= 0) close(file);
    file = *opened;
    torn = false;
    return absl::OkStatus();
  }

  void Run() ABSL_LOCKS_EXCLUDED(mutex) {
    while (const std::optional<Work> work = Next()) {
      if (work->object.empty()) {
        const absl::Status opened = Open();
        MutexLock lock(mutex);
        if (!opened.ok() && !abandoned) report(opened.message());
      } else {
        const bool written = Write(*work);
        MutexLock lock(mutex);
        if (!written && !abandoned) observer.OnAuditLineLost();
        if (!written && !abandoned && !std::exchange(failing, true)) {
          report(absl::StrCat("the audit log ", path, " cannot be written"));
        }
        if (written) failing = false;
      }
    }
  }

  // Absent: the writer has ended.
  std::optional<Work> Next() ABSL_LOCKS_EXCLUDED(mutex) {
    MutexLock lock(mutex);
    working = false;
    changed.NotifyAll();
    while (queue.empty() && !ending) changed.Wait(mutex);
    if (queue.empty() || abandoned) return std::nullopt;
    Work work = std::move(queue.front());
    queue.pop_front();
    queued_bytes -= work.object.size();
    working = true;
    return work;
  }

  bool Write(const Work& work) {
    const uint64_t lost = work.lost_before + unwritten;
    std::string line = torn ? "\n" : "";
    absl::StrAppend(&line, work.object);
    if (lost > 0) absl::StrAppend(&line, ",\"lost_before\":", lost);
    line += "}\n";
    if (path == kStandardError) {
      ReportLine(line);
      return true;
    }
    const bool written = write(file, line.data(), line.size()) == ssize_t(line.size());
    unwritten = written ? 0 : lost + 1;
    torn = !written;
    return written;
  }

  const std::string path;
  AccessObserver& observer;
  const Report report;
  int file = -1;           // the thread's, once it runs; -1: standard error
  uint64_t unwritten = 0;  // the thread's: lines lost since one was written
  bool torn = false;       // the thread's: the file may end within a line
  Mutex mutex;             // not held while a file is opened or written
  CondVar changed;
  std::deque<Work> queue ABSL_GUARDED_BY(mutex);
  size_t queued_bytes ABSL_GUARDED_BY(mutex) = 0;
  uint64_t lost ABSL_GUARDED_BY(mutex) = 0;  // since a line was queued
  bool working ABSL_GUARDED_BY(mutex) = false;
  bool failing ABSL_GUARDED_BY(mutex) = false;
  bool ending ABSL_GUARDED_BY(mutex) = false;
  bool abandoned ABSL_GUARDED_BY(mutex) = false;  // only the thread is left
};

absl::StatusOr<std::unique_ptr<AuditWriter>> AuditWriter::Open(const std::string& path,
                                                               AccessObserver& observer,
                                                               Report report) {
  auto state = std::make_shared<State>(path, observer, std::move(report));
  if (absl::Status status = state->Open(); !status.ok()) return status;
  return std::unique_ptr<AuditWriter>(new AuditWriter(std::move(state)));
}

AuditWriter::AuditWriter(std::shared_ptr<State> state)
    : state_(std::move(state)), thread_([state = state_] { state->Run(); }) {}

AuditWriter::~AuditWriter() {
  {
    MutexLock lock(state_->mutex);
    state_->ending = true;
    state_->changed.NotifyAll();
  }
  if (AwaitWritten(kPatience)) {
    thread_.join();
    return;
  }
  {
    MutexLock lock(state_->mutex);
    state_->abandoned = true;
    state_->report(absl::StrCat("the last lines of the audit log ", state_->path,
                                " could not be written in time"));
  }
  thread_.detach();
}

void AuditWriter::Append(std::string object) {
  State& state = *state_;
  MutexLock lock(state.mutex);
  if (state.queued_bytes + object.size() > kMaxQueuedAuditBytes) {
    state.observer.OnAuditLineLost();
    if (state.lost++ > 0) return;
    return state.report(absl::StrCat("the audit log ", state.path, " takes its lines too slowly"));
  }
  state.queued_bytes += object.size();
  state.queue.push_back({std::move(object), std::exchange(state.lost, 0)});
  state.changed.NotifyAll();
}

void AuditWriter::Reopen() {
  State& state = *state_;
  MutexLock lock(state.mutex);
  // Once is enough: what is asked for often while the disk hangs takes no memory.
  if (!state.queue.empty() && state.queue.back().object.empty()) return;
  state.queue.emplace_back();
  state.changed.NotifyAll();
}

bool AuditWriter::AwaitWritten(absl::Duration within) const {
  State& state = *state_;
  RealClock clock;  // what it waits for is a disk
  const absl::Duration deadline = clock.Monotonic() + within;
  MutexLock lock(state.mutex);
  while (!state.queue.empty() || state.working) {
    if (clock.WaitUntil(state.mutex, state.changed, deadline)) break;
  }
  return state.queue.empty() && !state.working;
}

}  // namespace cache_invalidation::access
