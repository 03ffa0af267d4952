// SPDX-License-Identifier: Apache-2.0

// Short functions with which the tests of stores read like scripts.

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_TESTING_STORE_SCRIPT_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_TESTING_STORE_SCRIPT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

using ChunkPtr = std::shared_ptr<const wire::Chunk>;
using Rows = std::vector<std::pair<std::string, std::string>>;
using wire::RowKind;

inline constexpr size_t kEverything = size_t{1} << 40;
inline constexpr size_t kEntryBytes = 10;

// A chunk whose parts have kEntryBytes each. The store does not interpret them.
inline ChunkPtr MakeChunk(absl::string_view name, std::vector<wire::Chunk::Part> parts) {
  auto chunk = std::make_shared<wire::Chunk>();
  chunk->namespace_name = std::string(name);
  for (wire::Chunk::Part& part : parts) {
    part.offset = chunk->bytes.size();
    part.size = kEntryBytes;
    chunk->bytes +=
        absl::StrCat(part.revision, "/", part.number, "..........").substr(0, kEntryBytes);
  }
  chunk->parts = std::move(parts);
  return chunk;
}

// A chunk with the complete revisions first..last.
inline ChunkPtr Revisions(absl::string_view name, uint64_t first, uint64_t last) {
  std::vector<wire::Chunk::Part> parts;
  for (uint64_t revision = first; revision <= last; ++revision) {
    parts.push_back({.revision = revision, .number = 0, .last_part = true});
  }
  return MakeChunk(name, std::move(parts));
}

inline WriteBatch::RowChange Put(std::string name, RowKind kind, std::string identity,
                                 std::string value) {
  return {.namespace_name = std::move(name), .row = {kind, std::move(identity), std::move(value)}};
}

inline WriteBatch::RowChange Delete(std::string name, RowKind kind, std::string identity) {
  return {
      .namespace_name = std::move(name), .row = {kind, std::move(identity), ""}, .deleted = true};
}

inline absl::Status Write(Store& store, const WriteBatch& batch,
                          Store::Sync sync = Store::Sync::kNo) {
  return store.Write({&batch}, sync);
}

inline void Append(Store& store, std::vector<ChunkPtr> chunks) {
  WriteBatch batch;
  batch.chunks = std::move(chunks);
  ASSERT_TRUE(Write(store, batch).ok());
}

inline absl::Status Trim(Store& store, std::string name, uint64_t floor) {
  WriteBatch batch;
  batch.trims.push_back({std::move(name), floor});
  return Write(store, batch);
}

inline Rows Scan(const Store& store, absl::string_view name, RowKind kind) {
  Rows rows;
  const absl::Status status =
      store.ScanRows(name, kind, [&rows](absl::string_view identity, absl::string_view value) {
        rows.emplace_back(identity, value);
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return rows;
}

// "first-last" of each chunk.
inline std::vector<std::string> Read(const Store& store, absl::string_view name, PartPosition from,
                                     size_t max_bytes = kEverything) {
  std::vector<std::string> spans;
  const auto chunks = store.ReadChunks(name, from, max_bytes);
  if (!chunks.ok()) {
    return {std::string(absl::StatusCodeToString(chunks.status().code()))};
  }
  for (const ChunkPtr& chunk : *chunks) {
    EXPECT_EQ(chunk->namespace_name, name);
    spans.push_back(absl::StrCat(chunk->first_revision(), "-", chunk->last_revision()));
  }
  return spans;
}

inline RetainedRevisions Retained(const Store& store, absl::string_view name) {
  const auto retained = store.Retained(name);
  EXPECT_TRUE(retained.ok()) << retained.status();
  return retained.value_or(RetainedRevisions{});
}

using Spans = std::vector<std::string>;

inline std::string ServerValue(const Store& store, absl::string_view name) {
  const auto value = store.ReadServerValue(name);
  if (!value.ok()) return value.status().ToString();
  return value->value_or("absent");
}

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_TESTING_STORE_SCRIPT_H_
