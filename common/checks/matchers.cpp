#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/checks/scalar.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr Millis kLongest = std::chrono::hours{24 * 365};
constexpr std::uint64_t kLargest = 1'000'000'000'000;
constexpr std::size_t kPatternBytes = 1000;

bool is_order(MatchOp op) {
  return op == MatchOp::gt || op == MatchOp::gte || op == MatchOp::lt || op == MatchOp::lte;
}

// Whether the word can ever hold for what it is compared with.
bool applies(MatchOp op, Operand operand) {
  switch (operand) {
    case Operand::json: return true;
    case Operand::duration: return is_order(op);
    case Operand::life: return is_order(op) || op == MatchOp::exists;
    case Operand::size: return is_order(op) || op == MatchOp::equals;
    case Operand::count:
      return is_order(op) || op == MatchOp::equals || op == MatchOp::not_equals ||
             op == MatchOp::in;
    case Operand::number:
    case Operand::version:
      return is_order(op) || op == MatchOp::equals || op == MatchOp::not_equals ||
             op == MatchOp::in || op == MatchOp::exists;
    case Operand::flag:
      return op == MatchOp::equals || op == MatchOp::not_equals || op == MatchOp::exists;
    case Operand::text:
    case Operand::texts: break;
  }
  return !is_order(op) && op != MatchOp::type;
}

std::string_view allowed_words(Operand operand) {
  switch (operand) {
    case Operand::duration: return "a duration is compared with gt, gte, lt, lte";
    case Operand::life: return "it is compared with gt, gte, lt, lte, exists";
    case Operand::size: return "a size is compared with equals, gt, gte, lt, lte";
    case Operand::count: return "a count is compared with equals, not_equals, in, gt, gte, lt, lte";
    case Operand::text:
    case Operand::texts: return "this is text: compare it with equals, contains, matches and so on";
    case Operand::number:
    case Operand::version:
      return "it is compared with equals, not_equals, in, exists, gt, gte, lt, lte";
    case Operand::flag: return "it is true or false: compare it with equals, not_equals, exists";
    case Operand::json: break;
  }
  return "";
}

class MatcherDecoder {
 public:
  MatcherDecoder(CheckContext& context, std::string_view name, Operand operand)
      : context_(context), name_(name), operand_(operand) {}

  std::vector<Matcher> all(const Node& node) {
    if (node.kind == NodeKind::scalar || (node.kind == NodeKind::null && is_json()))
      return short_form(node);
    if (node.kind == NodeKind::sequence && operand_ == Operand::texts) return short_list(node);
    if (!node.is_map()) {
      add_wrong_type(context_.report, name_, node, "a value or matchers").help =
          "for example {contains: text}; lists have `includes`, `all_match` and `count`";
      return {};
    }
    const Fields fields(context_.report, node, check_keys("matcher"));
    if (node.entries.empty())
      context_.report.add("E0111", node.at, fmt::format("`{}` has no matcher", name_));
    std::vector<Matcher> out;
    for (const Entry& entry : node.entries)
      if (auto matcher = one(entry)) out.push_back(std::move(*matcher));
    return out;
  }

 private:
  bool is_json() const { return operand_ == Operand::json; }

  std::vector<Matcher> short_form(const Node& node) {
    if (operand_ == Operand::duration || operand_ == Operand::life) {
      context_.report.add("E0111", node.at, fmt::format("`{}` needs a comparison", name_)).note =
          fmt::format("write `{{lt: {}}}`", cut_utf8(node.text, 30));
      return {};
    }
    Matcher matcher;
    if (!operand(node, matcher.operand)) return {};
    matcher.at = context_.report.position(node.at);
    return {matcher};
  }

  // `directives: [public, immutable]`: the list includes all of these.
  std::vector<Matcher> short_list(const Node& node) {
    Matcher matcher;
    matcher.op = MatchOp::includes;
    matcher.at = context_.report.position(node.at);
    if (!list(name_, node, matcher.list)) return {};
    return {matcher};
  }

  std::optional<Matcher> one(const Entry& entry) {
    const auto op = parse_match_op(entry.key);
    if (!op) return std::nullopt;  // Fields has reported it
    if (!applies(*op, operand_)) {
      context_.report
          .add("E0111", entry.at, fmt::format("`{}` never holds for `{}`", entry.key, name_))
          .help = std::string{allowed_words(operand_)};
      return std::nullopt;
    }
    Matcher matcher;
    matcher.op = *op;
    matcher.at = context_.report.position(entry.at);
    if (!value_of(entry, matcher)) return std::nullopt;
    return matcher;
  }

  bool value_of(const Entry& entry, Matcher& matcher) {
    const Node& node = *entry.value;
    switch (matcher.op) {
      case MatchOp::contains:
      case MatchOp::not_contains:
      case MatchOp::starts_with:
      case MatchOp::ends_with: return text(entry.key, node, matcher.operand);
      case MatchOp::matches:
      case MatchOp::not_matches:
      case MatchOp::all_match: return pattern(entry.key, node, matcher.operand);
      case MatchOp::in: return list(entry.key, node, matcher.list);
      case MatchOp::exists: return flag(entry.key, node, matcher.operand);
      case MatchOp::count:
        matcher.nested = MatcherDecoder(context_, "count", Operand::count).all(node);
        return !matcher.nested.empty();
      case MatchOp::type: return type(node, matcher.operand);
      case MatchOp::gt:
      case MatchOp::gte:
      case MatchOp::lt:
      case MatchOp::lte: return bound(entry.key, node, matcher.operand);
      case MatchOp::includes:
        if (node.kind == NodeKind::sequence) return list(entry.key, node, matcher.list);
        return operand(node, matcher.operand);
      case MatchOp::equals:
      case MatchOp::not_equals: return operand(node, matcher.operand);
    }
    return false;
  }

