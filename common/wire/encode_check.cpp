#include "common/wire/encode_check.h"

#include "common/wire/wire.h"

namespace picket::wire {
namespace {

v1::Pair pair_of(const std::string& name, const std::string& value) {
  v1::Pair out;
  out.set_name(name);
  out.set_value(value);
  return out;
}

template <class Pairs>
void put_pairs(const Pairs& pairs, google::protobuf::RepeatedPtrField<v1::Pair>* out) {
  for (const auto& [name, value] : pairs) *out->Add() = pair_of(name, value);
}

template <class Texts>
void put_texts(const Texts& texts, google::protobuf::RepeatedPtrField<std::string>* out) {
  for (const auto& text : texts) *out->Add() = text;
}

struct PutValue {
  v1::Value& out;
  void operator()(Null) const { out.set_null(true); }
  void operator()(bool value) const { out.set_boolean(value); }
  void operator()(std::int64_t value) const { out.set_integer(value); }
  void operator()(double value) const { out.set_number(value); }
  void operator()(const std::string& value) const { out.set_text(value); }
};

void put(const HttpAction& action, v1::HttpAction& out) {
  out.set_method(action.method);
  out.set_url(action.url);
  put_pairs(action.headers, out.mutable_headers());
  put_pairs(action.query, out.mutable_query());
  out.set_body_kind(static_cast<std::uint32_t>(action.body_kind));
  out.set_body(action.body);
  put_pairs(action.form, out.mutable_form());
  if (action.basic) *out.mutable_basic() = pair_of(action.basic->first, action.basic->second);
  out.set_bearer(action.bearer);
  out.set_redirects_max(action.redirects_max);
  out.set_http_version(action.http_version);
  out.set_ip_version(action.ip_version);
  out.set_insecure(action.insecure);
  out.set_compression(action.compression);
  out.set_body_bytes_max(action.body_bytes_max);
}

void put(const RegionSelector& regions, v1::RegionSelector& out) {
  out.set_all(regions.all);
  for (const auto& name : regions.names) out.add_names(name.value);
  put_pairs(regions.labels, out.mutable_labels());
  if (regions.at_least) out.set_at_least(*regions.at_least);
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
  void put_rules(const Check& check, v1::Check& out) const;

  Positions positions_;
};

void Encoder::put_matcher(const Matcher& matcher, v1::Matcher& out) const {
  out.set_op(std::string(to_string(matcher.op)));
  std::visit(PutValue{*out.mutable_operand()}, matcher.operand);
  for (const auto& value : matcher.list) std::visit(PutValue{*out.add_list()}, value);
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
  put_at(expectation.at, out);
}

void Encoder::put_capture(const Capture& capture, v1::Capture& out) const {
  out.set_name(capture.name);
  out.set_source(std::string(to_string(capture.source)));
  out.set_expression(capture.expression);
  if (capture.secret) out.set_secret(*capture.secret);
  put_at(capture.at, out);
}

void Encoder::put_step(const Step& step, v1::Step& out) const {
  out.set_name(step.name);
  if (const auto* http = std::get_if<HttpAction>(&step.action))
    put(*http, *out.mutable_http());
  else
    out.set_wait_ms(std::get<WaitAction>(step.action).span.count());
  for (const auto& expectation : step.expect) put_expectation(expectation, *out.add_expect());
  for (const auto& capture : step.captures) put_capture(capture, *out.add_captures());
  out.set_always(step.always);
  out.set_continue_on_failure(step.continue_on_failure);
  if (step.timeout) out.set_timeout_ms(step.timeout->count());
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
