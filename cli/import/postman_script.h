// The test scripts of Postman: the assertions and assignments that are plain enough to carry,
// found by their words; nothing is run. Pure, bounded in work.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace picket::cli {

struct TestScript {
  nlohmann::ordered_json expect = nlohmann::ordered_json::object();
  std::vector<std::pair<std::string, std::string>> captures;  // variable, JSON path
  int tests{0};                                               // calls of pm.test
  int carried{0};                                             // assertions that `expect` has
};

TestScript read_test_script(const std::string& text);

}  // namespace picket::cli
