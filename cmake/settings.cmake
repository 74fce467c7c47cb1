# Compiler, warnings and sanitizers, once for every target of ours (as the interface library taleus_settings).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "GCC before 13 destroys some temporaries inside co_await expressions twice; use clang++-19 (the presets do)")
endif()

add_library(taleus_settings INTERFACE)
target_compile_features(taleus_settings INTERFACE cxx_std_23)
target_compile_options(taleus_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
# Asio would allocate coroutine frames by posix_memalign, which goes past glibc's caches: three times as slow as malloc, whose
# alignment does as well.
target_compile_definitions(taleus_settings INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC
  BOOST_ASIO_DISABLE_BOOST_ALIGN)

set(TALEUS_SANITIZE "" CACHE STRING "sanitizers, for example address,undefined or thread")
if(TALEUS_SANITIZE)
  target_compile_options(taleus_settings INTERFACE -fsanitize=${TALEUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(taleus_settings INTERFACE -fsanitize=${TALEUS_SANITIZE})
endif()
option(TALEUS_COVERAGE "instrument for llvm-cov" OFF)
if(TALEUS_COVERAGE)
  target_compile_options(taleus_settings INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(taleus_settings INTERFACE -fprofile-instr-generate)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Without this ccache could never reuse a precompiled header.
  target_compile_options(taleus_settings INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()

find_program(TALEUS_CCACHE ccache)
if(TALEUS_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_SOURCE_DIR}/scripts/compile ${CMAKE_SOURCE_DIR})
endif()
find_program(TALEUS_MOLD mold)
if(TALEUS_MOLD)
  target_link_options(taleus_settings INTERFACE -fuse-ld=mold)
endif()
