// SPDX-License-Identifier: Apache-2.0

#include "server/storage/testing/random_writes.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace cache_invalidation::storage {
namespace {

constexpr absl::string_view kNamespaces[] = {"n", "nm", ""};
constexpr wire::RowKind kKinds[] = {wire::RowKind::kRule, wire::RowKind::kEntry};
constexpr absl::string_view kIdentities[] = {"", "a", "b", "ba", "c"};
constexpr absl::string_view kServerValues[] = {"x", "y"};

// Large enough for stores of some hundred kilobytes to fill files.
constexpr uint32_t kMaxEntryBytes = 3000;

}  // namespace

std::shared_ptr<const wire::Chunk> RandomWrites::NextChunk(absl::string_view name,
                                                           PartPosition from) {
  auto chunk = std::make_shared<wire::Chunk>();
  chunk->namespace_name = std::string(name);
  // The chunk ends at the end of a revision, as those of groups do.
  for (bool last = false; !last || Below(3) != 0;) {
    last = Below(3) != 0;
    wire::Chunk::Part part = {.offset = static_cast<uint32_t>(chunk->bytes.size()),
                              .size = 1 + Below(kMaxEntryBytes),
                              .revision = from.revision,
                              .number = from.number,
                              .last_part = last};
    std::string bytes = absl::StrCat(random_());
    bytes.resize(part.size, '.');
    chunk->bytes += bytes;
    chunk->parts.push_back(part);
    from = PositionAfter(part);
  }
  return chunk;
}

WriteBatch RandomWrites::Next(const Store& store) {
  WriteBatch batch;
  for (const absl::string_view name : kNamespaces) {
    const bool begins_anew = Below(12) == 0;
    if (begins_anew) batch.deleted_namespaces.emplace_back(name);
    for (uint32_t rows = Below(4); rows > 0; --rows) {
      batch.rows.push_back(
          {.namespace_name = std::string(name),
           .row = {kKinds[Below(2)], std::string(kIdentities[Below(5)]), absl::StrCat(random_())},
           .deleted = Below(3) == 0});
    }
    uint64_t head = begins_anew ? 0 : store.Retained(name)->head;
    for (uint32_t chunks = Below(3); chunks > 0; --chunks) {
      batch.chunks.push_back(NextChunk(name, {head + 1, 0}));
      head = batch.chunks.back()->last_revision();
    }
    if (Below(8) == 0) {
      batch.trims.push_back({std::string(name), Below(static_cast<uint32_t>(head) + 1)});
    }
  }
  if (Below(4) == 0) {
    batch.server_values.push_back({std::string(kServerValues[Below(2)]), absl::StrCat(random_())});
  }
  return batch;
}

std::string DumpOf(const Store& store) {
  std::string text;
  const std::vector<std::string> names = *store.ListNamespaces();
  for (const std::string& name : names) absl::StrAppend(&text, name, " exists\n");
  for (const absl::string_view name : kNamespaces) {
    for (const wire::RowKind kind : kKinds) {
      const absl::Status status =
          store.ScanRows(name, kind, [&](absl::string_view identity, absl::string_view value) {
            absl::StrAppend(&text, name, " ", static_cast<int>(kind), " ", identity, " ", value,
                            "\n");
            return absl::OkStatus();
          });
      Check(status.ok(), "rows can be read");
    }
    const RetainedRevisions retained = *store.Retained(name);
    absl::StrAppend(&text, name, " ", retained.floor, "..", retained.head, "\n");
    PartPosition from = {retained.floor + 1, 0};
    for (;;) {
      const auto chunks = store.ReadChunks(name, from, kMaxEntryBytes);
      Check(chunks.ok(), "chunks can be read");
      if (chunks->empty()) break;
      for (const auto& chunk : *chunks) {
        for (const wire::Chunk::Part& part : chunk->parts) {
          const absl::string_view bytes = chunk->part_bytes(part);
          absl::StrAppend(&text, name, " ", part.revision, "/", part.number, part.last_part, " ",
                          bytes.size(), " ", absl::Hash<absl::string_view>{}(bytes), "\n");
        }
      }
      from = PositionAfter(chunks->back()->parts.back());
    }
  }
  for (const absl::string_view name : kServerValues) {
    absl::StrAppend(&text, name, "=", store.ReadServerValue(name)->value_or("absent"), "\n");
  }
  return text;
}

}  // namespace cache_invalidation::storage
