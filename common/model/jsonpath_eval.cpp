#include "common/model/jsonpath_eval.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace picket::jsonpath {
namespace {

constexpr std::int64_t kCompileUnits = 20'000;  // of a pattern that stands in the document

// A ValueType: Nothing, a value of the document or the query, or a number that was computed.
struct Computed {
  const Json* json{nullptr};
  std::optional<Json> number;
  const Json* get() const { return number ? &*number : json; }
};

Computed count_of(std::size_t count) {
  Computed computed;
  computed.number = Json(static_cast<std::int64_t>(count));
  return computed;
}

// 2.4.4: code points of a text, elements of an array, members of an object.
Computed length_of(const Json* json, Work& work) {
  if (json == nullptr || json->is_null() || json->is_boolean() || json->is_number()) return {};
  if (!json->is_string()) return count_of(json->size());
  const auto& text = json->get_ref<const std::string&>();
  work.spend_text(text.size());
  return count_of(static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; })));
}

class Evaluator {
 public:
  Evaluator(const Json& root, Work& work) : root_(root), work_(work) {}

  Nodes run(const Query& query, const Json& current) {
    Nodes nodes{query.relative ? &current : &root_};
    for (const Segment& segment : query.segments) {
      Nodes next;
      for (const Json* node : nodes) {
        if (work_.spent()) return {};
        if (segment.descendant)
          descend(segment, *node, next);
        else
          select(segment, *node, next);
      }
      nodes = std::move(next);
    }
    return nodes;
  }

 private:
  // 2.5.2.2: a node before its descendants, elements in order.
  void descend(const Segment& segment, const Json& node, Nodes& out) {
    if (!work_.spend(1)) return;
    select(segment, node, out);
    if (!node.is_structured()) return;
    for (const Json& child : node) descend(segment, child, out);
  }

  void select(const Segment& segment, const Json& node, Nodes& out) {
    for (const Selector& selector : segment.selectors) {
      if (!work_.spend(1)) return;
      std::visit([&](const auto& which) { apply(which, node, out); }, selector);
    }
  }

  void add(const Json& node, Nodes& out) {
    if (work_.spend(1)) out.push_back(&node);
  }

  void apply(const Name& name, const Json& node, Nodes& out) {
    if (!node.is_object()) return;
    const auto member = node.find(name.name);
    if (member != node.end()) add(*member, out);
  }

  void apply(const Wildcard&, const Json& node, Nodes& out) {
    if (!node.is_structured()) return;
    for (const Json& child : node) add(child, out);
  }

  void apply(const Index& index, const Json& node, Nodes& out) {
    if (!node.is_array()) return;
    const auto size = static_cast<std::int64_t>(node.size());
    const std::int64_t at = index.at < 0 ? index.at + size : index.at;
    if (at >= 0 && at < size) add(node[static_cast<std::size_t>(at)], out);
  }

  // 2.3.4.2.2; no sum overflows: all bounds are within 2^53.
  void apply(const Slice& slice, const Json& node, Nodes& out) {
    if (!node.is_array() || slice.step == 0) return;
    const auto size = static_cast<std::int64_t>(node.size());
    const auto normal = [&](std::int64_t at) { return at >= 0 ? at : size + at; };
    const bool up = slice.step > 0;
    const std::int64_t start = normal(slice.start.value_or(up ? 0 : size - 1));
    const std::int64_t end = slice.end ? normal(*slice.end) : (up ? size : -1);
    if (up) {
      const std::int64_t upper = std::clamp<std::int64_t>(end, 0, size);
      for (std::int64_t i = std::clamp<std::int64_t>(start, 0, size); i < upper; i += slice.step)
        add(node[static_cast<std::size_t>(i)], out);
      return;
    }
    const std::int64_t lower = std::clamp<std::int64_t>(end, -1, size - 1);
    for (std::int64_t i = std::clamp<std::int64_t>(start, -1, size - 1); i > lower; i += slice.step)
      add(node[static_cast<std::size_t>(i)], out);
  }

  void apply(const Filter& filter, const Json& node, Nodes& out) {
    if (!node.is_structured()) return;
    for (const Json& child : node) {
      if (!work_.spend(1)) return;
      if (holds(*filter.condition, child)) add(child, out);
    }
  }

