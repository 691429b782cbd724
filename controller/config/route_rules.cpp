#include "controller/config/route_rules.h"

#include <fmt/format.h>

#include <optional>

#include "common/calendar/calendar.h"
#include "common/core/text.h"
#include "common/model/alert.h"

namespace picket::controller {
namespace {

using checks::Entry;
using checks::Fields;
using checks::KeyGroup;
using checks::Node;
using checks::Report;

constexpr std::string_view kHelp =
    "names: check owner service subject condition severity alert tag label.NAME; operators: = != "
    "=~ !~";

void add_matcher(Report& report, const checks::Mark& at, const std::string& text, RouteRule& rule) {
  auto matcher = parse_silence_matcher(text);
  if (matcher && matcher->name == "severity" && matcher->op == SilenceMatcher::Op::equals &&
      !parse_severity(matcher->value))
    report
        .add("E0111", at, fmt::format("no severity `{}`", cut_utf8(clean_line(matcher->value), 60)))
        .help = "critical, error, warning or info";
  else if (matcher)
    rule.match.push_back(std::move(*matcher));
  else
    report.add("E0111", at, matcher.error().message).help = std::string{kHelp};
}

void read_match(const Fields& fields, RouteRule& rule) {
  const Entry* entry = fields.find("match");
  if (entry == nullptr) return;
  Report& report = fields.report();
  if (entry->value->is_map()) {
    for (const Entry& one : checks::entries_of(report, "match", *entry->value))
      if (const auto value = checks::read_scalar_text(report, one.key, *one.value))
        add_matcher(report, one.at, one.key + "=" + *value, rule);
    return;
  }
  std::vector<std::string> texts;
  if (!fields.texts("match", texts)) return;
  fields.each("match", [&](const Node& item) { add_matcher(report, item.at, item.text, rule); });
}

RouteRule read_rule(Report& report, const Node& node,
                    const std::map<std::string, Receiver>& receivers) {
  static constexpr std::string_view kKeys[] = {"match", "to", "continue"};
  static const KeyGroup keys =
      checks::make_key_group("a route", "keys of a route: match, to, continue", kKeys);
  const Fields fields(report, node, keys);
  RouteRule rule;
  read_match(fields, rule);
  fields.require("to", "to: slack/operations");
  if (fields.texts("to", rule.to))
    fields.each("to", [&](const Node& name) {
      if (receivers.count(name.text) == 0)
        add_unknown_receiver(report, name.at, name.text, receivers);
    });
  fields.flag("continue", rule.go_on);
  return rule;
}

}  // namespace

void add_unknown_receiver(Report& report, const checks::Mark& at, const std::string& name,
                          const std::map<std::string, Receiver>& receivers) {
  std::vector<std::string> names;
  for (const auto& [known, receiver] : receivers) names.push_back(known);
  checks::Diagnostic& mistake =
      report.add("E0303", at, fmt::format("no receiver `{}`", cut_utf8(name, 60)));
  const std::string near = did_you_mean(name, names);
  if (!near.empty()) mistake.note = fmt::format("did you mean `{}`?", near);
}

std::vector<RouteRule> read_route_rules(Report& report, const Node& node,
                                        const std::map<std::string, Receiver>& receivers) {
  std::vector<RouteRule> rules;
  if (node.kind != checks::NodeKind::sequence) {
    checks::add_wrong_type(report, "routes", node, "a list");
    return rules;
  }
  for (const auto& item : node.items) rules.push_back(read_rule(report, *item, receivers));
  return rules;
}

void read_test_delivery(Report& report, const Fields& fields, Receiver& receiver) {
  receiver.test_delivery = DailyTest{};
  const Entry* entry = fields.find("test_delivery");
  if (entry == nullptr) return;
  if (!entry->value->is_map()) {
    bool on = true;
    if (fields.flag("test_delivery", on) && !on) receiver.test_delivery.reset();
    return;
  }
  static constexpr std::string_view kKeys[] = {"daily_at", "timezone"};
  static const KeyGroup keys = checks::make_key_group(
      "test_delivery", "keys of test_delivery: daily_at, timezone; or test_delivery: false", kKeys);
  const Fields test(report, *entry->value, keys);
  std::string text;
  if (test.text("daily_at", text)) {
    if (const auto minute = calendar::parse_time_of_day(text))
      receiver.test_delivery->minute = *minute;
    else
      report.add("E0111", test.find("daily_at")->value->at, "not a time of the day").help =
          "hours and minutes in quotes: daily_at: \"09:00\"";
  }
  if (test.text("timezone", text)) {
    if (calendar::is_timezone(text))
      receiver.test_delivery->timezone = text;
    else
      report.add("E0111", test.find("timezone")->value->at, "no time zone that the system knows")
          .help = "a name of the IANA database, as in Europe/Berlin";
  }
}

}  // namespace picket::controller
