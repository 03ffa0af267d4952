#include "server/rpc/services.h"

#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "server/rpc/conversion/write_conversion.h"
#include "server/rpc/unary_call.h"
#include "server/rpc/write_stream.h"

namespace cache_invalidation::rpc {
namespace {

using Base = v1::WriteEventService;
using Methods = Base::WithRawCallbackMethod_InvalidateByWrite<
    Base::WithRawCallbackMethod_InvalidateByWrites<Base::WithRawCallbackMethod_StreamWrites<
        Base::WithRawCallbackMethod_ExplainWrite<Base::Service>>>>;
using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

class WriteEventService final : public Methods {
 public:
  WriteEventService(const Backend& backend, WriteStreamSet& streams)
      : backend_(backend), streams_(streams) {}

  grpc::ServerUnaryReactor* InvalidateByWrite(Context* context, const Bytes* request,
                                              Bytes* response) override {
    return StartUnaryCall(invalidate_by_write_, context, request, response, ToInvalidateByWrite,
                          FromInvalidateByWrite);
  }

  grpc::ServerUnaryReactor* InvalidateByWrites(Context* context, const Bytes* request,
                                               Bytes* response) override {
    return StartUnaryCall(invalidate_by_writes_, context, request, response, ToInvalidateByWrites,
                          FromInvalidateByWrites);
  }

  grpc::ServerUnaryReactor* ExplainWrite(Context* context, const Bytes* request,
                                         Bytes* response) override {
    return StartUnaryCall(explain_write_, context, request, response, ToExplainWrite,
                          FromExplainWrite);
  }

  WriteStream::Reactor* StreamWrites(Context* context) override {
    return WriteStream::Start(backend_, stream_writes_, streams_);
  }

 private:
  const Backend backend_;
  WriteStreamSet& streams_;
  UnaryMethod invalidate_by_write_{backend_, Base::service_full_name(), "InvalidateByWrite"};
  UnaryMethod invalidate_by_writes_{backend_, Base::service_full_name(), "InvalidateByWrites"};
  metrics::MethodMetrics stream_writes_{backend_.metrics, Base::service_full_name(), "StreamWrites",
                                        metrics::RpcType::kBidiStream};
  UnaryMethod explain_write_{backend_, Base::service_full_name(), "ExplainWrite"};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeWriteEventService(const Backend& backend,
                                                     WriteStreamSet& streams) {
  return std::make_unique<WriteEventService>(backend, streams);
}

}  // namespace cache_invalidation::rpc
