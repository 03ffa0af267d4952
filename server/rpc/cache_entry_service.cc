#include "server/rpc/services.h"

#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "server/rpc/conversion/cache_entry_conversion.h"
#include "server/rpc/unary_call.h"

namespace cache_invalidation::rpc {
namespace {

using Base = v1::CacheEntryService;
using Methods = Base::WithRawCallbackMethod_TrackEntries<Base::WithRawCallbackMethod_UntrackEntries<
    Base::WithRawCallbackMethod_LookupEntry<Base::WithRawCallbackMethod_Validate<Base::Service>>>>;
using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

class CacheEntryService final : public Methods {
 public:
  explicit CacheEntryService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* TrackEntries(Context* context, const Bytes* request,
                                         Bytes* response) override {
    return StartUnaryCall(track_entries_, context, request, response, ToTrackEntries,
                          FromTrackEntries);
  }

  grpc::ServerUnaryReactor* UntrackEntries(Context* context, const Bytes* request,
                                           Bytes* response) override {
    return StartUnaryCall(untrack_entries_, context, request, response, ToUntrackEntries,
                          FromUntrackEntries);
  }

  grpc::ServerUnaryReactor* LookupEntry(Context* context, const Bytes* request,
                                        Bytes* response) override {
    return StartUnaryCall(lookup_entry_, context, request, response, ToLookupEntry,
                          FromLookupEntry);
  }

  grpc::ServerUnaryReactor* Validate(Context* context, const Bytes* request,
                                     Bytes* response) override {
    return StartUnaryCall(validate_, context, request, response, ToValidate, FromValidate);
  }

 private:
  const Backend backend_;
  UnaryMethod track_entries_{backend_, Base::service_full_name(), "TrackEntries"};
  UnaryMethod untrack_entries_{backend_, Base::service_full_name(), "UntrackEntries"};
  UnaryMethod lookup_entry_{backend_, Base::service_full_name(), "LookupEntry"};
  UnaryMethod validate_{backend_, Base::service_full_name(), "Validate"};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCacheEntryService(const Backend& backend) {
  return std::make_unique<CacheEntryService>(backend);
}

}  // namespace cache_invalidation::rpc
