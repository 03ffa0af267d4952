#include "server/rpc/services.h"

#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "server/rpc/conversion/rule_conversion.h"
#include "server/rpc/unary_call.h"

namespace cache_invalidation::rpc {
namespace {

using Base = v1::RuleService;
using Methods = Base::WithRawCallbackMethod_RegisterRule<Base::WithRawCallbackMethod_GetRule<
    Base::WithRawCallbackMethod_ListRules<Base::WithRawCallbackMethod_DeleteRule<Base::Service>>>>;
using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

class RuleService final : public Methods {
 public:
  explicit RuleService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* RegisterRule(Context* context, const Bytes* request,
                                         Bytes* response) override {
    return StartUnaryCall(register_rule_, context, request, response, ToRegisterRule,
                          FromRegisterRule);
  }

  grpc::ServerUnaryReactor* GetRule(Context* context, const Bytes* request,
                                    Bytes* response) override {
    return StartUnaryCall(get_rule_, context, request, response, ToGetRule, FromGetRule);
  }

  grpc::ServerUnaryReactor* ListRules(Context* context, const Bytes* request,
                                      Bytes* response) override {
    return StartUnaryCall(list_rules_, context, request, response, ToListRules, FromListRules);
  }

  grpc::ServerUnaryReactor* DeleteRule(Context* context, const Bytes* request,
                                       Bytes* response) override {
    return StartUnaryCall(delete_rule_, context, request, response, ToDeleteRule, FromDeleteRule);
  }

 private:
  const Backend backend_;
  UnaryMethod register_rule_{backend_, Base::service_full_name(), "RegisterRule"};
  UnaryMethod get_rule_{backend_, Base::service_full_name(), "GetRule"};
  UnaryMethod list_rules_{backend_, Base::service_full_name(), "ListRules"};
  UnaryMethod delete_rule_{backend_, Base::service_full_name(), "DeleteRule"};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRuleService(const Backend& backend) {
  return std::make_unique<RuleService>(backend);
}

}  // namespace cache_invalidation::rpc
