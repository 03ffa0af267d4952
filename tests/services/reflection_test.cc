// SPDX-License-Identifier: Apache-2.0

// What buf curl and grpcurl depend on: the server describes everything that it serves.

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/descriptor_database.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::Message;

// One question to the reflection service. Its messages come from the library that serves it, known
// by name alone.
class ReflectionTest : public ServiceTest {
 protected:
  std::unique_ptr<Message> Ask(const std::string& request_text) {
    std::unique_ptr<Message> request = New("ServerReflectionRequest");
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(request_text, request.get()));
    grpc::Slice sent(request->SerializeAsString());
    grpc::ByteBuffer answer;
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(channel());
    const auto call = stub.PrepareCall(
        &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
    call->StartCall(nullptr);
    Wait(queue);
    call->Write(grpc::ByteBuffer(&sent, 1), nullptr);
    Wait(queue);
    call->Read(&answer, nullptr);
    Wait(queue);
    context.TryCancel();
    grpc::Status status;
    call->Finish(&status, nullptr);
    Wait(queue);

    grpc::Slice received;
    EXPECT_TRUE(answer.DumpToSingleSlice(&received).ok());
    std::unique_ptr<Message> response = New("ServerReflectionResponse");
    EXPECT_TRUE(response->ParseFromArray(received.begin(), static_cast<int>(received.size())));
    return response;
  }

 private:
  static std::unique_ptr<Message> New(const std::string& name) {
    const auto* type =
        DescriptorPool::generated_pool()->FindMessageTypeByName("grpc.reflection.v1alpha." + name);
    EXPECT_NE(type, nullptr);
    return std::unique_ptr<Message>(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  }

  static void Wait(grpc::CompletionQueue& queue) {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
  }
};

// All values of a repeated field inside `outer`, as bytes.
std::vector<std::string> Values(const Message& outer, const std::string& member,
                                const std::string& repeated, const std::string& of_each = "") {
  const Message& message =
      outer.GetReflection()->GetMessage(outer, outer.GetDescriptor()->FindFieldByName(member));
  const auto* field = message.GetDescriptor()->FindFieldByName(repeated);
  std::vector<std::string> values;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
    if (of_each.empty()) {
      values.push_back(message.GetReflection()->GetRepeatedString(message, field, i));
    } else {
      const Message& each = message.GetReflection()->GetRepeatedMessage(message, field, i);
      values.push_back(
          each.GetReflection()->GetString(each, each.GetDescriptor()->FindFieldByName(of_each)));
    }
  }
  return values;
}

TEST(ReflectionOffTest, ThereIsNoReflection) {
  ServerOptions options = WithoutNetwork();
  options.reflection = false;
  const std::unique_ptr<Server> server = StartServer(std::move(options));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(ChannelTo(*server));
  const auto call = stub.PrepareCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  call->StartCall(nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(ReflectionTest, DescribesEveryServiceItLists) {
  const std::vector<std::string> listed =
      Values(*Ask("list_services: ''"), "list_services_response", "service", "name");
  const std::set<std::string> services(listed.begin(), listed.end());
  for (const char* name :
       {"BackupService", "CacheEntryService", "DeclarationService", "DependencyService",
        "InvalidationService", "NamespaceService", "RelationshipService", "RuleService",
        "StatsService", "SubscriptionService", "WriteEventService"}) {
    EXPECT_EQ(services.count(absl::StrCat("cache_invalidation.v1.", name)), 1u) << name;
  }
  EXPECT_EQ(services.count("grpc.health.v1.Health"), 1u);

  for (const std::string& service : services) {
    const std::vector<std::string> files =
        Values(*Ask(absl::StrCat("file_containing_symbol: '", service, "'")),
               "file_descriptor_response", "file_descriptor_proto");
    ASSERT_FALSE(files.empty()) << service << " cannot be described";
    // With what they import they make a whole, nothing is missing.
    google::protobuf::SimpleDescriptorDatabase database;
    for (const std::string& file : files) {
      google::protobuf::FileDescriptorProto proto;
      ASSERT_TRUE(proto.ParseFromString(file));
      database.Add(proto);
    }
    DescriptorPool pool(&database);
    EXPECT_NE(pool.FindServiceByName(service), nullptr) << service;
  }
}

}  // namespace
}  // namespace cache_invalidation
