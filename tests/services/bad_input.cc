// SPDX-License-Identifier: Apache-2.0

#include "tests/services/bad_input.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Duration;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kTooMany = 10'001;

std::unique_ptr<Message> Copy(const Message& message) {
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

// A field somewhere inside a message: how it is reached, and how the server names it.
struct Place {
  std::vector<const FieldDescriptor*> way;
  std::string path;  // repeated fields with `[]`
};

void AddPlaces(const Descriptor& type, const Place& outer, std::vector<Place>& places) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    Place place = outer;
    place.way.push_back(field);
    absl::StrAppend(&place.path, outer.path.empty() ? "" : ".", field->name(),
                    field->is_repeated() ? "[]" : "");
    places.push_back(place);
    const Descriptor* inner = field->message_type();
    // Not into the messages of protobuf itself.
    if (inner != nullptr && inner->file()->package() != "google.protobuf") {
      AddPlaces(*inner, place, places);
    }
  }
}

// The message that holds the last field of a way; of repeated messages the first is taken, made if
// there is none.
Message& HolderOf(Message& message, const std::vector<const FieldDescriptor*>& way) {
  Message* holder = &message;
  for (size_t i = 0; i + 1 < way.size(); ++i) {
    const google::protobuf::Reflection& reflection = *holder->GetReflection();
    if (!way[i]->is_repeated()) {
      holder = reflection.MutableMessage(holder, way[i]);
    } else if (reflection.FieldSize(*holder, way[i]) > 0) {
      holder = reflection.MutableRepeatedMessage(holder, way[i], 0);
    } else {
      holder = reflection.AddMessage(holder, way[i]);
    }
  }
  return *holder;
}

// `a[].b[]` as the server writes it: inner messages are the first of theirs, the spoilt element is
// the last.
std::string ServerPath(const Place& place, int last_index) {
  std::string path;
  for (size_t i = 0; i < place.way.size(); ++i) {
    absl::StrAppend(&path, path.empty() ? "" : ".", place.way[i]->name());
    if (place.way[i]->is_repeated()) {
      absl::StrAppend(&path, "[", i + 1 < place.way.size() ? 0 : last_index, "]");
    }
  }
  return path;
}

// Sets the text, or appends it to a repeated field, and answers the path.
std::string SpoilText(Message& message, const Place& place, const std::string& value) {
  Message& holder = HolderOf(message, place.way);
  const FieldDescriptor* field = place.way.back();
  if (!field->is_repeated()) {
    holder.GetReflection()->SetString(&holder, field, value);
    return ServerPath(place, 0);
  }
  const int index = holder.GetReflection()->FieldSize(holder, field);
  holder.GetReflection()->AddString(&holder, field, value);
  return ServerPath(place, index);
}

void Fill(Message& message, const Place& place) {
  Message& holder = HolderOf(message, place.way);
  const FieldDescriptor* field = place.way.back();
  const google::protobuf::Reflection& reflection = *holder.GetReflection();
  std::unique_ptr<Message> element;
  if (field->message_type() != nullptr && reflection.FieldSize(holder, field) > 0) {
    element = Copy(reflection.GetRepeatedMessage(holder, field, 0));
    // With lists of its own, the whole request would be refused before its fields are looked at.
    for (int i = 0; i < element->GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* list = element->GetDescriptor()->field(i);
      if (list->is_repeated() && list->message_type() != nullptr) {
        element->GetReflection()->ClearField(element.get(), list);
      }
    }
  }
  for (int i = 0; i < kTooMany; ++i) {
    if (field->message_type() == nullptr) {
      reflection.AddString(&holder, field, absl::StrCat("x", i));
    } else {
      Message* added = reflection.AddMessage(&holder, field);
      if (element != nullptr) added->CopyFrom(*element);
    }
  }
}

std::string Shortened(const Message& message) { return message.ShortDebugString().substr(0, 300); }

}  // namespace

// Spoils copies of the good request at one place.
class BadInput::Spoiler {
 public:
  Spoiler(BadInput& test, const Place& place) : test_(test), place_(place) {}

  void Text(const std::string& value, const std::string& what) {
    const std::unique_ptr<Message> request = Copy(*test_.good_);
    const std::string path = SpoilText(*request, place_, value);
    test_.Expect(path, *request, grpc::StatusCode::INVALID_ARGUMENT, what);
  }

  void Enum() {
    const std::unique_ptr<Message> request = Copy(*test_.good_);
    Message& holder = HolderOf(*request, place_.way);
    holder.GetReflection()->SetEnumValue(&holder, place_.way.back(), 99);
    test_.Expect(ServerPath(place_, 0), *request, grpc::StatusCode::INVALID_ARGUMENT,
                 "an unknown value");
  }

