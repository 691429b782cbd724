#include "common/wire/actions.h"
#include "common/wire/fields.h"
#include "common/wire/value.h"
#include "common/wire/wire.h"

namespace picket::wire {
namespace {

constexpr int kMatcherDepthMax = 8;
constexpr std::size_t kStepsMax = 256;

std::string read_name(Fields& fields, const std::string& text) { return fields.name("", text); }

// Ordered by name without repetition: else equal checks could have two canonical forms.
template <class Repeated>
std::map<std::string, std::string> read_map(Fields& fields, std::string_view field,
                                            const Repeated& repeated) {
  std::map<std::string, std::string> out;
  for (auto& [name, value] : fields.list(field, repeated, kListMax, read_pair)) {
    if (!out.empty() && name <= out.rbegin()->first) fields.refuse(field, "not ordered by name");
    out.emplace_hint(out.end(), std::move(name), std::move(value));
  }
  return out;
}

Matcher read_matcher(Fields& fields, const v1::Matcher& message, int depth) {
  Matcher out;
  if (depth > kMatcherDepthMax) {
    fields.refuse("nested", "nested too deeply");
    return out;
  }
  out.op = fields.word("op", message.op(), parse_match_op);
  if (message.has_operand()) {
    Fields::Part part(fields, "operand");
    out.operand = read_value(fields, message.operand());
  }
  out.list = fields.list("list", message.list(), kListMax, read_value);
  const auto one = [depth](Fields& inner, const v1::Matcher& nested) {
    return read_matcher(inner, nested, depth + 1);
  };
  out.nested = fields.list("nested", message.nested(), 64, one);
  out.at = fields.position("at", message.at());
  return out;
}

StatusRange read_status(Fields& fields, const v1::StatusRange& message) {
  const auto low = fields.number("low", message.low(), 0, 999);
  return {static_cast<int>(low), static_cast<int>(fields.number("high", message.high(), low, 999))};
}

Matcher read_top_matcher(Fields& fields, const v1::Matcher& message) {
  return read_matcher(fields, message, 0);
}

ExpectedPart read_part(Fields& fields, const v1::ExpectedPart& message) {
  return {fields.name("name", message.name()),
          fields.list("matchers", message.matchers(), 64, read_top_matcher)};
}

Filter read_filter(Fields& fields, const v1::Filter& message) {
  return {fields.word("op", message.op(), parse_filter_op),
          fields.text("pattern", message.pattern())};
}

Expectation read_expectation(Fields& fields, const v1::Expectation& message) {
  Expectation out;
  out.subject = fields.word("subject", message.subject(), enumerator_named<Subject, Subject::fact>);
  out.key = fields.text("key", message.key());
  out.status = fields.list("status", message.status(), kListMax, read_status);
  out.matchers = fields.list("matchers", message.matchers(), 64, read_top_matcher);
  out.warn = message.warn();
  out.budget = message.budget();
  out.at = fields.position("at", message.at());
  out.attribute = fields.text("attribute", message.attribute());
  out.parts = fields.list("parts", message.parts(), 64, read_part);
  return out;
}

Capture read_capture(Fields& fields, const v1::Capture& message) {
  Capture out;
  out.name = fields.name("name", message.name());
  out.source =
      fields.word("source", message.source(), enumerator_named<CaptureSource, CaptureSource::url>);
  out.expression = fields.text("expression", message.expression());
  if (message.has_secret()) out.secret = message.secret();
  out.at = fields.position("at", message.at());
  out.attribute = fields.text("attribute", message.attribute());
  out.path = fields.text("path", message.path());
  out.filters = fields.list("filters", message.filters(), kFiltersMax, read_filter);
  return out;
}

Step read_step(Fields& fields, const v1::Step& message) {
  Step out;
  out.name = fields.name("name", message.name());
  out.action = read_action(fields, message);
  out.expect = fields.list("expect", message.expect(), kListMax, read_expectation);
  out.captures = fields.list("captures", message.captures(), kListMax, read_capture);
  out.always = message.always();
  out.continue_on_failure = message.continue_on_failure();
  if (message.has_timeout_ms())
    out.timeout = fields.millis("timeout_ms", message.timeout_ms(), Millis{1});
  out.same_across_regions =
      fields.list("same_across_regions", message.same_across_regions(), kListMax, read_name);
  out.pop_near_region = message.pop_near_region();
  out.at = fields.position("at", message.at());
  return out;
}

RegionSelector read_regions(Fields& fields, const v1::RegionSelector& message) {
  Fields::Part part(fields, "regions");
  RegionSelector out;
  out.all = message.all();
  const auto one = [](Fields& inner, const std::string& name) {
    return RegionName{inner.name("", name)};
  };
  out.names = fields.list("names", message.names(), kListMax, one);
  out.labels = read_map(fields, "labels", message.labels());
  if (message.has_at_least())
    out.at_least = static_cast<int>(fields.number("at_least", message.at_least(), 0, 10'000));
  return out;
}

Quorum read_quorum(Fields& fields, const v1::Quorum& message) {
  Fields::Part part(fields, "quorum");
  return {fields.enumerator("kind", message.kind(), Quorum::Kind::any),
          static_cast<int>(fields.number("number", message.number(), 0, 10'000))};
}

Threshold read_threshold(Fields& fields, const v1::Threshold& message) {
  Fields::Part part(fields, "threshold");
  Threshold out;
  out.step = fields.text("step", message.step(), kNameMax);
  out.metric = fields.name("metric", message.metric());
  out.aggregate =
      fields.word("aggregate", message.aggregate(), enumerator_named<Aggregate, Aggregate::count>);
  out.comparison =
      fields.word("comparison", message.comparison(), enumerator_named<Comparison, Comparison::ne>);
  out.literal = read_value(fields, message.literal());
  out.unit = fields.word("unit", message.unit(), enumerator_named<LiteralUnit, LiteralUnit::flag>);
  out.over = fields.millis("over_ms", message.over_ms());
  out.scope = fields.word("scope", message.scope(),
                          enumerator_named<ThresholdScope, ThresholdScope::regions>);
  out.regions = static_cast<int>(fields.number("regions", message.regions(), 1, 10'000));
  out.samples = static_cast<int>(fields.number("samples", message.samples(), 1, 1'000'000));
  return out;
}

Slo read_slo(Fields& fields, const v1::Slo& message) {
  Fields::Part part(fields, "slo");
  Slo out;
  out.objective = message.objective();
  if (!(out.objective > 0 && out.objective < 100)) fields.refuse("objective", "out of range");
  out.window = fields.millis("window_ms", message.window_ms(), Millis{1});
  out.budget_by =
      fields.word("budget_by", message.budget_by(), enumerator_named<BudgetBy, BudgetBy::runs>);
  out.burn_alerts = message.burn_alerts();
  if (message.latency_under_ms() == 0) return out;
  out.latency = LatencyObjective{fields.millis("latency_under_ms", message.latency_under_ms()),
                                 message.latency_objective()};
  if (!(out.latency->objective > 0 && out.latency->objective < 100))
    fields.refuse("latency_objective", "out of range");
  return out;
}

MaintenanceWindow read_maintenance(Fields& fields, const v1::MaintenanceWindow& message) {
  MaintenanceWindow out;
  if (message.has_from_unix_ms()) out.from = fields.time("from_unix_ms", message.from_unix_ms());
  if (message.has_until_unix_ms())
    out.until = fields.time("until_unix_ms", message.until_unix_ms());
  if (out.from.has_value() != out.until.has_value()) fields.refuse("until_unix_ms", "missing");
  out.start_minute =
      static_cast<int>(fields.number("start_minute", message.start_minute(), 0, 24 * 60 - 1));
  out.weekdays = fields.list("weekdays", message.weekdays(), 7, [](Fields& inner, int day) {
    return static_cast<int>(inner.number("day", day, 0, 6));
  });
  out.duration = fields.millis("duration_ms", message.duration_ms());
  out.timezone = fields.name("timezone", message.timezone());
  out.reason = fields.text("reason", message.reason());
  out.at = fields.position("at", message.at());
  return out;
}

Alert read_alert(Fields& fields, const v1::Alert& message) {
  Alert out;
  out.id = fields.name("id", message.id());
  out.condition = fields.word("condition", message.condition(),
                              enumerator_named<AlertCondition, AlertCondition::threshold>);
  out.hold = fields.millis("hold_ms", message.hold_ms());
  out.severity = fields.word("severity", message.severity(), parse_severity);
  out.notify = fields.list("notify", message.notify(), kListMax, read_name);
  out.summary = fields.text("summary", message.summary());
  out.at = fields.position("at", message.at());
  if (message.has_threshold()) out.threshold = read_threshold(fields, message.threshold());
  const bool compares = out.condition == AlertCondition::threshold;
  if (compares != out.threshold.has_value()) fields.refuse("threshold", "does not fit");
  return out;
}

void read_rules(Fields& fields, const v1::Check& message, Check& out) {
  out.regions = read_regions(fields, message.regions());
  out.quorum = read_quorum(fields, message.quorum());
  out.retries = static_cast<int>(fields.number("retries", message.retries(), 0, 100));
  if (message.has_confirm_regions())
    out.confirm_regions =
        static_cast<int>(fields.number("confirm_regions", message.confirm_regions(), 0, 10'000));
  out.failing_x = static_cast<int>(fields.number("failing_x", message.failing_x(), 1, 1'000));
  out.failing_y =
      static_cast<int>(fields.number("failing_y", message.failing_y(), out.failing_x, 1'000));
  out.alerts = fields.list("alerts", message.alerts(), kListMax, read_alert);
  out.notify = fields.list("notify", message.notify(), kListMax, read_name);
  if (message.has_slo()) out.slo = read_slo(fields, message.slo());
  out.maintenance = fields.list("maintenance", message.maintenance(), kListMax, read_maintenance);
  out.depends_on = fields.list(
      "depends_on", message.depends_on(), kListMax,
      [](Fields& inner, const std::string& name) { return CheckName{inner.name("name", name)}; });
  out.shadow = message.shadow();
  if (!message.has_paused()) return;
  Fields::Part part(fields, "paused");
  out.paused.emplace();
  if (message.paused().has_until_unix_ms())
    out.paused->until = fields.time("until_unix_ms", message.paused().until_unix_ms());
  out.paused->reason = fields.text("reason", message.paused().reason());
}

}  // namespace

Result<Check> decode(const v1::Check& message) {
  Fields fields("check");
  Check out;
  out.name = CheckName{fields.name("name", message.name())};
  out.title = fields.text("title", message.title());
  out.description = fields.text("description", message.description());
  out.owner = fields.text("owner", message.owner());
  out.service = fields.text("service", message.service());
  out.interval = fields.millis("interval_ms", message.interval_ms(), Millis{1});
  out.timeout = fields.millis("timeout_ms", message.timeout_ms(), Millis{1});
  read_rules(fields, message, out);
  out.vars = read_map(fields, "vars", message.vars());
  out.secrets = fields.list("secrets", message.secrets(), kListMax, read_name);
  out.steps = fields.list("steps", message.steps(), kStepsMax, read_step);
  if (out.steps.empty()) fields.refuse("steps", "missing");
  out.single = message.single();
  out.tags = fields.list("tags", message.tags(), kListMax, read_name);
  out.labels = read_map(fields, "labels", message.labels());
  out.runbook = fields.text("runbook", message.runbook());
  out.at = fields.position("at", message.at());
  return settle(fields, std::move(out));
}

}  // namespace picket::wire
