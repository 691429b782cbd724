// From a node tree to the checks of one file. Every mistake is reported; a check with a mistake is
// left out and named. Pure but for the report it fills; one thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/checks/document.h"
#include "common/checks/report.h"
#include "common/model/check.h"

namespace picket::checks {

struct DecodeOptions {
  bool strict{false};
  std::optional<std::set<std::string>> receivers;  // known ones; nothing: not checked
  std::optional<std::set<std::string>> regions;    // likewise
  std::optional<int> fleet;                        // how many regions `all` stands for, if known
};

struct DecodedFile {
  std::vector<Check> checks;
  std::vector<Diagnostic> twins;  // of each check: what to say if its name stands elsewhere too
  std::vector<CheckName> broken;  // those whose name could be read
  std::size_t unnamed{0};         // mistaken checks without a readable name
};

DecodedFile decode_file(Report& report, const Node& root, const DecodeOptions& options);

}  // namespace picket::checks
