#include "cli/import/postman_script.h"

#include <algorithm>
#include <optional>

#include "cli/import/request.h"
#include "common/core/text.h"
#include "common/model/filter.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kStatementsMax = 200;
constexpr std::size_t kStatementMax = 2000;

// Whole statements: what is chained behind would be lost else.
constexpr const char* kStatus =
    R"(^pm\.(?:response|expect\(\s*pm\.response\s*\))\.to\.have\.status\(\s*(\d{3})\s*\)$)";
constexpr const char* kCode =
    R"(^pm\.expect\(\s*pm\.response\.code\s*\)\.to\.(?:be\.)?(?:equals?|eql|eq)\(\s*(\d{3})\s*\)$)";
constexpr const char* kOneOf =
    R"(^pm\.expect\(\s*pm\.response\.code\s*\)\.to\.be\.oneOf\(\s*\[((?:\s*\d{3}\s*,?)+)\]\s*\)$)";
constexpr const char* kOk = R"(^pm\.response\.to\.be\.(ok|success)$)";
constexpr const char* kTime = R"(^pm\.expect\(\s*pm\.response\.responseTime\s*\)\.to\.be\.)"
                              R"((?:below|lessThan)\(\s*(\d{1,7})\s*\)$)";
constexpr const char* kText =
    R"(^pm\.expect\(\s*pm\.response\.text\(\)\s*\)\.to\.(?:include|contain)\()"
    R"(\s*["']([^"'\\]+)["']\s*\)$)";
constexpr const char* kMember =
    R"(^pm\.expect\(\s*pm\.response\.json\(\)\.([A-Za-z_][\w.]*(?:\[\d+\](?:\.\w+)*)*)\s*\))"
    R"(\.to\.(?:be\.)?(?:deep\.)?(?:equals?|eql|eq)\()";
constexpr const char* kWanted =
    R"(\.(?:equals?|eql|eq)\(\s*("[^"]*"|'[^']*'|-?[\d.]+|true|false|null)\s*\)$)";
constexpr const char* kVariable =
    R"(^pm\.(?:environment|collectionVariables|variables|globals)\.set\(\s*["']([\w-]+)["'])";
constexpr const char* kSource =
    R"(\.set\(\s*["'][\w-]+["']\s*,\s*)"
    R"(pm\.response\.json\(\)\.([A-Za-z_][\w.]*(?:\[\d+\](?:\.\w+)*)*)\s*\)$)";
// A variable that holds the answer.
constexpr const char* kAnswer =
    R"((?:const|let|var)\s+(\w+)\s*=\s*(?:pm\.response\.json\(\)|JSON\.parse\(responseBody\)))";

std::optional<std::string> group_in(const std::string& text, const char* pattern) {
  const auto found = apply_filters({Filter{FilterOp::regex, pattern}}, text);
  return found ? std::optional(*found) : std::nullopt;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$';
}

// Behind the text that opens at `at` with a quote of any kind.
std::size_t behind_quotes(const std::string& code, std::size_t at) {
  const char quote = code[at];  // two of the three kinds end with their line, whatever opened them
  for (++at; at < code.size() && code[at] != quote && (quote == '`' || code[at] != '\n'); ++at)
    if (code[at] == '\\') ++at;
  return at < code.size() && code[at] == quote ? at + 1 : std::min(at, code.size());
}

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

std::string without_comments(const std::string& code) {
  std::string left;
  for (std::size_t at = 0; at < code.size();) {
    std::size_t next = at + 1;
    if (is_quote(code[at])) {
      next = behind_quotes(code, at);
    } else if (code.compare(at, 2, "//") == 0) {
      at = next = std::min(code.find('\n', at), code.size());
    } else if (code.compare(at, 2, "/*") == 0) {
      at = next = std::min(code.find("*/", at + 2), code.size() - 2) + 2;
    }
    left.append(code, at, next - at);
    at = next;
  }
  return left;
}

