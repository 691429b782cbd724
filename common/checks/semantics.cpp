#include <fmt/format.h>

#include <algorithm>

#include "common/checks/decoders.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

// The value of a key, or the check itself where defaults said it.
Mark place_of(const Node& node, std::string_view key) {
  const Entry* entry = node.find(key);
  return entry == nullptr ? node.at : entry->value->at;
}

void check_pace(Report& report, const Check& check, const Node& node) {
  const Millis limit = run_limit(check);
  if (limit > check.interval) {
    Diagnostic& mistake =
        report.add("E0305", place_of(node, "interval"),
                   fmt::format("a run may take {}, longer than the interval of {}",
                               render_duration(limit), render_duration(check.interval)));
    mistake.help = fmt::format(
        "{} attempts of {}: raise `interval`, or lower `timeout` or "
        "`retries`",
        check.retries + 1, render_duration(check.timeout));
  }
  Millis waits{0};
  for (const Step& step : check.steps)
    if (const auto* wait = std::get_if<WaitAction>(&step.action)) waits += wait->span;
  if (waits >= check.timeout)
    report
        .add("E0302", place_of(node, "timeout"),
             fmt::format("the steps wait {} in all, the timeout is {}", render_duration(waits),
                         render_duration(check.timeout)))
        .help = "it can never pass: raise `timeout`";
}

void check_regions(Report& report, const Check& check, const Node& node,
                   const DecodeOptions& options) {
  const int listed = static_cast<int>(check.regions.names.size());
  const bool counted = check.quorum.kind == Quorum::Kind::count;
  if (listed > 0 && counted && check.quorum.number > listed) {
    Diagnostic& mistake =
        report.add("E0302", place_of(node, "quorum"),
                   fmt::format("a quorum of {} can never be reached", check.quorum.number));
    mistake.note = fmt::format("the check has {} region{}", listed, listed == 1 ? "" : "s");
  }
  if (listed > 0 && check.confirm_regions && *check.confirm_regions >= listed)
    report.add(
        "W0203", place_of(node, "confirm"),
        fmt::format("only {} other region{} can confirm", listed - 1, listed == 2 ? "" : "s"));
  if (!options.regions) return;
  for (const RegionName& region : check.regions.names) {
    if (options.regions->count(region.value) != 0) continue;
    Diagnostic& mistake =
        report.add("E0304", place_of(node, "regions"), fmt::format("no region `{}`", region.value));
    const std::string near =
        did_you_mean(region.value, {options.regions->begin(), options.regions->end()});
    if (!near.empty()) mistake.note = fmt::format("did you mean `{}`?", near);
  }
}

void check_receiver(Report& report, const std::string& receiver, const Mark& at,
                    const DecodeOptions& options) {
  if (!options.receivers || options.receivers->count(receiver) != 0) return;
  Diagnostic& mistake = report.add("E0303", at, fmt::format("no receiver `{}`", receiver));
  const std::string near =
      did_you_mean(receiver, {options.receivers->begin(), options.receivers->end()});
  if (!near.empty()) mistake.note = fmt::format("did you mean `{}`?", near);
  mistake.help = "receivers are defined in the controller's configuration";
}

void check_routes(Report& report, const Check& check, const Node& node,
                  const DecodeOptions& options) {
  bool pages = false;
  bool silent = false;
  for (const Alert& alert : check.alerts) {
    const bool has_route = !alert.notify.empty() || !check.notify.empty();
    pages = pages || has_route;
    silent = silent || !has_route;
    for (const std::string& receiver : alert.notify)
      check_receiver(report, receiver, {alert.at.line, alert.at.column, 1}, options);
  }
  for (const std::string& receiver : check.notify)
    check_receiver(report, receiver, place_of(node, "notify"), options);
  if (silent)
    report
        .add("W0202", place_of(node, "name"),
             pages ? "some alerts of this check page nobody" : "this check pages nobody")
        .help =
        "add notify: pagerduty/NAME to the check or to `defaults`; `down` and `regional` "
        "are alerts of every check";
  if (pages && check.owner.empty())
    report.add("E0306", place_of(node, "name"), "a check that pages has an owner").help =
        "add owner: the team that is paged";
}

void check_runbook(Report& report, const Check& check, const Node& node) {
  const auto critical =
      std::find_if(check.alerts.begin(), check.alerts.end(),
                   [](const Alert& alert) { return alert.severity == Severity::critical; });
  if (critical == check.alerts.end() || !check.runbook.empty()) return;
  report
      .add("W0201", place_of(node, "name"),
           fmt::format("the alert `{}` is critical and the check has no runbook", critical->id))
      .help = "add runbook: the page to open when this wakes somebody";
}

void check_step_timeouts(Report& report, const Check& check) {
  for (const Step& step : check.steps) {
    if (!step.timeout || *step.timeout <= check.timeout) continue;
    report.add("W0203", {step.at.line, step.at.column, 1},
               fmt::format("the step's timeout of {} has no effect: the check's is {}",
                           render_duration(*step.timeout), render_duration(check.timeout)));
  }
}

}  // namespace

void check_semantics(Report& report, const Check& check, const Node& node,
                     const DecodeOptions& options) {
  check_pace(report, check, node);
  check_regions(report, check, node, options);
  check_routes(report, check, node, options);
  check_step_timeouts(report, check);
  check_thresholds(report, check);
  check_paging(report, check, node, options);
  if (options.strict) check_runbook(report, check, node);
}

}  // namespace picket::checks
