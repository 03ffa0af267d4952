#include "server/rpc/services.h"

#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "server/rpc/conversion/stats_conversion.h"
#include "server/rpc/unary_call.h"

namespace cache_invalidation::rpc {
namespace {

using Base = v1::StatsService;
using Methods = Base::WithRawCallbackMethod_GetInvalidationStats<Base::Service>;
using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

class StatsService final : public Methods {
 public:
  explicit StatsService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* GetInvalidationStats(Context* context, const Bytes* request,
                                                 Bytes* response) override {
    return StartUnaryCall(get_invalidation_stats_, context, request, response,
                          ToGetInvalidationStats, FromGetInvalidationStats);
  }

 private:
  const Backend backend_;
  UnaryMethod get_invalidation_stats_{backend_, Base::service_full_name(), "GetInvalidationStats"};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeStatsService(const Backend& backend) {
  return std::make_unique<StatsService>(backend);
}

}  // namespace cache_invalidation::rpc