  bool text(std::string_view key, const Node& node, Value& out) {
    auto read = read_text(context_.report, key, node);
    if (!read) return false;
    context_.references.check(node);
    out = std::move(*read);
    return true;
  }

  bool pattern(std::string_view key, const Node& node, Value& out) {
    if (!text(key, node, out)) return false;
    if (node.text.find("${{") != std::string::npos) return true;  // known at the run only
    const auto wrong = node.text.size() > kPatternBytes
                           ? std::optional<std::string>{"longer than 1000 bytes"}
                           : pattern_error(node.text);
    if (wrong) context_.report.add("E0204", node.at, fmt::format("`{}`: {}", key, *wrong));
    return !wrong;
  }

  bool list(std::string_view key, const Node& node, std::vector<Value>& out) {
    if (node.kind == NodeKind::sequence && node.items.empty()) {
      context_.report.add("E0111", node.at, fmt::format("`{}` is an empty list", key)).help =
          "no value can satisfy it";
      return false;
    }
    if (node.kind != NodeKind::sequence) {
      add_wrong_type(context_.report, key, node, "a list with values").help =
          fmt::format("for example {}: [pending, confirmed]", key);
      return false;
    }
    bool good = true;
    for (const NodePtr& item : node.items) {
      out.emplace_back();
      good = operand(*item, out.back()) && good;
    }
    return good;
  }

  bool flag(std::string_view key, const Node& node, Value& out) {
    const auto read = read_flag(context_.report, key, node);
    if (read) out = *read;
    return read.has_value();
  }

  bool type(const Node& node, Value& out) {
    constexpr std::array kTypes{"string", "number", "boolean", "array", "object", "null"};
    const bool known = node.kind == NodeKind::scalar &&
                       std::find(kTypes.begin(), kTypes.end(), node.text) != kTypes.end();
    if (known) {
      out = node.text;
      return true;
    }
    context_.report.add("E0111", node.at, "not a JSON type").help =
        "one of string, number, boolean, array, object, \"null\"";
    return false;
  }

  bool bound(std::string_view key, const Node& node, Value& out) {
    if (operand_ == Operand::duration || operand_ == Operand::life) return duration(key, node, out);
    if (operand_ == Operand::size) return size(key, node, out);
    if (operand_ == Operand::version) return version(node, out);
    const Value value = node.kind == NodeKind::scalar ? resolve(node) : Value{Null{}};
    if (!is_number(value)) {
      add_wrong_type(context_.report, key, node, "a number");
      return false;
    }
    if (is_out_of_range(node)) {
      context_.report.add("E0111", node.at, "this number cannot be kept exactly").help =
          "whole numbers go up to 9223372036854775807; beyond write a round one, as 1e19";
      return false;
    }
    out = value;
    return true;
  }

  bool duration(std::string_view key, const Node& node, Value& out) {
    const auto read = read_duration(context_.report, key, node, {Millis{0}, kLongest});
    if (read) out = std::int64_t{read->count()};
    return read.has_value();
  }

  bool size(std::string_view key, const Node& node, Value& out) {
    const auto read = read_size(context_.report, key, node, {0, kLargest});
    if (read) out = static_cast<std::int64_t>(*read);
    return read.has_value();
  }

  // "TLS 1.2", 1.2 or "TLSv1.2" as 1.2.
  bool version(const Node& node, Value& out) {
    constexpr std::array<std::pair<std::string_view, double>, 4> kVersions{
        {{"1.0", 1.0}, {"1.1", 1.1}, {"1.2", 1.2}, {"1.3", 1.3}}};
    std::string_view text = node.text;
    for (const std::string_view prefix : {"TLS", "v", " "})
      if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    for (const auto& [name, number] : kVersions) {
      if (node.kind != NodeKind::scalar || text != name) continue;
      out = number;
      return true;
    }
    context_.report.add("E0111", node.at, "not a TLS version").help =
        "one of TLS 1.0, TLS 1.1, TLS 1.2, TLS 1.3";
    return false;
  }

  // What `equals` compares with: headers and bodies are text however it is written.
  bool operand(const Node& node, Value& out) {
    if (operand_ == Operand::size) return size(name_, node, out);
    if (operand_ == Operand::count || operand_ == Operand::number) return bound(name_, node, out);
    if (operand_ == Operand::version) return version(node, out);
    if (operand_ == Operand::flag) return flag(name_, node, out);
    const bool scalar = node.kind == NodeKind::scalar || (node.kind == NodeKind::null && is_json());
    if (!scalar) {
      add_wrong_type(context_.report, name_, node, "a plain value");
      return false;
    }
    context_.references.check(node);
    if (is_json() && is_out_of_range(node)) {
      context_.report.add("E0111", node.at, "this number cannot be kept exactly").help =
          resolve_unsigned(node)
              ? fmt::format("quote it: \"{}\" is compared digit by digit", node.text)
              : "beyond 18446744073709551615 numbers are floating point, as 1e20";
      return false;
    }
    out = is_json() ? resolve(node) : Value{node.text};
    return true;
  }

  CheckContext& context_;
  std::string_view name_;
  Operand operand_;
};

}  // namespace

std::vector<Matcher> decode_matchers(CheckContext& context, std::string_view name, const Node& node,
                                     Operand operand) {
  return MatcherDecoder(context, name, operand).all(node);
}

}  // namespace picket::checks
