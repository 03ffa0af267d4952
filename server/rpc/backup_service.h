// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_BACKUP_SERVICE_H_
#define CACHE_INVALIDATION_SERVER_RPC_BACKUP_SERVICE_H_

#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "protos/cache_invalidation/v1/backup_service.grpc.pb.h"
#include "server/access/access.h"
#include "server/metrics/rpc_metrics.h"
#include "server/rpc/call_access.h"
#include "server/rpc/call_limits.h"

namespace cache_invalidation::rpc {

class BackupStream;

using StreamBackupMethod =
    v1::BackupService::WithRawCallbackMethod_StreamBackup<v1::BackupService::Service>;

// cache_invalidation.v1.BackupService. Copying and reading files blocks, so a thread of its own
// does it; that thread writes a message when the one before it is written.
//
// Thread-safe.
class BackupService final : public StreamBackupMethod {
 public:
  // What is backed up.
  struct Source {
    // Makes a copy of the store and returns its directory, which the service deletes.
    std::function<absl::StatusOr<std::string>()> copy;
    std::string epoch;
    std::string server_version;
  };

  // The references, and what the source uses, must outlive it. It must outlive the grpc::Server
  // that serves it.
  BackupService(Source source, const Clock& clock, metrics::RpcMetrics& metrics,
                const Admission& admission, access::Access& access);
  ~BackupService() override;

  grpc::ServerWriteReactor<grpc::ByteBuffer>* StreamBackup(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request) override
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Status Permit(CallAccess& access);
  void Run(BackupStream& stream) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Send(BackupStream& stream);

  const Source source_;
  const Clock& clock_;
  const Admission& admission_;
  access::Access& access_;
  metrics::MethodMetrics metrics_;
  // Waits in real time, as what it waits for is a peer.
  RealClock real_clock_;

  Mutex mutex_;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  // Of the last backup. If it is not running, it is about to end, and needs no lock any more.
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_BACKUP_SERVICE_H_
