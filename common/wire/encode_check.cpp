#include "common/wire/encode_check.h"

#include "common/wire/actions.h"
#include "common/wire/value.h"
#include "common/wire/wire.h"

namespace picket::wire {
namespace {

void put(const RegionSelector& regions, v1::RegionSelector& out) {
  out.set_all(regions.all);
  for (const auto& name : regions.names) out.add_names(name.value);
  put_pairs(regions.labels, out.mutable_labels());
  if (regions.at_least) out.set_at_least(*regions.at_least);
}

void put_threshold(const Threshold& threshold, v1::Threshold& out) {
  out.set_step(threshold.step);
  out.set_metric(threshold.metric);
  out.set_aggregate(std::string(to_string(threshold.aggregate)));
  out.set_comparison(std::string(to_string(threshold.comparison)));
  put_value(threshold.literal, *out.mutable_literal());
  out.set_unit(std::string(to_string(threshold.unit)));
  out.set_over_ms(threshold.over.count());
  out.set_scope(std::string(to_string(threshold.scope)));
  out.set_regions(threshold.regions);
  out.set_samples(threshold.samples);
}

void put_slo(const Slo& slo, v1::Slo& out) {
  out.set_objective(slo.objective);
  out.set_window_ms(slo.window.count());
  out.set_budget_by(std::string(to_string(slo.budget_by)));
  out.set_burn_alerts(slo.burn_alerts);
  if (!slo.latency) return;
  out.set_latency_under_ms(slo.latency->under.count());
  out.set_latency_objective(slo.latency->objective);
}

class Encoder {
 public:
  explicit Encoder(Positions positions) : positions_(positions) {}

  void put_check(const Check& check, v1::Check& out) const;

 private:
  template <class Message>
  void put_at(const SourcePosition& at, Message& out) const {
    const bool known = !at.file.empty() || at.line != 0 || at.column != 0;
    if (positions_ == Positions::kept && known) put_position(at, *out.mutable_at());
  }
  void put_matcher(const Matcher& matcher, v1::Matcher& out) const;
  void put_expectation(const Expectation& expectation, v1::Expectation& out) const;
  void put_capture(const Capture& capture, v1::Capture& out) const;
  void put_step(const Step& step, v1::Step& out) const;
  void put_alert(const Alert& alert, v1::Alert& out) const;
  void put_maintenance(const MaintenanceWindow& window, v1::MaintenanceWindow& out) const;
  void put_rules(const Check& check, v1::Check& out) const;

