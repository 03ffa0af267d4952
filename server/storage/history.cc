#include "server/storage/history.h"

#include "absl/strings/str_cat.h"
#include "server/storage/big_endian.h"

namespace cache_invalidation::storage {

std::string EncodeHistory(const History& history) {
  std::string value;
  AppendBigEndian(history.retained.floor, value);
  AppendBigEndian(history.retained.head, value);
  for (const EntryPosition& position : {history.oldest, history.next}) {
    AppendBigEndian(position.revision, value);
    AppendBigEndian(position.part, value);
  }
  return value;
}

absl::StatusOr<History> DecodeHistory(absl::string_view namespace_name, absl::string_view value) {
  History history;
  const bool complete = ConsumeBigEndian(value, history.retained.floor) &&
                        ConsumeBigEndian(value, history.retained.head) &&
                        ConsumeBigEndian(value, history.oldest.revision) &&
                        ConsumeBigEndian(value, history.oldest.part) &&
                        ConsumeBigEndian(value, history.next.revision) &&
                        ConsumeBigEndian(value, history.next.part);
  if (!complete || !value.empty() || history.retained.floor > history.retained.head) {
    return absl::DataLossError(absl::StrCat("what is stored about the history of namespace ",
                                            namespace_name, " cannot be read"));
  }
  return history;
}

}  // namespace cache_invalidation::storage
