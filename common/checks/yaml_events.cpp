#include "common/checks/yaml_events.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "common/checks/scalar.h"
#include "common/checks/yaml_text.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

// What a subtree costs when every alias in it is written out.
struct Cost {
  std::size_t nodes{1};
  std::size_t text_bytes{0};
  int depth{1};
};

enum class Waiting { key, value, merged_value, dropped_value };

struct Frame {
  std::shared_ptr<Node> node;
  YAML::anchor_t anchor{0};
  Cost cost;
  Waiting waiting{Waiting::key};  // of a map
  Entry pending;                  // of a map that waits for a value
  NodePtr merged;                 // value of `<<`
  std::unordered_map<std::string, Mark> keys;
};

struct Anchored {
  NodePtr node;
  Cost cost;
};

// Ends the parse; the mistake is in the report already.
struct Stop {};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(Report& report, const DocumentLimits& limits) : report_(report), limits_(limits) {}

  NodePtr take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse_second_document(place(mark));
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = std::make_shared<Node>();
    node->at = null_mark(mark);
    finish(std::move(node), anchor, {});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      report_.add("E0116", word(mark), "the alias stands inside of what it names").note =
          "this would never end";
      throw Stop{};
    }
    attach(found->second.node, found->second.cost, word(mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    auto node = std::make_shared<Node>();
    node->kind = NodeKind::scalar;
    node->plain = tag != "!";
    node->text = value;
    measure(*node, mark);
    if (node->plain) refuse_ambiguous(*node);
    Cost cost;
    cost.text_bytes = value.size();
    finish(std::move(node), anchor, cost);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(NodeKind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(NodeKind::map, mark, tag, anchor);
  }
  void OnMapEnd() override {
    apply_merge(stack_.back());
    close();
  }

 private:
  static std::size_t offset(const YAML::Mark& mark) {
    return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
  }
  Mark place(const YAML::Mark& mark) const { return report_.mark_at(offset(mark)); }
  std::string_view rest(const YAML::Mark& mark) const {
    return std::string_view{report_.text()}.substr(std::min(offset(mark), report_.text().size()));
  }

  Mark word(const YAML::Mark& mark) const {
    Mark at = place(mark);
    const std::size_t end = std::min(rest(mark).size(), rest(mark).find_first_of(" ,]}\n"));
    at.length = std::max(1, static_cast<int>(end));
    return at;
  }

  // yaml-cpp marks an absent value at the token behind it: the key is the better place.
  Mark null_mark(const YAML::Mark& mark) const {
    const std::string_view here = rest(mark);
    const bool tilde = here.starts_with('~');
    const bool written = tilde || iequals_ascii(here.substr(0, 4), "null");
    if (!written && waits_for_value()) return stack_.back().pending.at;
    Mark at = place(mark);
    if (written) at.length = tilde ? 1 : 4;
    return at;
  }

  bool in_map() const { return !stack_.empty() && stack_.back().node->is_map(); }
  bool waits_for_key() const { return in_map() && stack_.back().waiting == Waiting::key; }
  bool waits_for_value() const { return in_map() && stack_.back().waiting != Waiting::key; }

  [[noreturn]] void refuse_second_document(const Mark& at) {
    if (report_.line(at.line).starts_with("---"))
      report_.add("E0112", at, "a second YAML document starts here").help =
          "make it a file of its own";
    else
      report_.add("E0103", at, "this does not belong to what stands above it").help =
          "compare the indentation: the lines above are a finished list or text";
    throw Stop{};
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    report_.add("E0103", word(mark), "tags are not part of the check format").help =
        "quote a text instead of marking it as one";
    throw Stop{};
  }

  [[noreturn]] void refuse_key(const Mark& at) {
    report_.add("E0103", at, "a key must be a text").help = "quote it if it is one";
    throw Stop{};
  }

  void refuse_ambiguous(const Node& node) {
    const auto ambiguity = ambiguity_of(node.text, waits_for_key());
    if (ambiguity) report_.add("E0105", node.at, ambiguity->message).help = ambiguity->help;
  }

  void measure(Node& node, const YAML::Mark& mark) {
    node.at = place(mark);
    const ScalarExtent extent = scalar_extent(report_.text(), offset(mark), node.text);
    if (extent.unclosed) {
      report_.add("E0103", node.at, "the quote that opens here is never closed");
      throw Stop{};
    }
    node.at.length = extent.length;
    node.single_line = extent.verbatim;
  }

  void check_depth(int depth, const Mark& at) {
    if (depth <= limits_.depth) return;
    report_.add("E0106", at, fmt::format("nested deeper than {} levels", limits_.depth));
    throw Stop{};
  }

  void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    if (waits_for_key()) refuse_key(place(mark));
    Frame frame;
    frame.node = std::make_shared<Node>();
    frame.node->kind = kind;
    frame.node->at = place(mark);
    frame.anchor = anchor;
    stack_.push_back(std::move(frame));
    check_depth(static_cast<int>(stack_.size()), stack_.back().node->at);
  }

  void close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    finish(std::move(frame.node), frame.anchor, frame.cost);
  }

  void finish(NodePtr node, YAML::anchor_t anchor, const Cost& cost) {
    if (anchor != 0) anchors_[anchor] = {node, cost};
    const Mark at = node->at;
    attach(std::move(node), cost, at);
  }

  void attach(NodePtr node, const Cost& cost, const Mark& at) {
    if (report_.is_full()) throw Stop{};
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    charge(frame, cost, at);
    if (frame.node->kind == NodeKind::sequence)
      frame.node->items.push_back(std::move(node));
    else if (frame.waiting == Waiting::key)
      set_key(frame, *node, at);
    else
      set_value(frame, std::move(node));
  }

  void charge(Frame& frame, const Cost& cost, const Mark& at) {
    frame.cost.nodes += cost.nodes;
    frame.cost.text_bytes += cost.text_bytes;
    frame.cost.depth = std::max(frame.cost.depth, cost.depth + 1);
    check_depth(static_cast<int>(stack_.size()) + cost.depth - 1, at);
    Cost total;
    for (const Frame& opened : stack_) {
      total.nodes += opened.cost.nodes;
      total.text_bytes += opened.cost.text_bytes;
    }
    if (total.nodes > limits_.nodes) refuse_size(at, fmt::format("{} nodes", limits_.nodes));
    if (total.text_bytes > limits_.text_bytes)
      refuse_size(at, fmt::format("{} KiB of text", limits_.text_bytes / 1024));
  }

  [[noreturn]] void refuse_size(const Mark& at, const std::string& limit) {
    report_.add("E0106", at, fmt::format("more than {} when aliases are written out", limit)).help =
        "split the file, or use fewer aliases";
    throw Stop{};
  }

  void set_key(Frame& frame, const Node& key, const Mark& at) {
    if (key.kind != NodeKind::scalar) refuse_key(at);
    frame.pending = {at, key.text, nullptr};
    frame.waiting = key.plain && key.text == "<<" ? Waiting::merged_value : Waiting::value;
    const auto [first, inserted] = frame.keys.try_emplace(key.text, at);
    if (inserted) return;
    frame.waiting = Waiting::dropped_value;
    Diagnostic& mistake =
        report_.add("E0104", at, fmt::format("`{}` stands twice in this map", key.text));
    mistake.related.push_back({report_.position(first->second), "first here"});
    if (key.text == "<<") mistake.help = "merge several maps with one list: <<: [*a, *b]";
  }

  static void set_value(Frame& frame, NodePtr value) {
    if (frame.waiting == Waiting::merged_value) {
      frame.merged = std::move(value);
    } else if (frame.waiting == Waiting::value) {
      frame.pending.value = std::move(value);
      frame.node->entries.push_back(std::move(frame.pending));
    }
    frame.pending.value = nullptr;
    frame.waiting = Waiting::key;
  }

  // YAML 1.1 merge keys: what the map says itself wins, then the earlier of several maps.
  void apply_merge(Frame& frame) {
    if (!frame.merged) return;
    if (frame.merged->is_map()) {
      merge_map(frame, *frame.merged);
    } else if (frame.merged->kind == NodeKind::sequence) {
      for (const NodePtr& item : frame.merged->items) merge_map(frame, *item);
    } else {
      refuse_merge(*frame.merged);
    }
  }

  void refuse_merge(const Node& value) {
    report_.add("E0108", value.at, "`<<` merges a map or a list of maps").help =
        "write <<: *anchor";
  }

  void merge_map(Frame& frame, const Node& source) {
    if (!source.is_map()) return refuse_merge(source);
    for (const Entry& entry : source.entries)
      if (frame.keys.try_emplace(entry.key, entry.at).second) frame.node->entries.push_back(entry);
  }

  Report& report_;
  const DocumentLimits& limits_;
  NodePtr root_;
  int documents_{0};
  std::vector<Frame> stack_;
  std::map<YAML::anchor_t, Anchored> anchors_;
};

void report_syntax(Report& report, const YAML::Exception& exception) {
  const auto offset = exception.mark.pos < 0 ? 0 : static_cast<std::size_t>(exception.mark.pos);
  Mark at = report.mark_at(offset);
  // At the end of the file the last line is the one to show.
  if (at.line > 1 && report.line(at.line).empty()) {
    --at.line;
    at.column = static_cast<int>(report.line(at.line).size()) + 1;
  }
  const SyntaxAdvice advice = syntax_advice(exception.msg, report.line(at.line));
  report.add("E0103", at, advice.message).help = advice.help;
}

}  // namespace

NodePtr build_tree(Report& report, const DocumentLimits& limits) {
  TreeBuilder builder(report, limits);
  try {
    std::istringstream stream(report.text());
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    return nullptr;
  } catch (const YAML::Exception& exception) {
    report_syntax(report, exception);
    return nullptr;
  }
  NodePtr root = builder.take_root();
  if (!root) report.add("E0103", {1, 1, 1}, "the file is empty").help = "see `picket init`";
  return root;
}

}  // namespace picket::checks
