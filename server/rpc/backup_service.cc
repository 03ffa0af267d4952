// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/backup_service.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/access/policy.h"
#include "server/access/roles.h"
#include "server/backup/copied_files.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/wire/message_conversion.h"

namespace cache_invalidation::rpc {
namespace {

// A caller that does not read for this long is given up: until then there is no other backup, and
// the space of deleted files is not free.
constexpr absl::Duration kLongestWrite = absl::Minutes(1);

}  // namespace

// gRPC's side of one backup. OnDone follows Finish and deletes it, so the thread that sends can use
// it until it calls Finish.
class BackupStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  BackupStream(grpc::CallbackServerContext& context, std::unique_ptr<CallAccess> access,
               Clock& clock)
      : context_(context), access_(std::move(access)), clock_(clock) {}

  // Returns when gRPC has taken the message. CANCELLED: the caller has gone. DEADLINE_EXCEEDED: it
  // does not read, and the call is cancelled. PERMISSION_DENIED, UNAUTHENTICATED: the policy has
  // changed, and the caller may not have it any more.
  absl::Status Write(const v1::StreamBackupResponse& message) ABSL_LOCKS_EXCLUDED(mutex_) {
    if (absl::Status status = access_->Recheck(); !status.ok()) return status;
    sent_ = ToByteBuffer(message);
    {
      MutexLock lock(mutex_);
      writing_ = true;
    }
    StartWrite(&sent_);
    const absl::Duration deadline = clock_.Monotonic() + kLongestWrite;
    bool late = false;
    MutexLock lock(mutex_);
    while (writing_) {
      if (!clock_.WaitUntil(mutex_, written_, late ? absl::InfiniteDuration() : deadline)) continue;
      late = true;
      context_.TryCancel();  // ends the write
    }
    if (late) return absl::DeadlineExceededError("the caller did not read for a minute");
    return ok_ ? absl::OkStatus() : absl::CancelledError("the caller has gone");
  }

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    writing_ = false;
    ok_ = ok;
    written_.NotifyAll();
  }

  void OnDone() override { delete this; }

 private:
  grpc::CallbackServerContext& context_;
  const std::unique_ptr<CallAccess> access_;
  Clock& clock_;
  grpc::ByteBuffer sent_;  // gRPC's while a write is pending
  Mutex mutex_;
  CondVar written_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ok_ ABSL_GUARDED_BY(mutex_) = false;
};

BackupService::BackupService(Source source, const Clock& clock, metrics::RpcMetrics& metrics,
                             const Admission& admission, access::Access& access)
    : source_(std::move(source)),
      clock_(clock),
      admission_(admission),
      access_(access),
      metrics_(metrics, v1::BackupService::service_full_name(), "StreamBackup",
               metrics::RpcType::kServerStream) {}

BackupService::~BackupService() {
  MutexLock lock(mutex_);
  if (thread_.joinable()) thread_.join();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* BackupService::StreamBackup(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer*) {
  metrics_.Started();
  metrics_.MessageReceived();
  auto access = std::make_unique<CallAccess>(
      access_, access::MethodOf(v1::BackupService::service_full_name(), "StreamBackup"), *context);
  absl::Status status = Permit(*access);
  MutexLock lock(mutex_);
  if (status.ok() && running_) {
    status = absl::AbortedError("another backup is running; try again when it has ended");
  }
  if (!status.ok()) {
    metrics_.Handled(status.code());
    return new RefusedCall<grpc::ServerWriteReactor<grpc::ByteBuffer>>(status);
  }
  if (thread_.joinable()) thread_.join();
  running_ = true;
  auto* stream = new BackupStream(*context, std::move(access), real_clock_);
  thread_ = std::thread([this, stream] { Run(*stream); });
  return stream;
}

// The audit log has every backup that was permitted: it takes everything out of the server.
absl::Status BackupService::Permit(CallAccess& access) {
  absl::Status status = access.Admit();
  if (status.ok()) status = access.Enter(access::kAllNamespaces);
  if (status.ok()) status = admission_.Admit();
  access.Audit({}, status);
  return status;
}

// The next backup can begin once the caller knows that this one has ended.
void BackupService::Run(BackupStream& stream) {
  const absl::Status status = Send(stream);
  metrics_.Handled(status.code());
  {
    MutexLock lock(mutex_);
    running_ = false;
  }
  stream.Finish(ToGrpcStatus(status));
}

absl::Status BackupService::Send(BackupStream& stream) {
  const absl::StatusOr<std::string> copy = source_.copy();
  if (!copy.ok()) return copy.status();
  const absl::Time time = clock_.Now();
  const absl::StatusOr<std::unique_ptr<backup::CopiedFiles>> files = backup::CopiedFiles::In(*copy);
  if (!files.ok()) return files.status();
  while (true) {
    absl::StatusOr<std::optional<backup::CopiedFiles::Piece>> piece = (*files)->Next();
    if (!piece.ok()) return piece.status();
    if (!piece->has_value()) break;
    v1::StreamBackupResponse response;
    v1::BackupChunk& chunk = *response.mutable_chunk();
    chunk.set_path((*piece)->path);
    chunk.set_offset((*piece)->offset);
    chunk.set_data(std::move((*piece)->bytes));
    chunk.set_last((*piece)->last);
    if (chunk.last()) chunk.set_crc32c((*piece)->crc32c);
    if (absl::Status status = stream.Write(response); !status.ok()) return status;
    metrics_.MessageSent();
  }
  v1::StreamBackupResponse response;
  v1::BackupSummary& summary = *response.mutable_summary();
  summary.set_files((*files)->totals().files);
  summary.set_bytes((*files)->totals().bytes);
  summary.set_crc32c((*files)->totals().crc32c);
  summary.set_epoch(source_.epoch);
  summary.set_server_version(source_.server_version);
  wire::FromTime(time, summary.mutable_time());
  absl::Status status = stream.Write(response);
  if (status.ok()) metrics_.MessageSent();
  return status;
}

}  // namespace cache_invalidation::rpc
