#include "server/rpc/malformed.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/utf8.h"
#include "google/protobuf/message.h"
#include "server/wire/proto_reader.h"

namespace cache_invalidation::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// The depth limit of protobuf itself.
constexpr int kMaxDepth = 100;

struct Fault {
  std::string path;  // empty: the message itself
  const char* expected;
  bool group = false;
};

// Returns the first fault in the fields of a message, if this walk finds one.
std::optional<Fault> FindFault(const Descriptor& type, absl::string_view bytes, int depth) {
  if (depth == kMaxDepth) return Fault{"", "expected at most 100 nested messages"};
  std::map<int, size_t> seen;  // elements of repeated fields, by number
  wire::ProtoReader reader(bytes);
  while (reader.Next()) {
    const FieldDescriptor* field = type.FindFieldByNumber(static_cast<int>(reader.number()));
    if (field == nullptr || reader.type() != wire::ProtoReader::Type::kBytes) continue;
    std::string place = field->name();
    if (field->is_repeated()) absl::StrAppend(&place, "[", seen[field->number()]++, "]");
    if (field->type() == FieldDescriptor::TYPE_STRING && !IsUtf8(reader.bytes())) {
      return Fault{place, "expected UTF-8"};
    }
    if (field->type() != FieldDescriptor::TYPE_MESSAGE) continue;
    if (auto inner = FindFault(*field->message_type(), reader.bytes(), depth + 1)) {
      inner->path = absl::StrCat(place, inner->path.empty() ? "" : ".", inner->path);
      return inner;
    }
  }
  if (reader.at_group()) return Fault{"", "expected an encoded message without groups", true};
  if (reader.broken()) return Fault{"", "expected an encoded message"};
  return std::nullopt;
}

}  // namespace

absl::Status DescribeMalformed(const Descriptor& type, absl::string_view bytes) {
  const std::optional<Fault> fault = FindFault(type, bytes, 0);
  if (fault && !fault->path.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(fault->path, ": ", fault->expected));
  }
  return absl::InvalidArgumentError(absl::StrCat("expected an encoded ", type.name(),
                                                 fault && fault->group ? " without groups" : ""));
}

}  // namespace cache_invalidation::rpc
