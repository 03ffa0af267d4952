#include "server/storage/store_key.h"

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "server/storage/big_endian.h"

namespace cache_invalidation::storage {

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

}  // namespace cache_invalidation::storage
