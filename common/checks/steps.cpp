#include <fmt/format.h>

#include <map>

#include "common/checks/decoders.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::size_t kStepsMax = 50;
constexpr std::size_t kStepNameBytes = 100;

using StepNames = std::map<std::string, Mark>;

void decode_name(const Fields& fields, Step& step, StepNames& names) {
  const Entry* entry = fields.require("name", "name: log in");
  if (entry == nullptr || !fields.text("name", step.name)) return;
  const Mark& at = entry->value->at;
  if (step.name.empty() || step.name.size() > kStepNameBytes)
    fields.report().add("E0111", at,
                        fmt::format("a step's name has 1 to {} bytes", kStepNameBytes));
  const auto [first, inserted] = names.try_emplace(step.name, at);
  if (inserted) return;
  Diagnostic& mistake = fields.report().add(
      "E0301", at, fmt::format("two steps are named \"{}\"", cut_utf8(step.name, 60)));
  mistake.related.push_back({fields.report().position(first->second), "first here"});
}

// Expectations and captures belong to requests.
void refuse_on_wait(const Fields& fields) {
  for (const char* key : {"expect", "capture", "timeout"})
    if (const Entry* entry = fields.find(key))
      fields.report().add("E0113", entry->at, fmt::format("a `wait` has no `{}`", key));
}

bool decode_action(CheckContext& context, const Fields& fields, Step& step) {
  const Entry* http = fields.find("http");
  const Entry* wait = fields.find("wait");
  if (http != nullptr && wait != nullptr) {
    context.report.add("E0113", wait->at, "`http` and `wait` exclude each other").note =
        "a step does one thing";
    return false;
  }
  if (wait != nullptr) {
    WaitAction action;
    refuse_on_wait(fields);
    fields.duration("wait", {Millis{1}, std::chrono::minutes{5}}, action.span);
    step.action = action;
    return true;
  }
  if (http == nullptr) {
    if (!fields.has("oauth2") && fields.is_map())
      context.report.add("E0109", fields.at(), "the step does nothing").help =
          "add http: METHOD URL, or wait: DURATION";
    return false;
  }
  auto action = decode_http(context, *http->value);
  if (action) step.action = std::move(*action);
  return action.has_value();
}

void decode_answer(CheckContext& context, const Fields& fields, Step& step, const Mark& at) {
  if (!std::holds_alternative<HttpAction>(step.action)) return;
  const Entry* expect = fields.find("expect");
  step.expect = decode_expect(context, expect == nullptr ? nullptr : expect->value.get(), at);
  if (const Entry* capture = fields.find("capture"))
    step.captures = decode_captures(context, *capture->value);
}

Step decode_step(CheckContext& context, const Node& node, StepNames& names) {
  const Fields fields(context.report, node, check_keys("step"));
  Step step;
  step.at = context.report.position(node.at);
  decode_name(fields, step, names);
  fields.flag("always", step.always);
  fields.flag("continue_on_failure", step.continue_on_failure);
  Millis timeout{0};
  if (fields.duration("timeout", {Millis{100}, std::chrono::minutes{10}}, timeout))
    step.timeout = timeout;
  const Entry* http = fields.find("http");
  if (decode_action(context, fields, step))
    decode_answer(context, fields, step, http == nullptr ? node.at : http->at);
  return step;
}

}  // namespace

void declare_captures(References& references, const Node& steps) {
  int number = 0;
  for (const NodePtr& item : steps.items) {
    const Entry* name = item->find("name");
    const Entry* capture = item->find("capture");
    if (capture != nullptr)
      for (const Entry& entry : capture->value->entries)
        references.declare_capture(entry.key, number, name == nullptr ? "" : name->value->text);
    ++number;
  }
}

std::vector<Step> decode_steps(CheckContext& context, const Node& node) {
  if (node.kind != NodeKind::sequence || node.items.empty()) {
    add_wrong_type(context.report, "steps", node, "a list with steps").help =
        "for example [{name: home, http: GET https://shop.example.com/}]";
    return {};
  }
  if (node.items.size() > kStepsMax)
    context.report
        .add("E0111", node.at, fmt::format("{} steps, at most {}", node.items.size(), kStepsMax))
        .help = "make several checks of it";
  declare_captures(context.references, node);
  std::vector<Step> steps;
  StepNames names;
  for (const NodePtr& item : node.items) {
    context.references.enter_step(static_cast<int>(steps.size()));
    steps.push_back(decode_step(context, *item, names));
  }
  return steps;
}

std::optional<Step> decode_single(CheckContext& context, const Fields& fields) {
  const Entry* http = fields.find("http");
  auto action = decode_http(context, *http->value);
  if (!action) return std::nullopt;
  Step step;
  step.name = "http";
  step.action = std::move(*action);
  step.at = context.report.position(http->at);
  const Entry* expect = fields.find("expect");
  step.expect = decode_expect(context, expect == nullptr ? nullptr : expect->value.get(), http->at);
  return step;
}

}  // namespace picket::checks
