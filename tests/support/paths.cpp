#include "tests/support/paths.h"

namespace picket::test {

std::string source_dir() { return PICKET_SOURCE_DIR; }
std::string build_dir() { return PICKET_BUILD_DIR; }

}  // namespace picket::test
