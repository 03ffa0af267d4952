// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SERVICES_BAD_INPUT_H_
#define CACHE_INVALIDATION_TESTS_SERVICES_BAD_INPUT_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "grpcpp/client_context.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {

// Corrupts a valid request in every way that its fields allow, one at a time, and expects each to
// be refused with an error that begins with the path of the corrupted field.
//
// Derived from the message's descriptor, for every field at any depth:
//   text:      not UTF-8, a control character, far too long
//   enum:      an unknown value
//   duration:  negative, infinite, seconds and nanos of different signs
//   int32:     far too small (page sizes and priorities)
//   repeated:  10,001 elements
//   namespace: not a valid name
//
// So no field can be forgotten; other errors of a field are in the tests.
class BadInput {
 public:
  using Call = std::function<grpc::Status(const google::protobuf::Message&)>;

  struct Exemptions {
    // Text fields, as paths with `[]`, that can contain a control character.
    std::vector<std::string> control_characters;
    // Repeated fields that share a limit with another field, which the error names.
    std::map<std::string, std::string> shared_limits;
  };

  // `good` must be accepted; this is checked first.
  BadInput(Call call, const google::protobuf::Message& good);

  template <typename Stub, typename Request, typename Response>
  BadInput(Stub& stub,
           grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
           const std::string& good)
      : BadInput(
            [&stub, method](const google::protobuf::Message& request) {
              grpc::ClientContext context;
              Response response;
              return (stub.*method)(&context, dynamic_cast<const Request&>(request), &response);
            },
            FromText<Request>(good)) {}

  // Every field, as above.
  void ExpectEveryFieldRefused(const Exemptions& exemptions = {});

  // This request, in its text form.
  void ExpectRefused(const std::string& path, const std::string& request,
                     grpc::StatusCode code = grpc::StatusCode::INVALID_ARGUMENT);

 private:
  class Spoiler;

  void Expect(const std::string& path, const google::protobuf::Message& request,
              grpc::StatusCode code, const std::string& what);

  const Call call_;
  const std::unique_ptr<google::protobuf::Message> good_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SERVICES_BAD_INPUT_H_
