#include "server/storage/history.h"

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "server/storage/big_endian.h"

namespace cache_invalidation::storage {
namespace {

constexpr uint32_t kLastPart = uint32_t{1} << 31;

absl::Status Broken(absl::string_view namespace_name, PartPosition first) {
  return absl::DataLossError(absl::StrCat("the stored events of namespace ", namespace_name,
                                          " from revision ", first.revision, ", part ",
                                          first.number, " on cannot be read"));
}

}  // namespace

std::string EncodeHistory(const History& history) {
  std::string value;
  AppendBigEndian(history.retained.floor, value);
  AppendBigEndian(history.retained.head, value);
  for (const PartPosition& position : {history.oldest, history.next}) {
    AppendBigEndian(position.revision, value);
    AppendBigEndian(position.number, value);
  }
  return value;
}

absl::StatusOr<History> DecodeHistory(absl::string_view namespace_name, absl::string_view value) {
  History history;
  const bool complete = ConsumeBigEndian(value, history.retained.floor) &&
                        ConsumeBigEndian(value, history.retained.head) &&
                        ConsumeBigEndian(value, history.oldest.revision) &&
                        ConsumeBigEndian(value, history.oldest.number) &&
                        ConsumeBigEndian(value, history.next.revision) &&
                        ConsumeBigEndian(value, history.next.number);
  if (!complete || !value.empty() || history.retained.floor > history.retained.head) {
    return absl::DataLossError(absl::StrCat("what is stored about the history of namespace ",
                                            namespace_name, " cannot be read"));
  }
  return history;
}

std::string EncodeChunk(const wire::Chunk& chunk) {
  Check(chunk.bytes.size() < kLastPart, "a chunk is below 2 GiB");
  std::string value;
  value.reserve(sizeof(uint32_t) * (1 + chunk.parts.size()) + chunk.bytes.size());
  AppendBigEndian(static_cast<uint32_t>(chunk.parts.size()), value);
  PartPosition expected{chunk.parts.front().revision, chunk.parts.front().number};
  size_t offset = 0;
  for (const wire::Chunk::Part& part : chunk.parts) {
    Check(PartPosition{part.revision, part.number} == expected && part.offset == offset,
          "the parts of a chunk follow each other");
    AppendBigEndian(part.size | (part.last_part ? kLastPart : 0), value);
    expected = PositionAfter(part);
    offset += part.size;
  }
  Check(offset == chunk.bytes.size(), "a chunk holds nothing but parts");
  value += chunk.bytes;
  return value;
}

absl::StatusOr<std::shared_ptr<const wire::Chunk>> DecodeChunk(absl::string_view namespace_name,
                                                               PartPosition first,
                                                               absl::string_view value) {
  uint32_t count = 0;
  if (!ConsumeBigEndian(value, count) || count == 0 || count > value.size() / sizeof(uint32_t)) {
    return Broken(namespace_name, first);
  }
  auto chunk = std::make_shared<wire::Chunk>();
  chunk->namespace_name = std::string(namespace_name);
  chunk->parts.reserve(count);
  PartPosition position = first;
  uint64_t offset = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t size = 0;
    if (!ConsumeBigEndian(value, size)) return Broken(namespace_name, first);
    const wire::Chunk::Part part = {.offset = static_cast<uint32_t>(offset),
                                    .size = size & ~kLastPart,
                                    .revision = position.revision,
                                    .number = position.number,
                                    .last_part = (size & kLastPart) != 0};
    offset += part.size;
    // `value` still has the other sizes and the bytes, so valid offsets are within it and never
    // wrap.
    if (offset > value.size()) return Broken(namespace_name, first);
    chunk->parts.push_back(part);
    position = PositionAfter(part);
  }
  if (offset != value.size()) return Broken(namespace_name, first);
  chunk->bytes = std::string(value);
  return chunk;
}

}  // namespace cache_invalidation::storage