  void Int32() {
    const std::unique_ptr<Message> request = Copy(*test_.good_);
    Message& holder = HolderOf(*request, place_.way);
    holder.GetReflection()->SetInt32(&holder, place_.way.back(),
                                     std::numeric_limits<int32_t>::min());
    test_.Expect(ServerPath(place_, 0), *request, grpc::StatusCode::INVALID_ARGUMENT,
                 "a number too small");
  }

  void Durations() {
    constexpr int64_t kEndless = std::numeric_limits<int64_t>::max();
    const std::pair<int64_t, int32_t> bad[] = {
        {-1, 0}, {kEndless, 0}, {1, -1}, {0, 1'000'000'000}, {0, 0}};
    for (const auto& [seconds, nanos] : bad) {
      Duration duration;
      duration.set_seconds(seconds);
      duration.set_nanos(nanos);
      const std::unique_ptr<Message> request = Copy(*test_.good_);
      Message& holder = HolderOf(*request, place_.way);
      holder.GetReflection()->MutableMessage(&holder, place_.way.back())->CopyFrom(duration);
      test_.Expect(ServerPath(place_, 0), *request, grpc::StatusCode::INVALID_ARGUMENT,
                   "a bad duration");
    }
  }

  void TooMany(const std::string& told_of) {
    const std::unique_ptr<Message> request = Copy(*test_.good_);
    Fill(*request, place_);
    std::string path = ServerPath(place_, 0);
    path.resize(path.rfind('['));
    if (!told_of.empty()) path = path.substr(0, path.rfind('.') + 1) + told_of;
    test_.Expect(path, *request, grpc::StatusCode::INVALID_ARGUMENT, "too many elements");
  }

 private:
  BadInput& test_;
  const Place& place_;
};

BadInput::BadInput(Call call, const Message& good) : call_(std::move(call)), good_(Copy(good)) {
  const std::unique_ptr<Message> elsewhere = Copy(good);
  const FieldDescriptor* name = good.GetDescriptor()->FindFieldByName("namespace");
  if (name != nullptr) {
    elsewhere->GetReflection()->SetString(elsewhere.get(), name, "elsewhere");
  }
  const grpc::Status status = call_(*elsewhere);
  EXPECT_TRUE(status.ok()) << "the good request: " << status.error_message();
}

void BadInput::ExpectEveryFieldRefused(const Exemptions& exemptions) {
  std::vector<Place> places;
  AddPlaces(*good_->GetDescriptor(), {}, places);
  for (const Place& place : places) {
    const FieldDescriptor& field = *place.way.back();
    Spoiler spoiler(*this, place);
    if (field.type() == FieldDescriptor::TYPE_STRING) {
      const auto& exempt = exemptions.control_characters;
      spoiler.Text("\xff", "bytes that are not UTF-8");
      spoiler.Text(std::string(100'000, 'x'), "a text far too long");
      if (std::count(exempt.begin(), exempt.end(), place.path) == 0) {
        spoiler.Text("x\x01", "a control character");
      }
    }
    if (place.path == "namespace") {
      for (const char* name : {"Upper", "-x", ".x", "a b", "a/b", "\xc3\xa4", "*"}) {
        spoiler.Text(name, "no namespace");
      }
    }
    if (field.type() == FieldDescriptor::TYPE_ENUM) spoiler.Enum();
    if (field.type() == FieldDescriptor::TYPE_INT32) spoiler.Int32();
    if (field.message_type() == Duration::descriptor()) spoiler.Durations();
    if (field.is_repeated()) {
      const auto shared = exemptions.shared_limits.find(place.path);
      spoiler.TooMany(shared == exemptions.shared_limits.end() ? "" : shared->second);
    }
  }
}

void BadInput::ExpectRefused(const std::string& path, const std::string& request,
                             grpc::StatusCode code) {
  const std::unique_ptr<Message> message(good_->New());
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(request, message.get())) << request;
  Expect(path, *message, code, "a bad request");
}

void BadInput::Expect(const std::string& path, const Message& request, grpc::StatusCode code,
                      const std::string& what) {
  const grpc::Status status = call_(request);
  const std::string message = status.error_message();
  EXPECT_EQ(status.error_code(), code) << what << " at " << path << ": " << message << "\n"
                                       << Shortened(request);
  EXPECT_EQ(message.substr(0, path.size() + 2), path + ": ") << what << "\n" << Shortened(request);
  EXPECT_GT(message.size(), path.size() + 2) << "it says what was expected";
}

}  // namespace cache_invalidation
