#include "server/rpc/services.h"

#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "server/rpc/conversion/invalidation_conversion.h"
#include "server/rpc/unary_call.h"

namespace cache_invalidation::rpc {
namespace {

using Base = v1::InvalidationService;
using Methods =
    Base::WithRawCallbackMethod_Invalidate<Base::WithRawCallbackMethod_InvalidateWithDependencies<
        Base::WithRawCallbackMethod_ScheduleBatchInvalidation<
            Base::WithRawCallbackMethod_FlushPendingInvalidations<
                Base::WithRawCallbackMethod_SetBatchDelay<Base::Service>>>>>;
using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

class InvalidationService final : public Methods {
 public:
  explicit InvalidationService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* Invalidate(Context* context, const Bytes* request,
                                       Bytes* response) override {
    return StartUnaryCall(invalidate_, context, request, response, ToInvalidate, FromInvalidate);
  }

  grpc::ServerUnaryReactor* InvalidateWithDependencies(Context* context, const Bytes* request,
                                                       Bytes* response) override {
    return StartUnaryCall(invalidate_with_dependencies_, context, request, response,
                          ToInvalidateWithDependencies, FromInvalidateWithDependencies);
  }

  grpc::ServerUnaryReactor* ScheduleBatchInvalidation(Context* context, const Bytes* request,
                                                      Bytes* response) override {
    return StartUnaryCall(schedule_batch_invalidation_, context, request, response,
                          ToScheduleBatchInvalidation, FromScheduleBatchInvalidation);
  }

  grpc::ServerUnaryReactor* FlushPendingInvalidations(Context* context, const Bytes* request,
                                                      Bytes* response) override {
    return StartUnaryCall(flush_pending_invalidations_, context, request, response,
                          ToFlushPendingInvalidations, FromFlushPendingInvalidations);
  }

  grpc::ServerUnaryReactor* SetBatchDelay(Context* context, const Bytes* request,
                                          Bytes* response) override {
    return StartUnaryCall(set_batch_delay_, context, request, response, ToSetBatchDelay,
                          FromSetBatchDelay);
  }

 private:
  const Backend backend_;
  UnaryMethod invalidate_{backend_, Base::service_full_name(), "Invalidate"};
  UnaryMethod invalidate_with_dependencies_{backend_, Base::service_full_name(),
                                            "InvalidateWithDependencies"};
  UnaryMethod schedule_batch_invalidation_{backend_, Base::service_full_name(),
                                           "ScheduleBatchInvalidation"};
  UnaryMethod flush_pending_invalidations_{backend_, Base::service_full_name(),
                                           "FlushPendingInvalidations"};
  UnaryMethod set_batch_delay_{backend_, Base::service_full_name(), "SetBatchDelay"};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeInvalidationService(const Backend& backend) {
  return std::make_unique<InvalidationService>(backend);
}

}  // namespace cache_invalidation::rpc
