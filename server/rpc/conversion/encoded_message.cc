// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/encoded_message.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/check.h"
#include "common/limits.h"
#include "common/names.h"
#include "google/protobuf/stubs/logging.h"
#include "grpcpp/support/slice.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/proto_format.h"

namespace cache_invalidation::rpc {
namespace {

constexpr size_t kMaxMessageBytes = 1024;

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

// The maximum of elements in one list of any request, and of messages in all its lists.
constexpr size_t kMost = std::max({kMaxWritesPerCommand, kMaxTargetsPerCall, kMaxEntriesPerCall});
// Up to this number a request is parsed, because the errors of conversions are better: they state
// the limit of the field.
constexpr size_t kFarTooMany = 2 * kMost;
// The maximum of fields in any request: writes with the maximum of tags and some fields each.
// Parsed, this many take some tens of megabytes.
constexpr size_t kMostFields = kMaxWritesPerCommand * (kMaxTagsPerWrite + 8);
// A tag and a length or value.
constexpr size_t kLeastFieldBytes = 2;
// Valid requests are less deep.
constexpr int kMaxRequestDepth = 16;

absl::Status TooMany(size_t most, absl::string_view what, size_t count) {
  return absl::InvalidArgumentError(absl::StrCat("expected at most ", most, what, ", got ", count));
}

bool HoldsMessages(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->type() == FieldDescriptor::TYPE_MESSAGE) return true;
  }
  return false;
}

// Counts the fields of a message, including nested messages.
class Counter {
 public:
  // `deep`: visits every message, not only those that contain lists of messages.
  explicit Counter(bool deep) : deep_(deep) {}

  // Returns false if the message cannot be walked.
  bool Add(const Descriptor& type, absl::string_view bytes, int depth = 0) {
    if (depth == kMaxRequestDepth) return false;
    wire::ProtoReader reader(bytes);
    while (reader.Next()) {
      ++fields_;
      if (reader.type() != wire::ProtoReader::Type::kBytes) continue;
      const FieldDescriptor* field = type.FindFieldByNumber(static_cast<int>(reader.number()));
      if (field == nullptr || field->type() != FieldDescriptor::TYPE_MESSAGE) continue;
      if (field->is_repeated()) ++listed_messages_;
      const Descriptor& inner = *field->message_type();
      if ((deep_ || HoldsMessages(inner)) && !Add(inner, reader.bytes(), depth + 1)) return false;
    }
    return !reader.broken();
  }

  size_t fields() const { return fields_; }
  // The number of messages in lists.
  size_t listed_messages() const { return listed_messages_; }

 private:
  const bool deep_;
  size_t fields_ = 0;
  size_t listed_messages_ = 0;
};

}  // namespace

grpc::ByteBuffer ToByteBuffer(const google::protobuf::MessageLite& message) {
  grpc::Slice slice(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer ToByteBuffer(absl::Span<const grpc::Slice> slices) {
  Check(!slices.empty(), "only a buffer that holds something may be written");
  return grpc::ByteBuffer(slices.data(), slices.size());
}

grpc::Slice ToSlice(std::shared_ptr<const void> owner, absl::string_view bytes) {
  using Owner = std::shared_ptr<const void>;
  // gRPC does not modify what it writes.
  return grpc::Slice(
      const_cast<char*>(bytes.data()), bytes.size(),
      [](void* held) { delete static_cast<Owner*>(held); }, new Owner(std::move(owner)));
}

ReceivedBytes::ReceivedBytes(const grpc::ByteBuffer& buffer) {
  if (buffer.TrySingleSlice(&slice_).ok()) return;
  Check(buffer.DumpToSingleSlice(&slice_).ok(), "a received buffer can be read");
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const absl::string_view message = Utf8Prefix(status.message(), kMaxMessageBytes);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      message.size() == status.message().size() ? std::string(message)
                                                                : absl::StrCat(message, "..."));
}

absl::Status DescribeMalformed(const Descriptor& type, absl::string_view bytes) {
  const std::optional<Fault> fault = FindFault(type, bytes, 0);
  if (fault && !fault->path.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(fault->path, ": ", fault->expected));
  }
  return absl::InvalidArgumentError(absl::StrCat("expected an encoded ", type.name(),
                                                 fault && fault->group ? " without groups" : ""));
}

std::optional<size_t> CountElements(absl::string_view bytes, uint32_t field) {
  size_t count = 0;
  wire::ProtoReader reader(bytes);
  while (reader.Next()) count += reader.Is(field, wire::ProtoReader::Type::kBytes) ? 1 : 0;
  if (reader.broken()) return std::nullopt;
  return count;
}

absl::Status CheckElements(const Descriptor& type, absl::string_view bytes) {
  if (bytes.size() <= kFarTooMany * kLeastFieldBytes) return absl::OkStatus();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!field.is_repeated()) continue;
    const std::optional<size_t> count = CountElements(bytes, static_cast<uint32_t>(field.number()));
    if (!count) return DescribeMalformed(type, bytes);
    if (*count > kFarTooMany) return AtField(field.name(), TooMany(kMost, "", *count));
  }
  Counter counter(bytes.size() > kMostFields * kLeastFieldBytes);
  if (!counter.Add(type, bytes)) return DescribeMalformed(type, bytes);
  if (counter.listed_messages() > kFarTooMany) {
    return TooMany(kMost, " messages in all lists together", counter.listed_messages());
  }
  if (counter.fields() > kMostFields) {
    return TooMany(kMostFields, " fields in all messages together", counter.fields());
  }
  return absl::OkStatus();
}

absl::Status ParseMessage(absl::string_view bytes, google::protobuf::Message& message) {
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return absl::OkStatus();
  return DescribeMalformed(*message.GetDescriptor(), bytes);
}

absl::Status ParseRequest(absl::string_view bytes, google::protobuf::Message& request) {
  const absl::Status status = CheckElements(*request.GetDescriptor(), bytes);
  return status.ok() ? ParseMessage(bytes, request) : status;
}

void KeepParserQuiet() { google::protobuf::SetLogHandler(nullptr); }

}  // namespace cache_invalidation::rpc
