#include "server/rpc/services.h"

#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "server/rpc/conversion/relationship_conversion.h"
#include "server/rpc/unary_call.h"

namespace cache_invalidation::rpc {
namespace {

using Base = v1::RelationshipService;
using Methods = Base::WithRawCallbackMethod_RegisterRelationship<
    Base::WithRawCallbackMethod_GetRelationship<Base::WithRawCallbackMethod_ListRelationships<
        Base::WithRawCallbackMethod_DeleteRelationship<Base::Service>>>>;
using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

class RelationshipService final : public Methods {
 public:
  explicit RelationshipService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* RegisterRelationship(Context* context, const Bytes* request,
                                                 Bytes* response) override {
    return StartUnaryCall(register_relationship_, context, request, response,
                          ToRegisterRelationship, FromRegisterRelationship);
  }

  grpc::ServerUnaryReactor* GetRelationship(Context* context, const Bytes* request,
                                            Bytes* response) override {
    return StartUnaryCall(get_relationship_, context, request, response, ToGetRelationship,
                          FromGetRelationship);
  }

  grpc::ServerUnaryReactor* ListRelationships(Context* context, const Bytes* request,
                                              Bytes* response) override {
    return StartUnaryCall(list_relationships_, context, request, response, ToListRelationships,
                          FromListRelationships);
  }

  grpc::ServerUnaryReactor* DeleteRelationship(Context* context, const Bytes* request,
                                               Bytes* response) override {
    return StartUnaryCall(delete_relationship_, context, request, response, ToDeleteRelationship,
                          FromDeleteRelationship);
  }

 private:
  const Backend backend_;
  UnaryMethod register_relationship_{backend_, Base::service_full_name(), "RegisterRelationship"};
  UnaryMethod get_relationship_{backend_, Base::service_full_name(), "GetRelationship"};
  UnaryMethod list_relationships_{backend_, Base::service_full_name(), "ListRelationships"};
  UnaryMethod delete_relationship_{backend_, Base::service_full_name(), "DeleteRelationship"};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRelationshipService(const Backend& backend) {
  return std::make_unique<RelationshipService>(backend);
}

}  // namespace cache_invalidation::rpc
