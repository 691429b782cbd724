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
  std::vector<std::string> left;  // what could not be carried, as it stood there, without secrets
};

// Adds what `text` says. Where `script` expects something else of the same place already, the
// first stays and the second is left.
void read_test_script(const std::string& text, TestScript& script);

}  // namespace picket::cli
