#include "common/model/jsonpath_parser.h"

#include <fmt/format.h>

#include <array>

#include "common/core/text.h"
#include "common/model/jsonpath_scanner.h"

namespace picket::jsonpath {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : scan_(text) {}

  Result<Query> run() {
    Query query;
    if (!scan_.take('$'))
      scan_.wrong("a path starts with `$`");
    else if (segments(query) && !scan_.ended())
      scan_.wrong("wanted `.`, `..` or `[`");
    if (scan_.failed()) return fail(scan_.error());
    return query;
  }

 private:
  // Counts one level of filter, parentheses or call for as long as it lives.
  struct Level {
    explicit Level(int& now) : depth(now) { ++depth; }
    ~Level() { --depth; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    int& depth;
  };

  bool too_deep() { return depth_ > kNestingMax && !scan_.wrong("expressions nested too deep"); }

  // *(S segment): blanks stand before a segment, never behind the last one.
  bool segments(Query& query) {
    while (true) {
      const bool descendant = two_dots();
      if (!descendant && !scan_.take_behind_blanks('.') && !scan_.take_behind_blanks('['))
        return true;
      if (query.segments.size() >= kSegmentsMax) return scan_.wrong("the path is too long");
      Segment segment;
      segment.descendant = descendant;
      if (!segment_body(descendant, segment)) return false;
      query.segments.push_back(std::move(segment));
    }
  }

  bool two_dots() {
    Scanner ahead = scan_;
    if (!ahead.take_behind_blanks('.') || !ahead.take('.')) return false;
    scan_ = ahead;
    return true;
  }

  bool segment_body(bool descendant, Segment& segment) {
    const bool bracket = descendant ? scan_.take('[') : scan_.previous() == '[';
    if (bracket) return bracketed(segment);
    if (scan_.take('*')) {
      segment.selectors.emplace_back(Wildcard{});
      return true;
    }
    const std::string_view name = scan_.name();
    if (name.empty()) return scan_.wrong("wanted a name or `*` (other names go into ['...'])");
    segment.selectors.emplace_back(Name{std::string{name}});
    return true;
  }

  bool bracketed(Segment& segment) {
    do {
      scan_.skip_blanks();
      if (!selector(segment)) return false;
      scan_.skip_blanks();
    } while (scan_.take(','));
    return scan_.take(']') || scan_.wrong("wanted `]` or `,`");
  }

  bool selector(Segment& segment) {
    if (scan_.take('*')) {
      segment.selectors.emplace_back(Wildcard{});
      return true;
    }
    if (scan_.at_quote()) {
      auto name = scan_.quoted();
      if (!name) return false;
      segment.selectors.emplace_back(Name{std::move(*name)});
      return true;
    }
    if (scan_.take('?')) {
      const Level level(depth_);
      if (too_deep()) return false;
      scan_.skip_blanks();
      auto condition = any_of();
      if (!condition) return false;
      segment.selectors.emplace_back(Filter{std::move(condition)});
      return true;
    }
    if (scan_.at_number() || scan_.peek() == ':') return index_or_slice(segment);
    return scan_.wrong("wanted an index, a slice, `*`, `?` or a quoted name");
  }

  bool index_or_slice(Segment& segment) {
    Slice slice;
    if (!bound(slice.start)) return false;
    if (!scan_.take_behind_blanks(':')) {
      segment.selectors.emplace_back(Index{*slice.start});
      return true;
    }
    scan_.skip_blanks();
    if (!bound(slice.end)) return false;
    if (scan_.take_behind_blanks(':')) {
      std::optional<std::int64_t> step;
      scan_.skip_blanks();
      if (!bound(step)) return false;
      slice.step = step.value_or(1);
    }
    segment.selectors.emplace_back(slice);
    return true;
  }

  bool bound(std::optional<std::int64_t>& out) {
    if (!scan_.at_number()) return true;
    out = scan_.integer();
    return out.has_value();
  }

  template <class Parts, class Next>
  ExpressionPtr joined(std::string_view word, Next next) {
    Parts all;
    Scanner ahead = scan_;
    do {
      scan_.skip_blanks();
      auto part = next();
      if (!part) return nullptr;
      all.parts.push_back(std::move(part));
      ahead = scan_;
      ahead.skip_blanks();
      if (!ahead.take(word)) break;
      scan_ = ahead;
    } while (true);
    if (all.parts.size() == 1) return all.parts.front();
    return make(std::move(all));
  }

