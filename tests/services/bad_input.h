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

// Spoils a good request in every way that its fields allow, one at a time, and expects each to be
// refused with an error that begins with the path of the spoilt field.
//
// From the message's own description, for every field at any depth:
//   text:      not UTF-8, a control character, far too long
//   enum:      a value nobody knows
//   duration:  negative, endless, seconds and nanos of different signs
//   int32:     far too small (page sizes and priorities)
//   repeated:  10,001 elements
//   namespace: what is no name
// So no field can be forgotten; what else is wrong with a field stands in the tests.
class BadInput {
 public:
  using Call = std::function<grpc::Status(const google::protobuf::Message&)>;

  struct Exemptions {
    // Text fields, as paths with `[]`, that may hold a control character.
    std::vector<std::string> control_characters;
    // Repeated fields whose limit is told of another field, which they share it with.
    std::map<std::string, std::string> shared_limits;
  };

  // `good` must be accepted; that is checked first.
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
