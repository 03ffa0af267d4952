# find_package(CacheInvalidation) defines the target CacheInvalidation::client: headers, library, and what it needs.

get_filename_component(_cache_invalidation_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET CacheInvalidation::client)
  add_library(CacheInvalidation::client STATIC IMPORTED)
  set_target_properties(
    CacheInvalidation::client
    PROPERTIES IMPORTED_LOCATION "${_cache_invalidation_prefix}/lib/libcache_invalidation_client.a"
               INTERFACE_INCLUDE_DIRECTORIES "${_cache_invalidation_prefix}/include/cache_invalidation"
               INTERFACE_COMPILE_FEATURES cxx_std_20
               INTERFACE_LINK_LIBRARIES "@LINK_LIBRARIES@")
endif()

unset(_cache_invalidation_prefix)
