// SPDX-License-Identifier: Apache-2.0

#include "tests/services/any_method.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor_database.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"

namespace cache_invalidation {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Sets the field, if the message has it.
void SetText(Message& message, const std::string& name, const std::string& text) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field != nullptr) message.GetReflection()->SetString(&message, field, text);
}

// Waits for the one operation that is pending.
bool Wait(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

}  // namespace

std::vector<const google::protobuf::MethodDescriptor*> ContractMethods() {
  std::vector<std::string> files;
  DescriptorPool::internal_generated_database()->FindAllFileNames(&files);
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const std::string& name : files) {
    const auto* file = DescriptorPool::generated_pool()->FindFileByName(name);
    if (file == nullptr || file->package() != "cache_invalidation.v1") continue;
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(file->service(s)->method(m));
      }
    }
  }
  return methods;
}

std::string FullName(const google::protobuf::MethodDescriptor& method) {
  return absl::StrCat(method.service()->full_name(), "/", method.name());
}

std::unique_ptr<Message> RequestIn(const google::protobuf::MethodDescriptor& method,
                                   const std::string& namespace_name) {
  std::unique_ptr<Message> request(google::protobuf::MessageFactory::generated_factory()
                                       ->GetPrototype(method.input_type())
                                       ->New());
  SetText(*request, "namespace", namespace_name);
  const auto* reflection = request->GetReflection();
  const auto* type = request->GetDescriptor();
  if (const FieldDescriptor* field = type->FindFieldByName("subscription")) {
    Message& subscription = *reflection->MutableMessage(request.get(), field);
    SetText(subscription, "namespace", namespace_name);
    SetText(subscription, "name", "s");
  }
  // One group of a stream of writes, for which there is an acknowledgement.
  if (const FieldDescriptor* field = type->FindFieldByName("groups")) {
    reflection->AddMessage(request.get(), field);
  }
  return request;
}

grpc::Status CallMethod(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                        const google::protobuf::MethodDescriptor& method, const Message& request) {
  const grpc::Slice bytes(request.SerializeAsString());
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel);
  const auto call = stub.PrepareCall(&context, absl::StrCat("/", FullName(method)), &queue);
  call->StartCall(nullptr);
  Wait(queue);
  call->WriteLast(grpc::ByteBuffer(&bytes, 1), {}, nullptr);
  Wait(queue);
  grpc::ByteBuffer response;
  call->Read(&response, nullptr);
  const bool has_response = Wait(queue);
  if (has_response && method.server_streaming()) context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  Wait(queue);
  return has_response ? grpc::Status::OK : status;
}

}  // namespace cache_invalidation