  ExpressionPtr any_of() {
    return joined<AnyOf>("||", [this] { return all_of(); });
  }
  ExpressionPtr all_of() {
    return joined<AllOf>("&&", [this] { return basic(); });
  }

  template <class T>
  static ExpressionPtr make(T expression) {
    return std::make_shared<const Expression>(Expression{std::move(expression)});
  }
  ExpressionPtr nothing(std::string_view what) {
    scan_.wrong(what);
    return nullptr;
  }

  ExpressionPtr basic() {
    const bool negated = scan_.take('!');
    if (negated) scan_.skip_blanks();
    ExpressionPtr inner = scan_.take('(') ? parentheses() : test_or_comparison(negated);
    if (!inner || !negated) return inner;
    return make(Not{std::move(inner)});
  }

  ExpressionPtr parentheses() {
    const Level level(depth_);
    if (too_deep()) return nullptr;
    auto inner = any_of();
    if (!inner) return nullptr;
    scan_.skip_blanks();
    return scan_.take(')') ? inner : nothing("wanted `)`, `&&` or `||`");
  }

  ExpressionPtr test_or_comparison(bool negated) {
    const std::size_t start = scan_.at();
    auto left = operand();
    if (!left) return nullptr;
    const auto op = negated ? std::nullopt : compare_op();
    if (!op) return test(std::move(*left), start);
    if (!is_value(*left, start)) return nullptr;
    scan_.skip_blanks();
    const std::size_t second = scan_.at();
    auto right = operand();
    if (!right || !is_value(*right, second)) return nullptr;
    return make(Comparison{std::move(*left), *op, std::move(*right)});
  }

  std::optional<CompareOp> compare_op() {
    struct Row {
      std::string_view text;
      CompareOp op;
    };
    constexpr std::array kRows{Row{"==", CompareOp::equal},         Row{"!=", CompareOp::not_equal},
                               Row{"<=", CompareOp::less_equal},    Row{"<", CompareOp::less},
                               Row{">=", CompareOp::greater_equal}, Row{">", CompareOp::greater}};
    Scanner ahead = scan_;
    ahead.skip_blanks();
    for (const Row& row : kRows)
      if (ahead.take(row.text)) {
        scan_ = ahead;
        return row.op;
      }
    return std::nullopt;
  }

  // A literal, a query or a call.
  std::optional<Operand> operand() {
    if (scan_.at_quote()) {
      auto text = scan_.quoted();
      if (!text) return std::nullopt;
      return Operand{Json(std::move(*text))};
    }
    if (scan_.at_number()) {
      auto number = scan_.number();
      if (!number) return std::nullopt;
      return Operand{std::move(*number)};
    }
    if (scan_.peek() == '@' || scan_.peek() == '$') {
      Query query;
      query.relative = scan_.take('@');
      if (!query.relative) scan_.take('$');
      if (!segments(query)) return std::nullopt;
      return Operand{std::move(query)};
    }
    return word_operand();
  }

  std::optional<Operand> word_operand() {
    const std::size_t start = scan_.at();
    const std::string_view word = scan_.word();
    if (!word.empty() && scan_.take('(')) return call(word, start);
    if (word == "true") return Operand{Json(true)};
    if (word == "false") return Operand{Json(false)};
    if (word == "null") return Operand{Json(nullptr)};
    scan_.wrong_at(start, "wanted a query (@ or $), a value or a function");
    return std::nullopt;
  }

  static const Function* find_function(std::string_view name) {
    for (const Function& function : functions())
      if (function.name == name) return &function;
    return nullptr;
  }

  std::optional<Operand> call(std::string_view name, std::size_t start) {
    const Level level(depth_);
    if (too_deep()) return std::nullopt;
    Call call;
    call.function = find_function(name);
    if (call.function == nullptr)
      return scan_.wrong_at(start, fmt::format("no function `{}` (length, count, match, search, "
                                               "value)",
                                               cut_utf8(name, 40))),
             std::nullopt;
    if (!arguments(call)) return std::nullopt;
    const std::size_t wanted = call.function->parameters.size();
    if (call.arguments.size() != wanted)
      return scan_.wrong_at(start, fmt::format("{}() takes {} argument{}, not {}", name, wanted,
                                               wanted == 1 ? "" : "s", call.arguments.size())),
             std::nullopt;
    if (!compile_pattern(call, start)) return std::nullopt;
    return Operand{std::make_shared<const Call>(std::move(call))};
  }

