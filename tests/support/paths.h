// Where the sources and the build folder of a test program are. Functions instead of compile
// definitions: so the compiler cache serves the same test file in every checkout. Constant data.
#pragma once

#include <string>

namespace picket::test {

std::string source_dir();
std::string build_dir();

}  // namespace picket::test