  bool holds(const Expression& expression, const Json& current) {
    return std::visit([&](const auto& is) { return holds(is, current); }, expression.is);
  }
  bool holds(const AnyOf& any, const Json& current) {
    return std::any_of(any.parts.begin(), any.parts.end(),
                       [&](const ExpressionPtr& part) { return holds(*part, current); });
  }
  bool holds(const AllOf& all, const Json& current) {
    return std::all_of(all.parts.begin(), all.parts.end(),
                       [&](const ExpressionPtr& part) { return holds(*part, current); });
  }
  bool holds(const Not& negation, const Json& current) { return !holds(*negation.of, current); }
  bool holds(const Comparison& comparison, const Json& current) {
    const Computed left = compute(comparison.left, current);
    const Computed right = compute(comparison.right, current);
    return work_.spend(1) && compare(left.get(), comparison.op, right.get(), work_);
  }
  bool holds(const Test& test, const Json& current) {
    if (const auto* query = std::get_if<Query>(&test.what)) return !run(*query, current).empty();
    return matches(*std::get<std::shared_ptr<const Call>>(test.what), current);
  }

  Computed compute(const Operand& operand, const Json& current) {
    if (const auto* literal = std::get_if<Json>(&operand)) return {literal, {}};
    if (const auto* query = std::get_if<Query>(&operand)) {
      const Nodes nodes = run(*query, current);
      return {nodes.size() == 1 ? nodes.front() : nullptr, {}};
    }
    const Call& call = *std::get<std::shared_ptr<const Call>>(operand);
    if (call.function->id == FunctionName::length)
      return length_of(compute(call.arguments[0], current).get(), work_);
    const Nodes nodes = run(std::get<Query>(call.arguments[0]), current);
    if (call.function->id == FunctionName::count) return count_of(nodes.size());
    return {nodes.size() == 1 ? nodes.front() : nullptr, {}};  // value()
  }

  bool matches(const Call& call, const Json& current) {
    const Computed subject = compute(call.arguments[0], current);
    const Computed pattern = compute(call.arguments[1], current);
    const Json* text = subject.get();
    if (text == nullptr || !text->is_string()) return false;
    const IRegexp* regexp = call.pattern ? &*call.pattern : compiled(pattern.get());
    const auto& subject_text = text->get_ref<const std::string&>();
    if (regexp == nullptr || !work_.spend_text(subject_text.size())) return false;
    return call.function->id == FunctionName::match ? regexp->matches_all(subject_text)
                                                    : regexp->matches_part(subject_text);
  }

  // The pattern that a document holds; the last one is kept. Null: not a text, or no I-Regexp.
  const IRegexp* compiled(const Json* pattern) {
    if (pattern == nullptr || !pattern->is_string()) return nullptr;
    const auto& text = pattern->get_ref<const std::string&>();
    if (!work_.spend_text(text.size())) return nullptr;
    if (!has_last_ || last_text_ != text) {
      if (!work_.spend(kCompileUnits)) return nullptr;
      auto created = IRegexp::create(text);
      last_ = created ? std::optional{std::move(*created)} : std::nullopt;
      last_text_ = text;
      has_last_ = true;
    }
    return last_ ? &*last_ : nullptr;
  }

  const Json& root_;
  Work& work_;
  bool has_last_{false};
  std::string last_text_;
  std::optional<IRegexp> last_;
};

// 2.7: only what must be escaped is, and in one way.
std::string normal_name(const std::string& name) {
  constexpr std::string_view kPlain{"\b\t\n\f\r'\\"};
  constexpr std::string_view kLetters{"btnfr'\\"};
  std::string out = "['";
  for (const char c : name) {
    const std::size_t known = kPlain.find(c);
    if (known != kPlain.npos)
      out += {'\\', kLetters[known]};
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + "']";
}

using Paths = std::unordered_map<const Json*, std::string>;

void locate(const Json& node, std::string& path, Paths& wanted) {
  if (const auto at = wanted.find(&node); at != wanted.end()) at->second = path;
  const std::size_t length = path.size();
  std::size_t index = 0;
  for (auto it = node.begin(); node.is_structured() && it != node.end(); ++it, ++index) {
    path += node.is_object() ? normal_name(it.key()) : fmt::format("[{}]", index);
    locate(*it, path, wanted);
    path.resize(length);
  }
}

}  // namespace

Nodes evaluate(const Query& query, const Json& root, Work& work) {
  return Evaluator{root, work}.run(query, root);
}

std::vector<std::string> normalized_paths(const Nodes& nodes, const Json& root) {
  Paths wanted;
  for (const Json* node : nodes) wanted.emplace(node, "");
  std::string path = "$";
  locate(root, path, wanted);
  std::vector<std::string> out;
  out.reserve(nodes.size());
  for (const Json* node : nodes) out.push_back(wanted[node]);
  return out;
}

}  // namespace picket::jsonpath