  Positions positions_;
};

void Encoder::put_matcher(const Matcher& matcher, v1::Matcher& out) const {
  out.set_op(std::string(to_string(matcher.op)));
  put_value(matcher.operand, *out.mutable_operand());
  for (const auto& value : matcher.list) put_value(value, *out.add_list());
  for (const auto& nested : matcher.nested) put_matcher(nested, *out.add_nested());
  put_at(matcher.at, out);
}

void Encoder::put_expectation(const Expectation& expectation, v1::Expectation& out) const {
  out.set_subject(std::string(to_string(expectation.subject)));
  out.set_key(expectation.key);
  for (const auto& range : expectation.status) {
    auto& added = *out.add_status();
    added.set_low(range.low);
    added.set_high(range.high);
  }
  for (const auto& matcher : expectation.matchers) put_matcher(matcher, *out.add_matchers());
  out.set_warn(expectation.warn);
  out.set_budget(expectation.budget);
  put_at(expectation.at, out);
  out.set_attribute(expectation.attribute);
  for (const auto& part : expectation.parts) {
    auto& added = *out.add_parts();
    added.set_name(part.name);
    for (const auto& matcher : part.matchers) put_matcher(matcher, *added.add_matchers());
  }
}

void Encoder::put_capture(const Capture& capture, v1::Capture& out) const {
  out.set_name(capture.name);
  out.set_source(std::string(to_string(capture.source)));
  out.set_expression(capture.expression);
  if (capture.secret) out.set_secret(*capture.secret);
  put_at(capture.at, out);
  out.set_attribute(capture.attribute);
  out.set_path(capture.path);
  for (const auto& filter : capture.filters) {
    auto& added = *out.add_filters();
    added.set_op(std::string(to_string(filter.op)));
    added.set_pattern(filter.pattern);
  }
}

void Encoder::put_step(const Step& step, v1::Step& out) const {
  out.set_name(step.name);
  put_action(step.action, out);
  for (const auto& expectation : step.expect) put_expectation(expectation, *out.add_expect());
  for (const auto& capture : step.captures) put_capture(capture, *out.add_captures());
  out.set_always(step.always);
  out.set_continue_on_failure(step.continue_on_failure);
  if (step.timeout) out.set_timeout_ms(step.timeout->count());
  put_texts(step.same_across_regions, out.mutable_same_across_regions());
  out.set_pop_near_region(step.pop_near_region);
  put_at(step.at, out);
}

void Encoder::put_alert(const Alert& alert, v1::Alert& out) const {
  out.set_id(alert.id);
  out.set_condition(std::string(to_string(alert.condition)));
  out.set_hold_ms(alert.hold.count());
  out.set_severity(std::string(to_string(alert.severity)));
  put_texts(alert.notify, out.mutable_notify());
  out.set_summary(alert.summary);
  put_at(alert.at, out);
  if (alert.threshold) put_threshold(*alert.threshold, *out.mutable_threshold());
}

void Encoder::put_maintenance(const MaintenanceWindow& window, v1::MaintenanceWindow& out) const {
  if (window.from) out.set_from_unix_ms(window.from->unix_ms());
  if (window.until) out.set_until_unix_ms(window.until->unix_ms());
  out.set_start_minute(window.start_minute);
  for (const int day : window.weekdays) out.add_weekdays(day);
  out.set_duration_ms(window.duration.count());
  out.set_timezone(window.timezone);
  out.set_reason(window.reason);
  put_at(window.at, out);
}

void Encoder::put_rules(const Check& check, v1::Check& out) const {
  put(check.regions, *out.mutable_regions());
  out.mutable_quorum()->set_kind(static_cast<std::uint32_t>(check.quorum.kind));
  out.mutable_quorum()->set_number(check.quorum.number);
  out.set_retries(check.retries);
  if (check.confirm_regions) out.set_confirm_regions(*check.confirm_regions);
  out.set_failing_x(check.failing_x);
  out.set_failing_y(check.failing_y);
  for (const auto& alert : check.alerts) put_alert(alert, *out.add_alerts());
  put_texts(check.notify, out.mutable_notify());
  if (check.slo) put_slo(*check.slo, *out.mutable_slo());
  for (const auto& window : check.maintenance) put_maintenance(window, *out.add_maintenance());
  for (const auto& name : check.depends_on) out.add_depends_on(name.value);
  out.set_shadow(check.shadow);
  if (!check.paused) return;
  if (check.paused->until) out.mutable_paused()->set_until_unix_ms(check.paused->until->unix_ms());
  out.mutable_paused()->set_reason(check.paused->reason);
}

void Encoder::put_check(const Check& check, v1::Check& out) const {
  out.set_name(check.name.value);
  out.set_title(check.title);
  out.set_description(check.description);
  out.set_owner(check.owner);
  out.set_service(check.service);
  out.set_interval_ms(check.interval.count());
  out.set_timeout_ms(check.timeout.count());
  put_rules(check, out);
  put_pairs(check.vars, out.mutable_vars());
  put_texts(check.secrets, out.mutable_secrets());
  for (const auto& step : check.steps) put_step(step, *out.add_steps());
  out.set_single(check.single);
  put_texts(check.tags, out.mutable_tags());
  put_pairs(check.labels, out.mutable_labels());
  out.set_runbook(check.runbook);
  put_at(check.at, out);
}

}  // namespace

void put_position(const SourcePosition& position, v1::SourcePosition& out) {
  out.set_file(position.file);
  out.set_line(position.line);
  out.set_column(position.column);
}

v1::Check encode(const Check& check, Positions positions) {
  v1::Check out;
  Encoder(positions).put_check(check, out);
  return out;
}

v1::Check encode(const Check& check) { return encode(check, Positions::kept); }

}  // namespace picket::wire
