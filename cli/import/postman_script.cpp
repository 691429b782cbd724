#include "cli/import/postman_script.h"

#include <algorithm>
#include <optional>

#include "cli/import/request.h"
#include "common/core/text.h"
#include "common/model/filter.h"

namespace picket::cli {
namespace {

constexpr std::size_t kLinesMax = 100;
constexpr std::size_t kLineMax = 2000;

constexpr const char* kStatus = R"(pm\.response\.to\.have\.status\(\s*(\d{3})\s*\))";
constexpr const char* kCode =
    R"(pm\.response\.code\s*\)\.to\.(?:be\.)?(?:equal|eql|eq)\(\s*(\d{3})\s*\))";
constexpr const char* kOneOf = R"(pm\.response\.code\s*\)\.to\.be\.oneOf\(\s*\[([0-9,\s]+)\]\s*\))";
constexpr const char* kOk = R"(pm\.response\.to\.be\.(ok|success)\b)";
constexpr const char* kTime =
    R"(pm\.response\.responseTime\s*\)\.to\.be\.below\(\s*(\d{1,7})\s*\))";
constexpr const char* kText =
    R"(pm\.response\.text\(\)\s*\)\.to\.(?:include|contain)\(\s*["']([^"']+)["']\s*\))";
constexpr const char* kMember =
    R"(pm\.response\.json\(\)\.([A-Za-z_][\w.]*)\s*\)\.to\.(?:be\.)?(?:equal|eql|eq)\()";
constexpr const char* kWanted =
    R"(\.to\.(?:be\.)?(?:equal|eql|eq)\(\s*("[^"]*"|'[^']*'|[\d.]+|true|false)\s*\))";
constexpr const char* kVariable =
    R"(pm\.(?:environment|collectionVariables|variables|globals)\.set\(\s*["']([\w-]+)["'])";
constexpr const char* kSource = R"(\.set\(\s*["'][\w-]+["']\s*,\s*)"
                                R"(pm\.response\.json\(\)\.([A-Za-z_][\w.]*)\s*\))";

std::optional<std::string> group_in(const std::string& text, const char* pattern) {
  const auto found = apply_filters({Filter{FilterOp::regex, pattern}}, text);
  return found ? std::optional(*found) : std::nullopt;
}

bool read_status(const std::string& line, nlohmann::ordered_json& expect) {
  auto one = group_in(line, kStatus);
  if (!one) one = group_in(line, kCode);
  if (one) {
    expect["status"] = std::stoi(*one);
  } else if (const auto codes = group_in(line, kOneOf)) {
    auto list = nlohmann::ordered_json::array();
    for (const std::string& code : split(*codes, ','))
      if (const std::string digits(trim_ascii(code)); digits.size() == 3)
        list.push_back(std::stoi(digits));
    expect["status"] = std::move(list);
  } else if (const auto ok = group_in(line, kOk)) {
    expect["status"] = *ok == "ok" ? nlohmann::ordered_json(200) : nlohmann::ordered_json("2xx");
  } else {
    return false;
  }
  return true;
}

bool read_value(const std::string& line, nlohmann::ordered_json& expect) {
  const auto member = group_in(line, kMember);
  auto wanted = member ? group_in(line, kWanted) : std::nullopt;
  if (!wanted) return false;
  if (wanted->front() == '\'') wanted = '"' + wanted->substr(1, wanted->size() - 2) + '"';
  auto value = nlohmann::ordered_json::parse(*wanted, nullptr, false);
  if (value.is_discarded()) return false;
  expect["jsonpath"]["$." + *member] = std::move(value);
  return true;
}

void read_line(const std::string& line, TestScript& script) {
  if (line.find("pm.test(") != line.npos) ++script.tests;
  if (read_status(line, script.expect)) ++script.carried;
  if (read_value(line, script.expect)) ++script.carried;
  if (const auto limit = group_in(line, kTime)) {
    script.expect["duration"]["lt"] = duration_text(std::stod(*limit) / 1000);
    ++script.carried;
  }
  if (const auto part = group_in(line, kText)) {
    script.expect["body"]["contains"] = *part;
    ++script.carried;
  }
  const auto variable = group_in(line, kVariable);
  if (const auto source = variable ? group_in(line, kSource) : std::nullopt)
    script.captures.emplace_back(*variable, "$." + *source);
}

}  // namespace

TestScript read_test_script(const std::string& text) {
  TestScript script;
  std::size_t lines = 0;
  for (const std::string& line : split(text, '\n'))
    if (line.find("pm.") != line.npos && line.size() <= kLineMax && ++lines <= kLinesMax)
      read_line(line, script);
  return script;
}

}  // namespace picket::cli
