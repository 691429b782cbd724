# Compiler settings and the functions every folder's CMakeLists.txt uses.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# Precompiled headers are shared only by files with the same options. ccache takes files that use
# them when their content tells all, without the time of their making.
if(PICKET_PCH)
  add_compile_options(-pthread -Xclang -fno-pch-timestamp)
else()
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # base_dir and hash_dir: the same file hits from every build folder and checkout.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False positives of g++ 12 on coroutine frames and on std::string at -O2.
  add_compile_options(-Wno-mismatched-new-delete -Wno-maybe-uninitialized -Wno-restrict
                      -Wno-missing-field-initializers)
else()
  add_compile_options(-Wno-missing-field-initializers)
endif()
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)

if(PICKET_SANITIZE)
  # Without the checks of every pointer use: AddressSanitizer sees those, and they cost a quarter
  # of the compilation.
  add_compile_options(-fsanitize=address,undefined
                      -fno-sanitize=null,alignment,vptr,object-size -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(PICKET_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage of the libraries guides the fuzzer
endif()
if(PICKET_TSAN)
  add_compile_options(-fsanitize=thread -Wno-tsan)
  add_link_options(-fsanitize=thread)
endif()

# PICKET_PCH: the headers most files parse, parsed once. Only in the clang build, where it saves
# almost half (nothing with g++); the dev build shows that each file includes what it needs.
function(picket_precompiled name header)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch/${name}.cpp CONTENT "")
  add_library(${name} STATIC ${CMAKE_BINARY_DIR}/pch/${name}.cpp)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_precompile_headers(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/${header})
endfunction()

function(picket_reuse_precompiled target name)
  if(PICKET_PCH)
    target_precompile_headers(${target} REUSE_FROM ${name})
    target_link_libraries(${target} PRIVATE fmt::fmt Threads::Threads)
  endif()
endfunction()

# picket_library(<name> SOURCES a.cpp ... DEPS <target> ...): the static library picket_<name>.
function(picket_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_library(picket_${name} STATIC ${arg_SOURCES})
  target_include_directories(picket_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(picket_${name} PUBLIC ${arg_DEPS})
  picket_reuse_precompiled(picket_${name} picket_library_pch)
endfunction()

# picket_executable(<name> SOURCES main.cpp DEPS <target> ...): the program <name> in bin/, one of
# the target `programs`.
add_custom_target(programs)
function(picket_executable name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  add_dependencies(programs ${name})
endfunction()

# picket_test(<name> SOURCES ... DEPS ... LABELS ... [ARGS ...] [TIMEOUT s]): a Catch2 program and
# its ctest.
function(picket_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPS;LABELS;ARGS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)  # generous: sanitizers on a busy machine
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} picket_test_main picket_test_paths)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  picket_reuse_precompiled(${name} picket_test_pch)
  add_test(NAME ${name} COMMAND ${name} ${arg_ARGS})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT}
    SKIP_RETURN_CODE 77)
endfunction()

# picket_python_test(<name> <script> [LABEL label] [TIMEOUT s] [ENVIRONMENT NAME=value ...]): a
# Python test of the programs, which it finds by PICKET (the CLI) and PICKET_BIN (their folder).
function(picket_python_test name script)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "ENVIRONMENT" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL integration)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME ${name} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/${script})
  set(environment PICKET=$<TARGET_FILE:picket> PICKET_BIN=${CMAKE_BINARY_DIR}/bin
      PYTHONDONTWRITEBYTECODE=1 ${arg_ENVIRONMENT})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT}
    SKIP_RETURN_CODE 77 ENVIRONMENT "${environment}")
endfunction()
