// SPDX-License-Identifier: Apache-2.0

// Any bytes as the content of a store: the rows of the state and the chunks of the history are read
// or refused as DATA_LOSS, and what is read reads the same after it was written again.
//
// The input is the kind of a row, the size of its identity, the identity and the value; or 0, and
// the value of a chunk.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/check.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/storage/disk_format.h"
#include "server/wire/event_codec.h"
#include "server/wire/record_codec.h"

namespace cache_invalidation {
namespace {

constexpr storage::PartPosition kFirst = {1, 0};

void CheckDamage(const absl::Status& status) {
  Check(status.code() == absl::StatusCode::kDataLoss, "what cannot be read is DATA_LOSS");
}

void ReadRow(wire::RowKind kind, absl::string_view identity, absl::string_view value) {
  const absl::StatusOr<engine::Record> record = wire::DecodeRecord(kind, identity, value);
  if (!record.ok()) return CheckDamage(record.status());
  const wire::Row row = wire::EncodeRecord(*record);
  Check(row.kind == kind && row.identity == identity, "a row stays where it was");
  const absl::StatusOr<engine::Record> again = wire::DecodeRecord(kind, row.identity, row.value);
  Check(again.ok() && wire::EncodeRecord(*again).value == row.value,
        "what was read is written and read again");
}

// What the decoder understands, whoever reads the targets alone understands as well.
void CompareTargets(const engine::Event& event, const std::vector<wire::PartTarget>& targets) {
  Check(targets.size() == event.invalidations.size(), "each invalidation has a target");
  for (size_t i = 0; i < targets.size(); ++i) {
    const engine::Invalidation& invalidation = event.invalidations[i];
    Check(targets[i].target == invalidation.target && targets[i].name == invalidation.name,
          "both readers see the same target");
  }
}

void ReadChunk(absl::string_view value) {
  const auto chunk = storage::DecodeChunk("default", kFirst, value);
  if (!chunk.ok()) return CheckDamage(chunk.status());
  Check(storage::EncodeChunk(**chunk) == value, "a chunk is written as it was read");
  std::vector<wire::PartTarget> targets;  // of the revisions before, and of the one that is read
  for (const wire::Chunk::Part& part : (*chunk)->parts) {
    wire::AppendTargets((*chunk)->part_bytes(part), targets);
  }
  size_t seen = 0;
  wire::EventDecoder decoder(kFirst.revision);
  const absl::Status status = decoder.Decode(**chunk, [&](const engine::Event& event) {
    const size_t count = event.invalidations.size();
    Check(count <= targets.size() - seen, "each invalidation has a target");
    CompareTargets(event, {targets.begin() + static_cast<ptrdiff_t>(seen),
                           targets.begin() + static_cast<ptrdiff_t>(seen + count)});
    seen += count;
  });
  if (!status.ok()) CheckDamage(status);
}

void Run(absl::string_view input) {
  if (input.size() < 2) return;
  const auto kind = static_cast<uint8_t>(input[0]);
  if (kind == 0) return ReadChunk(input.substr(1));
  const size_t identity = static_cast<uint8_t>(input[1]);
  input.remove_prefix(2);
  if (identity > input.size()) return;
  ReadRow(static_cast<wire::RowKind>(kind), input.substr(0, identity), input.substr(identity));
}

}  // namespace
}  // namespace cache_invalidation

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cache_invalidation::rpc::KeepParserQuiet();
  cache_invalidation::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
