#include "common/checks/references.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::string_view kOpen = "${{";
constexpr std::string_view kClose = "}}";

int code_points(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

template <class Map>
std::string nearest(std::string_view name, const Map& known) {
  std::vector<std::string> names;
  for (const auto& [key, value] : known) names.push_back(key);
  const std::string near = did_you_mean(name, names);
  return near.empty() ? near : fmt::format("did you mean `{}`?", near);
}

// A key as a scalar: mistakes are shown at the whole of it.
Node node_of_key(const Entry& entry) {
  Node node;
  node.kind = NodeKind::scalar;
  node.at = entry.at;
  node.text = entry.key;
  return node;
}

}  // namespace

// The scalar itself when its lines were folded.
Mark References::Part::mark() const {
  if (!node.single_line) return node.at;
  Mark at = node.at;
  const std::string_view text = node.text;
  at.column += code_points(text.substr(0, offset)) + (node.plain ? 0 : 1);
  at.length = code_points(text.substr(offset, length));
  return at;
}

void References::declare_capture(const std::string& name, int step, std::string step_name) {
  captures_.try_emplace(name, Declared{step, std::move(step_name)});
}

void References::check(const Node& node) {
  if (node.kind != NodeKind::scalar || node.text.find(kOpen) == std::string::npos) return;
  checked_.insert(&node);
  check_text(node);
}

void References::check_text(const Node& node) {
  const std::string_view text = node.text;
  for (std::size_t at = text.find(kOpen); at != text.npos && !report_.is_full();) {
    const std::size_t close = text.find(kClose, at);
    const std::size_t end = close == text.npos ? text.size() : close + kClose.size();
    check_one({node, at, end - at});
    at = text.find(kOpen, end);
  }
}

bool References::refuse(const Node& node, const std::string& why) {
  const std::size_t at = node.text.find(kOpen);
  if (node.kind != NodeKind::scalar || at == std::string::npos) return true;
  report_.add("E0202", Part{node, at, kOpen.size()}.mark(), "`${{ }}` has no meaning here").help =
      why;
  return false;
}

void References::check_key(const Entry& entry) {
  if (entry.key.find(kOpen) == std::string::npos) return;
  checked_.insert(&entry);
  check_text(node_of_key(entry));
}

bool References::refuse_key(const Entry& entry, const std::string& why) {
  return entry.key.find(kOpen) == std::string::npos || refuse(node_of_key(entry), why);
}

void References::refuse_rest(const Node& check) {
  constexpr const char* kWhy = "it is replaced in requests, and in what answers are compared with";
  if (checked_.count(&check) == 0) refuse(check, kWhy);
  for (const NodePtr& item : check.items) refuse_rest(*item);
  for (const Entry& entry : check.entries) {
    if (checked_.count(&entry) == 0) refuse_key(entry, kWhy);
    refuse_rest(*entry.value);
  }
}

void References::check_one(const Part& part) {
  const std::string_view text = std::string_view{part.node.text}.substr(part.offset, part.length);
  const auto parsed = parse_references(text);
  if (!parsed) {
    report_
        .add("E0202", part.mark(),
             text.ends_with(kClose) ? parsed.error().message : "`${{` is not closed")
        .help = parsed.error().hint;
    return;
  }
  for (const Reference& reference : *parsed) judge(reference, part);
}

void References::judge(const Reference& reference, const Part& part) {
  if (reference.scope == "vars") judge_var(reference.name, part);
  if (reference.scope == "capture") judge_capture(reference.name, part);
  if (reference.scope == "secrets") secrets_.insert(reference.name);
}

void References::judge_var(const std::string& name, const Part& part) {
  if (vars_.count(name) != 0) return;
  Diagnostic& mistake = report_.add("E0201", part.mark(), fmt::format("no variable `{}`", name));
  mistake.note = nearest(name, vars_);
  mistake.help = "define it under `vars` of the check or of `defaults`";
}

void References::judge_capture(const std::string& name, const Part& part) {
  const auto found = captures_.find(name);
  if (found == captures_.end()) {
    Diagnostic& mistake = report_.add("E0201", part.mark(), fmt::format("no capture `{}`", name));
    mistake.note = nearest(name, captures_);
    mistake.help = "capture it in a step before this one";
    return;
  }
  if (found->second.step < step_) return;
  const bool own = found->second.step == step_;
  report_
      .add("E0203", part.mark(),
           fmt::format("`{}` is captured {}", name,
                       own ? "by this step itself, after its request"
                           : fmt::format("later, by step \"{}\"", found->second.step_name)))
      .help = "a capture holds from the step after it on";
}

}  // namespace picket::checks
