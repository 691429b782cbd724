// The syntax tree of a JSONPath query (RFC 9535, section 2). Private to common/model: made by
// jsonpath_parser, walked by jsonpath_eval. Plain immutable data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/model/iregexp.h"
#include "common/model/json_node.h"

namespace picket::jsonpath {

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

struct Name {
  std::string name;
};
struct Wildcard {};
struct Index {
  std::int64_t at{0};
};
struct Slice {
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> end;
  std::int64_t step{1};
};
struct Filter {
  ExpressionPtr condition;
};
using Selector = std::variant<Name, Wildcard, Index, Slice, Filter>;

struct Segment {
  bool descendant{false};
  std::vector<Selector> selectors;
};

struct Query {
  bool relative{false};  // begins with @
  std::vector<Segment> segments;
};

// Only names and indexes: at most one node (2.3.5.1).
bool is_singular(const Query& query);

// The types of function expressions (2.4.1).
enum class Type { value, nodes, logical };
enum class FunctionName { length, count, match, search, value };
struct Function {
  FunctionName id;
  std::string_view name;
  Type result;
  std::vector<Type> parameters;
};
const std::vector<Function>& functions();

struct Call;
using Operand = std::variant<Json, Query, std::shared_ptr<const Call>>;  // Json: a literal

struct Call {
  const Function* function{nullptr};
  std::vector<Operand> arguments;
  std::optional<IRegexp> pattern;  // of match and search, when it is a literal
};

enum class CompareOp { equal, not_equal, less, less_equal, greater, greater_equal };
struct Comparison {
  Operand left;
  CompareOp op{CompareOp::equal};
  Operand right;
};
struct Test {
  Operand what;  // a query: exists; a call: is true
};
struct Not {
  ExpressionPtr of;
};
struct AllOf {
  std::vector<ExpressionPtr> parts;
};
struct AnyOf {
  std::vector<ExpressionPtr> parts;
};
struct Expression {
  std::variant<Comparison, Test, Not, AllOf, AnyOf> is;
};

}  // namespace picket::jsonpath
