#include "server/rpc/services.h"

#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "server/rpc/conversion/dependency_conversion.h"
#include "server/rpc/unary_call.h"

namespace cache_invalidation::rpc {
namespace {

using Base = v1::DependencyService;
using Methods = Base::WithRawCallbackMethod_AddCacheDependency<
    Base::WithRawCallbackMethod_RemoveCacheDependency<
        Base::WithRawCallbackMethod_ListCacheDependencies<Base::Service>>>;
using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

class DependencyService final : public Methods {
 public:
  explicit DependencyService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* AddCacheDependency(Context* context, const Bytes* request,
                                               Bytes* response) override {
    return StartUnaryCall(add_cache_dependency_, context, request, response, ToAddCacheDependency,
                          FromAddCacheDependency);
  }

  grpc::ServerUnaryReactor* RemoveCacheDependency(Context* context, const Bytes* request,
                                                  Bytes* response) override {
    return StartUnaryCall(remove_cache_dependency_, context, request, response,
                          ToRemoveCacheDependency, FromRemoveCacheDependency);
  }

  grpc::ServerUnaryReactor* ListCacheDependencies(Context* context, const Bytes* request,
                                                  Bytes* response) override {
    return StartUnaryCall(list_cache_dependencies_, context, request, response,
                          ToListCacheDependencies, FromListCacheDependencies);
  }

 private:
  const Backend backend_;
  UnaryMethod add_cache_dependency_{backend_, Base::service_full_name(), "AddCacheDependency"};
  UnaryMethod remove_cache_dependency_{backend_, Base::service_full_name(),
                                       "RemoveCacheDependency"};
  UnaryMethod list_cache_dependencies_{backend_, Base::service_full_name(),
                                       "ListCacheDependencies"};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeDependencyService(const Backend& backend) {
  return std::make_unique<DependencyService>(backend);
}

}  // namespace cache_invalidation::rpc
