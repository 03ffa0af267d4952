#ifndef CACHE_INVALIDATION_SERVER_RPC_HEALTH_H_
#define CACHE_INVALIDATION_SERVER_RPC_HEALTH_H_

namespace grpc {
class HealthCheckServiceInterface;
class Server;
}  // namespace grpc

namespace cache_invalidation::rpc {

// grpc.health.v1.Health as gRPC itself implements it, for the whole server (the empty name) and
// each service. Supported by reflection. Thread-safe.
class Health {
 public:
  // Enables the service. Call it before the grpc::Server is built.
  static void Enable();

  // `server` must outlive the object. NOT_SERVING until SetServing(true).
  explicit Health(grpc::Server& server);

  void SetServing(bool serving);

 private:
  grpc::HealthCheckServiceInterface& health_;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_HEALTH_H_
