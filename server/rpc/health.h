#ifndef CACHE_INVALIDATION_SERVER_RPC_HEALTH_H_
#define CACHE_INVALIDATION_SERVER_RPC_HEALTH_H_

namespace grpc {
class HealthCheckServiceInterface;
class Server;
}  // namespace grpc

namespace cache_invalidation::rpc {

// grpc.health.v1.Health as gRPC itself serves it, for the whole server (the empty name) and each
// service. Reflection can describe it. Thread-safe.
class Health {
 public:
  // Before the grpc::Server is built: asks for the service.
  static void Enable();

  // `server` must outlive this. NOT_SERVING until told otherwise.
  explicit Health(grpc::Server& server);

  void SetServing(bool serving);

 private:
  grpc::HealthCheckServiceInterface& health_;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_HEALTH_H_
