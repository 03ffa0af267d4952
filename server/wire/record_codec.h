#ifndef CACHE_INVALIDATION_SERVER_WIRE_RECORD_CODEC_H_
#define CACHE_INVALIDATION_SERVER_WIRE_RECORD_CODEC_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/engine/record.h"
#include "server/wire/row.h"

namespace cache_invalidation::wire {

// The engine's records as rows: the value is a message of protos/internal/v1/records.proto, the
// identity is made of the fields that record.h names. Stateless.

Row EncodeRecord(const engine::Record& record);

// The row of a deleted record, of which only the identity is filled: no value.
Row EncodeRecordIdentity(const engine::Record& record);

// DATA_LOSS: this is no row that EncodeRecord made, or one of a newer version with a value unknown
// here.
absl::StatusOr<engine::Record> DecodeRecord(RowKind kind, absl::string_view identity,
                                            absl::string_view value);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_RECORD_CODEC_H_
