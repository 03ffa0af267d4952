// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_WIRE_RECORD_CODEC_H_
#define CACHE_INVALIDATION_SERVER_WIRE_RECORD_CODEC_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/engine/record.h"
#include "server/wire/row.h"

namespace cache_invalidation::wire {

// Encodes the engine's records as rows. The value of a row is a message of
// protos/internal/v1/records.proto, or a v1.Rule or v1.Relationship. Its identity is made of the
// fields that record.h names. Stateless.

Row EncodeRecord(const engine::Record& record);

// Returns the row of a deleted record. Only the identity of the record is read; the value is empty.
Row EncodeRecordIdentity(const engine::Record& record);

// Returns DATA_LOSS for a row that EncodeRecord did not write, and for one of a newer version with
// an enum value that this one does not know.
absl::StatusOr<engine::Record> DecodeRecord(RowKind kind, absl::string_view identity,
                                            absl::string_view value);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_RECORD_CODEC_H_