// `answer.status` as `pm.response.json().status`, where the script named the answer so.
std::string with_answers_named(const std::string& code) {
  const auto name = group_in(code, kAnswer);
  if (!name) return code;
  std::string ours;
  for (std::size_t at = 0; at < code.size();) {
    std::size_t next = at + 1;
    if (is_quote(code[at])) {
      next = behind_quotes(code, at);
    } else if (is_word(code[at])) {
      while (next < code.size() && is_word(code[next])) ++next;
      const bool member = at > 0 && code[at - 1] == '.';
      if (!member && code.compare(at, next - at, *name) == 0 && code.compare(next, 1, ".") == 0) {
        ours += "pm.response.json()";
        at = next;
      }
    }
    ours.append(code, at, next - at);
    at = next;
  }
  return ours;
}

// Where the statement ends that begins at `at`: at its semicolon, at the bracket around it, or at
// the end of a line that the next one does not go on with a dot.
std::size_t end_of_statement(const std::string& code, std::size_t at) {
  for (int depth = 0; at < code.size(); ++at) {
    const char c = code[at];
    if (is_quote(c)) {
      const std::size_t behind = behind_quotes(code, at);
      if (code[behind - 1] != c || behind == at + 1) return behind;  // no text: of an expression
      at = behind - 1;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      if (--depth < 0) return at;
    } else if (depth == 0 && c == ';') {
      return at;
    } else if (depth == 0 && c == '\n') {
      const std::size_t next = code.find_first_not_of(" \t\r\n", at);
      if (next == code.npos || code[next] != '.') return at;
    }
  }
  return code.size();
}

// On one line, without the space before the dots of a chain.
std::string joined(std::string_view statement) {
  std::string line;
  for (const char c : trim_ascii(statement)) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (c == '.')
      while (!line.empty() && line.back() == ' ') line.pop_back();
    if (!space || line.empty() || line.back() != ' ') line += space ? ' ' : c;
  }
  return line;
}

// The first stays: whether `place` has `value` now.
bool put(Json& map, const std::string& key, Json value) {
  if (!map.is_object()) map = Json::object();
  if (map.contains(key)) return map[key] == value;
  map[key] = std::move(value);
  return true;
}

bool read_status(const std::string& line, Json& expect) {
  auto one = group_in(line, kStatus);
  if (!one) one = group_in(line, kCode);
  if (one) return put(expect, "status", std::stoi(*one));
  if (const auto codes = group_in(line, kOneOf)) {
    auto list = Json::array();
    for (const std::string& code : split(*codes, ','))
      if (const std::string digits(trim_ascii(code)); !digits.empty())
        list.push_back(std::stoi(digits));
    return put(expect, "status", std::move(list));
  }
  const auto ok = group_in(line, kOk);
  return ok && put(expect, "status", *ok == "ok" ? Json(200) : Json("2xx"));
}

bool read_value(const std::string& line, Json& expect) {
  const auto member = group_in(line, kMember);
  auto wanted = member ? group_in(line, kWanted) : std::nullopt;
  // `length` is no member of the answer; a secret is not written down.
  if (!wanted || member->ends_with(".length") || is_secret_name(*member)) return false;
  if (wanted->front() == '\'') wanted = '"' + wanted->substr(1, wanted->size() - 2) + '"';
  auto value = Json::parse(*wanted, nullptr, false);
  if (value.is_discarded()) return false;
  if (value.is_null()) value = Json{{"equals", nullptr}};
  return put(expect["jsonpath"], "$." + *member, std::move(value));
}

// Of two limits the shorter one says both.
void put_limit(Json& duration, double seconds) {
  if (!duration.is_object()) duration = Json::object();
  const auto known = duration.find("lt");
  const double other = known == duration.end()
                           ? seconds
                           : seconds_from_go(known->get<std::string>()).value_or(seconds);
  duration["lt"] = duration_text(std::min(seconds, other));
}

bool read_assertion(const std::string& line, Json& expect) {
  if (read_status(line, expect) || read_value(line, expect)) return true;
  if (const auto limit = group_in(line, kTime)) {
    put_limit(expect["duration"], std::stod(*limit) / 1000);
    return true;
  }
  const auto part = group_in(line, kText);
  return part && put(expect["body"], "contains", *part);
}

bool read_variable(const std::string& line, TestScript& script) {
  const auto variable = group_in(line, kVariable);
  const auto source = variable ? group_in(line, kSource) : std::nullopt;
  if (source) script.captures.emplace_back(*variable, "$." + *source);
  return source.has_value();
}

