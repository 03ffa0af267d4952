# SPDX-License-Identifier: Apache-2.0
# find_package(CacheInvalidation [0] [REQUIRED] [COMPONENTS ...]) defines imported targets:
#
#   CacheInvalidation::client      always: headers, library, and what it needs
#   CacheInvalidation::prometheus  component `prometheus`: the client, and prometheus-cpp
#   CacheInvalidation::testing     component `testing`: the service and fakes for tests
#
# Components:
#
#   client      the default
#   shared      CacheInvalidation::client is the shared library; without it the static one. One process needs one of them:
#               plugins and libraries that use the client use the shared one.
#   prometheus  needs prometheus-cpp-dev
#   testing     needs librocksdb-dev and prometheus-cpp-dev
#
# Sets CacheInvalidation_SANITIZERS: the folder with the suppressions for programs that run under a sanitizer.

cmake_policy(VERSION 3.11...3.25)

set(_cache_invalidation_kind STATIC)
foreach(_cache_invalidation_component IN LISTS CacheInvalidation_FIND_COMPONENTS)
  if(_cache_invalidation_component MATCHES "^(client|prometheus|shared|testing)$")
    set(CacheInvalidation_${_cache_invalidation_component}_FOUND TRUE)
  elseif(CacheInvalidation_FIND_REQUIRED_${_cache_invalidation_component})
    set(CacheInvalidation_FOUND FALSE)
    set(CacheInvalidation_NOT_FOUND_MESSAGE
        "there is no component ${_cache_invalidation_component}; the components are client, prometheus, shared and testing")
    return()
  endif()
endforeach()
if("shared" IN_LIST CacheInvalidation_FIND_COMPONENTS)
  set(_cache_invalidation_kind SHARED)
endif()

if(TARGET CacheInvalidation::client)
  get_target_property(_cache_invalidation_present CacheInvalidation::client TYPE)
  if(_cache_invalidation_kind STREQUAL "SHARED" AND NOT _cache_invalidation_present STREQUAL "SHARED_LIBRARY")
    set(CacheInvalidation_FOUND FALSE)
    set(CacheInvalidation_NOT_FOUND_MESSAGE
        "CacheInvalidation::client is the static library already, which was found without the component `shared`")
    return()
  endif()
endif()

get_filename_component(_cache_invalidation_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(CacheInvalidation_SANITIZERS "${_cache_invalidation_prefix}/share/cache_invalidation/sanitizers")

include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(absl CONFIG)
# A shared library brings these along; but the tests' own library uses them, too.
if(_cache_invalidation_kind STREQUAL "STATIC" OR "testing" IN_LIST CacheInvalidation_FIND_COMPONENTS)
  find_dependency(Protobuf)
  find_dependency(gRPC CONFIG) # finds re2, too
  find_dependency(yaml-cpp CONFIG)
endif()

if(NOT TARGET CacheInvalidation::client)
  add_library(CacheInvalidation::client ${_cache_invalidation_kind} IMPORTED)
  set_target_properties(
    CacheInvalidation::client PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${_cache_invalidation_prefix}/include"
                                         INTERFACE_COMPILE_FEATURES cxx_std_20)
  target_link_libraries(CacheInvalidation::client INTERFACE @ABSL_TARGETS@ Threads::Threads)
  if(_cache_invalidation_kind STREQUAL "SHARED")
    set_target_properties(
      CacheInvalidation::client
      PROPERTIES IMPORTED_LOCATION "${_cache_invalidation_prefix}/lib/libcache_invalidation_client.so.@VERSION@"
                 IMPORTED_SONAME "@SONAME@")
  else()
    set_target_properties(CacheInvalidation::client
                          PROPERTIES IMPORTED_LOCATION "${_cache_invalidation_prefix}/lib/libcache_invalidation_client.a")
    target_link_libraries(CacheInvalidation::client INTERFACE gRPC::grpc++ protobuf::libprotobuf re2::re2 yaml-cpp)
  endif()
endif()

if("prometheus" IN_LIST CacheInvalidation_FIND_COMPONENTS AND NOT TARGET CacheInvalidation::prometheus)
  find_dependency(prometheus-cpp CONFIG)
  add_library(CacheInvalidation::prometheus INTERFACE IMPORTED)
  target_link_libraries(CacheInvalidation::prometheus INTERFACE CacheInvalidation::client prometheus-cpp::core)
endif()

if("testing" IN_LIST CacheInvalidation_FIND_COMPONENTS AND NOT TARGET CacheInvalidation::testing)
  add_library(CacheInvalidation::testing STATIC IMPORTED)
  set_target_properties(CacheInvalidation::testing
                        PROPERTIES IMPORTED_LOCATION "${_cache_invalidation_prefix}/lib/libcache_invalidation_testing.a")
  target_link_libraries(CacheInvalidation::testing INTERFACE CacheInvalidation::client gRPC::grpc++ protobuf::libprotobuf
                                                             re2::re2 yaml-cpp "@TESTING_LIBRARIES_CMAKE@")
endif()

unset(_cache_invalidation_prefix)
unset(_cache_invalidation_kind)
unset(_cache_invalidation_component)
unset(_cache_invalidation_present)
