// SPDX-License-Identifier: Apache-2.0

#include "client/backup/backup_call.h"

#include <memory>
#include <optional>

#include "client/internal/conversion/conversion.h"
#include "client/internal/endpoint_channel.h"
#include "client/internal/log.h"
#include "client/internal/metadata.h"
#include "client/internal/options_check.h"
#include "client/internal/retry.h"
#include "client/internal/started_call.h"
#include "grpcpp/client_context.h"
#include "protos/cache_invalidation/v1/backup_service.grpc.pb.h"

namespace cache_invalidation::client {
namespace {

BackupChunk ToChunk(v1::BackupChunk& chunk) {
  return {.path = chunk.path(),
          .offset = chunk.offset(),
          .data = std::move(*chunk.mutable_data()),
          .last = chunk.last(),
          .crc32c = chunk.crc32c()};
}

BackupSummary ToSummary(const v1::BackupSummary& summary) {
  return {.files = summary.files(),
          .bytes = summary.bytes(),
          .crc32c = summary.crc32c(),
          .epoch = summary.epoch(),
          .server_version = summary.server_version(),
          .time = internal::FromProto(summary.time())};
}

}  // namespace

absl::StatusOr<BackupSummary> ReceiveBackup(
    const std::string& endpoint, const ClientOptions& options,
    absl::FunctionRef<absl::Status(const BackupChunk&)> on_chunk) {
  absl::Status status = internal::CheckEndpointAndOptions(endpoint, options);
  if (!status.ok()) return status;
  internal::ConnectionMetadata metadata(
      options, internal::ClockOr(options.clock),
      [](absl::string_view message) { internal::Log(LogSeverity::kError, message); });
  if (!metadata.status().ok()) return metadata.status();
  const auto stub = v1::BackupService::NewStub(internal::MakeEndpointChannel(endpoint, options));
  grpc::ClientContext context;
  internal::AddMetadata(metadata.Get(), context);
  const auto stream = stub->StreamBackup(&context, v1::StreamBackupRequest());
  std::optional<BackupSummary> summary;
  v1::StreamBackupResponse response;
  while (status.ok() && stream->Read(&response)) {
    if (response.has_chunk()) status = on_chunk(ToChunk(*response.mutable_chunk()));
    if (response.has_summary()) summary = ToSummary(response.summary());
    if (!status.ok()) context.TryCancel();
  }
  const absl::Status ended = internal::FromGrpc(stream->Finish());
  if (!status.ok()) return status;
  if (!ended.ok()) return ended;
  if (!summary.has_value()) return absl::DataLossError("the backup ended before its summary");
  return *std::move(summary);
}

}  // namespace cache_invalidation::client