// What is wanted of a secret, or becomes one, is not shown.
std::string shown(std::string line) {
  if (is_secret_name(line)) {
    for (const char* end : {".to.", " = "}) line = line.substr(0, line.find(end));
    std::string safe;
    for (std::size_t at = 0; at < line.size();) {
      const std::size_t next = is_quote(line[at]) ? behind_quotes(line, at) : at + 1;
      safe += next > at + 1 ? "\"..\"" : line.substr(at, 1);
      at = next;
    }
    line = safe;
  }
  return cut_utf8(clean_line(line), 160);
}

enum class Kind { test, assertion, variable, other };

struct Word {
  const char* text;
  Kind kind;
};

constexpr Word kWords[] = {{"pm.test(", Kind::test},
                           {"pm.test.skip(", Kind::other},
                           {"pm.expect(", Kind::assertion},
                           {"pm.expect.", Kind::assertion},
                           {"pm.response.to.", Kind::assertion},
                           {"tests[", Kind::assertion},  // the API before `pm`
                           {"pm.environment.set(", Kind::variable},
                           {"pm.collectionVariables.set(", Kind::variable},
                           {"pm.variables.set(", Kind::variable},
                           {"pm.globals.set(", Kind::variable},
                           {"postman.set", Kind::other},
                           {"pm.sendRequest(", Kind::other},
                           {"pm.execution.", Kind::other}};

const Word* word_at(const std::string& code, std::size_t at) {
  if (at > 0 && (is_word(code[at - 1]) || code[at - 1] == '.')) return nullptr;
  const auto* const word = std::find_if(std::begin(kWords), std::end(kWords), [&](const Word& one) {
    return code.compare(at, std::string_view(one.text).size(), one.text) == 0;
  });
  return word == std::end(kWords) ? nullptr : word;
}

// Walks over the statements of one script.
class Reader {
 public:
  Reader(const std::string& code, TestScript& script) : code_(code), script_(script) {}

  void read() {
    std::size_t found = 0;
    for (std::size_t at = 0; at < code_.size();) {
      if (is_quote(code_[at])) {
        at = behind_quotes(code_, at);
        continue;
      }
      const Word* word = word_at(code_, at);
      if (word == nullptr) {
        ++at;
        continue;
      }
      if (++found > kStatementsMax) break;
      at = take(*word, at);
    }
    end_test();
    if (found == 0) script_.left.emplace_back("a test script without assertions");
    if (found > kStatementsMax) script_.left.emplace_back("the rest of a long test script");
  }

 private:
  std::size_t take(const Word& word, std::size_t at) {
    const std::size_t behind = at + std::string_view(word.text).size();
    if (word.kind == Kind::test) {
      end_test();
      const std::size_t name_end = std::min(code_.find_first_of(",\n", at), code_.size());
      test_ = joined(std::string_view(code_).substr(at, name_end - at)) + ")";
      return behind;
    }
    const std::size_t end = end_of_statement(code_, at);
    const std::string line = joined(std::string_view(code_).substr(at, end - at));
    if (word.kind == Kind::assertion) test_.clear();
    const bool carried = line.size() <= kStatementMax &&
                         (word.kind == Kind::assertion  ? read_assertion(line, script_.expect)
                          : word.kind == Kind::variable ? read_variable(line, script_)
                                                        : false);
    if (!carried) script_.left.push_back(left_text(word, line));
    return std::max(end, behind);
  }

  static std::string left_text(const Word& word, const std::string& line) {
    if (word.kind == Kind::other) return std::string(word.text) + " ..";
    const auto variable = group_in(line, kVariable);
    return variable ? "the variable " + *variable + " is set" : shown(line);
  }

  // A test without an assertion that we know asserts in its own way.
  void end_test() {
    if (!test_.empty()) script_.left.push_back(shown(test_));
    test_.clear();
  }

  const std::string& code_;
  TestScript& script_;
  std::string test_;  // until an assertion of it is found
};

}  // namespace

void read_test_script(const std::string& text, TestScript& script) {
  const std::string code = with_answers_named(without_comments(text));
  if (trim_ascii(code).empty()) return;
  Reader(code, script).read();
}

}  // namespace picket::cli
