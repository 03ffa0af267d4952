#include "server/rpc/element_count.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "server/rpc/field_error.h"
#include "server/wire/proto_reader.h"

namespace cache_invalidation::rpc {
namespace {

using google::protobuf::FieldDescriptor;

// What any request may have.
constexpr size_t kMost = std::max({kMaxWritesPerCommand, kMaxTargetsPerCall, kMaxEntriesPerCall});
// Up to here the errors of conversions, which know the limit of their field, are worth parsing it.
constexpr size_t kFarTooMany = 2 * kMost;
// A tag and a length.
constexpr size_t kLeastElementBytes = 2;

}  // namespace

size_t CountElements(absl::string_view bytes, uint32_t field) {
  size_t count = 0;
  wire::ProtoReader reader(bytes);
  while (reader.Next()) count += reader.Is(field, wire::ProtoReader::Type::kBytes) ? 1 : 0;
  return count;
}

absl::Status CheckElements(const google::protobuf::Descriptor& type, absl::string_view bytes) {
  if (bytes.size() <= kFarTooMany * kLeastElementBytes) return absl::OkStatus();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!field.is_repeated()) continue;
    const size_t count = CountElements(bytes, static_cast<uint32_t>(field.number()));
    if (count <= kFarTooMany) continue;
    return AtField(field.name(), absl::InvalidArgumentError(
                                     absl::StrCat("expected at most ", kMost, ", got ", count)));
  }
  return absl::OkStatus();
}

}  // namespace cache_invalidation::rpc
