#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_TYPE_ID_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_TYPE_ID_H_

#include <cstring>
#ifdef __cpp_rtti
#include <typeinfo>
#endif

namespace cache_invalidation::client::internal {

// Identifies a type by its name, so that shared objects which hide their symbols agree on it. A
// type that only one translation unit knows is identified by the address of its name as well,
// because another one can have the same name. Code with and without run-time type information does
// not agree on types, which costs misses.
class TypeId {
 public:
  template <typename Type>
  static TypeId Of() {
#ifdef __cpp_rtti
    return TypeId(typeid(Type).name());
#else
    return TypeId(__PRETTY_FUNCTION__);
#endif
  }

  friend bool operator==(const TypeId& one, const TypeId& other) {
    if (one.name_ == other.name_) return true;
    return !one.is_local_ && !other.is_local_ && std::strcmp(one.name_, other.name_) == 0;
  }

 private:
  explicit TypeId(const char* name)
      : name_(name),
        is_local_(std::strstr(name, "_GLOBAL__N_") != nullptr ||
                  std::strstr(name, "anonymous") != nullptr) {}

  const char* name_;
  bool is_local_;  // it is, or contains, a type of an anonymous namespace
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_TYPE_ID_H_
