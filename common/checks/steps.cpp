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
  for (const char* key : {"expect", "capture", "timeout", "budgets"})
    if (const Entry* entry = fields.find(key))
      fields.report().add("E0113", entry->at, fmt::format("a `wait` has no `{}`", key));
}

void decode_answer(CheckContext& context, const Fields& fields, Step& step, const Mark& at) {
  const std::string_view kind = kind_of(step.action);
  if (kind == WaitAction::kKind) return refuse_on_wait(fields);
  const Entry* expect = fields.find("expect");
  step.expect =
      decode_expect(context, expect == nullptr ? nullptr : expect->value.get(), {kind, at});
  decode_round(context, expect, step);
  decode_budgets(context, fields, step);
  if (const Entry* capture = fields.find("capture"))
    step.captures = decode_captures(context, *capture->value);
  look_at_expectations(step);
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
  if (auto decoded = decode_action(context, fields, ActionPlace::step)) {
    step.action = std::move(decoded->action);
    decode_answer(context, fields, step, decoded->at);
    settle_action(step, *decoded->node);
  }
  return step;
}

}  // namespace

void declare_captures(References& references, const Node& steps) {
  int number = 0;
  for (const NodePtr& item : steps.items) {
    const Entry* name = item->find("name");
    const Entry* capture = item->find("capture");
    const std::string step = name == nullptr ? "" : name->value->text;
    for (const std::string_view own : own_captures(*item))
      references.declare_capture(std::string{own}, number, step);
    if (capture != nullptr)
      for (const Entry& entry : capture->value->entries)
        references.declare_capture(entry.key, number, step);
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
  auto decoded = decode_action(context, fields, ActionPlace::check);
  if (!decoded) return std::nullopt;
  Step step;
  step.action = std::move(decoded->action);
  step.name = kind_of(step.action);
  step.at = context.report.position(decoded->at);
  const Entry* expect = fields.find("expect");
  step.expect = decode_expect(context, expect == nullptr ? nullptr : expect->value.get(),
                              {kind_of(step.action), decoded->at});
  decode_round(context, expect, step);
  decode_budgets(context, fields, step);
  look_at_expectations(step);
  settle_action(step, *decoded->node);
  return step;
}

}  // namespace picket::checks