  bool arguments(Call& call) {
    scan_.skip_blanks();
    if (scan_.take(')')) return true;
    do {
      scan_.skip_blanks();
      const std::size_t start = scan_.at();
      auto argument = operand();
      if (!argument || !fits(call, *argument, start)) return false;
      call.arguments.push_back(std::move(*argument));
      scan_.skip_blanks();
    } while (scan_.take(','));
    return scan_.take(')') || scan_.wrong("wanted `)` or `,`");
  }

  // 2.4.3: an argument converts to the declared type of its parameter.
  bool fits(const Call& call, const Operand& argument, std::size_t start) {
    const auto& parameters = call.function->parameters;
    if (call.arguments.size() >= parameters.size()) return true;  // counted behind
    if (parameters[call.arguments.size()] == Type::value) return is_value(argument, start);
    if (std::holds_alternative<Query>(argument)) return true;
    return scan_.wrong_at(start, fmt::format("{}() takes a query", call.function->name));
  }

  bool compile_pattern(Call& call, std::size_t start) {
    const bool regexp = call.function->result == Type::logical;
    const Json* literal = regexp ? std::get_if<Json>(&call.arguments[1]) : nullptr;
    if (literal == nullptr || !literal->is_string()) return true;
    auto pattern = IRegexp::create(literal->get_ref<const std::string&>());
    if (!pattern)
      return scan_.wrong_at(start, fmt::format("the pattern is no I-Regexp: {}, in {}()",
                                               pattern.error().message, call.function->name));
    call.pattern = std::move(*pattern);
    return true;
  }

  bool is_value(const Operand& operand, std::size_t start) {
    if (const auto* query = std::get_if<Query>(&operand); query && !is_singular(*query))
      return scan_.wrong_at(start,
                            "this query may find several values: only names and indexes "
                            "can stand here, or value()");
    const auto* call = std::get_if<std::shared_ptr<const Call>>(&operand);
    if (call == nullptr || (*call)->function->result == Type::value) return true;
    return scan_.wrong_at(start,
                          fmt::format("{}() is true or false, no value", (*call)->function->name));
  }

  ExpressionPtr test(Operand operand, std::size_t start) {
    const auto* call = std::get_if<std::shared_ptr<const Call>>(&operand);
    if (std::holds_alternative<Json>(operand))
      return scan_.wrong_at(start, "a value alone is no condition: compare it"), nullptr;
    if (call != nullptr && (*call)->function->result == Type::value)
      return scan_.wrong_at(start,
                            fmt::format("{}() is a value: compare it", (*call)->function->name)),
             nullptr;
    return make(Test{std::move(operand)});
  }

  Scanner scan_;
  int depth_{0};
};

}  // namespace

const std::vector<Function>& functions() {
  static const std::vector<Function> kFunctions{
      {FunctionName::length, "length", Type::value, {Type::value}},
      {FunctionName::count, "count", Type::value, {Type::nodes}},
      {FunctionName::match, "match", Type::logical, {Type::value, Type::value}},
      {FunctionName::search, "search", Type::logical, {Type::value, Type::value}},
      {FunctionName::value, "value", Type::value, {Type::nodes}}};
  return kFunctions;
}

bool is_singular(const Query& query) {
  for (const Segment& segment : query.segments) {
    if (segment.descendant || segment.selectors.size() != 1) return false;
    const Selector& only = segment.selectors.front();
    if (!std::holds_alternative<Name>(only) && !std::holds_alternative<Index>(only)) return false;
  }
  return true;
}

Result<Query> parse(std::string_view text) {
  if (text.size() > kBytesMax)
    return fail(ErrorCode::invalid_argument,
                fmt::format("JSON path longer than {} bytes", kBytesMax));
  if (!is_valid_utf8(text)) {
    Scanner scan(text);
    scan.wrong("the path is not valid UTF-8");
    return fail(scan.error());
  }
  return Parser{text}.run();
}

}  // namespace picket::jsonpath
