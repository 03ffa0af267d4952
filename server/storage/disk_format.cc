// SPDX-License-Identifier: Apache-2.0

#include "server/storage/disk_format.h"

#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace cache_invalidation::storage {
namespace {

constexpr uint32_t kLastPart = uint32_t{1} << 31;

absl::Status Broken(absl::string_view namespace_name, PartPosition first) {
  return absl::DataLossError(absl::StrCat("the stored events of namespace ", namespace_name,
                                          " from revision ", first.revision, ", part ",
                                          first.number, " on cannot be read"));
}

}  // namespace

std::string NamespaceKey(absl::string_view namespace_name) {
  Check(namespace_name.size() <= kMaxStoredNameBytes,
        "a namespace's name has a length of one byte");
  std::string key(1, static_cast<char>(namespace_name.size()));
  key.append(namespace_name.data(), namespace_name.size());
  return key;
}

std::string RowKindKey(absl::string_view namespace_name, wire::RowKind kind) {
  std::string key = NamespaceKey(namespace_name);
  key.push_back(static_cast<char>(kind));
  return key;
}

std::string RowKey(absl::string_view namespace_name, wire::RowKind kind,
                   absl::string_view identity) {
  return absl::StrCat(RowKindKey(namespace_name, kind), identity);
}

std::string ChunkKey(absl::string_view namespace_name, PartPosition first) {
  std::string key = NamespaceKey(namespace_name);
  AppendBigEndian(first.revision, key);
  AppendBigEndian(first.number, key);
  return key;
}

std::string EndOfPrefix(std::string prefix) {
  while (static_cast<uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

std::optional<absl::string_view> NamespaceOfKey(absl::string_view key) {
  if (key.empty()) return std::nullopt;
  const size_t size = static_cast<uint8_t>(key[0]);
  if (size > kMaxStoredNameBytes || size > key.size() - 1) return std::nullopt;
  return key.substr(1, size);
}

std::optional<PartPosition> PositionOfChunkKey(absl::string_view key) {
  const std::optional<absl::string_view> name = NamespaceOfKey(key);
  if (!name) return std::nullopt;
  key.remove_prefix(1 + name->size());
  PartPosition position;
  if (!ConsumeBigEndian(key, position.revision) || !ConsumeBigEndian(key, position.number) ||
      !key.empty()) {
    return std::nullopt;
  }
  return position;
}

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
  PartPosition expected = PositionOf(chunk.parts.front());
  size_t offset = 0;
  for (const wire::Chunk::Part& part : chunk.parts) {
    Check(PositionOf(part) == expected && part.offset == offset,
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
