// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SERVICES_ANY_METHOD_H_
#define CACHE_INVALIDATION_TESTS_SERVICES_ANY_METHOD_H_

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace cache_invalidation {

// Calls of methods that are known by their descriptors alone.

// Every method of the contract that is linked in.
std::vector<const google::protobuf::MethodDescriptor*> ContractMethods();

// `package.Service/Method`.
std::string FullName(const google::protobuf::MethodDescriptor& method);

// Returns a request that names the namespace, and nothing else that the method does not need to
// respond.
std::unique_ptr<google::protobuf::Message> RequestIn(
    const google::protobuf::MethodDescriptor& method, const std::string& namespace_name);

// Sends the request, as the only message, and returns the status: OK as soon as a stream has sent
// its first response.
grpc::Status CallMethod(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                        const google::protobuf::MethodDescriptor& method,
                        const google::protobuf::Message& request);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SERVICES_ANY_METHOD_H_
