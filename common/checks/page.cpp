#include <fmt/format.h>

#include <algorithm>

#include "common/checks/decoders.h"
#include "common/core/text.h"
#include "common/model/facts.h"

namespace picket::checks {
namespace {

constexpr std::size_t kHostsMax = 200;
constexpr std::uint64_t kSizeMax = 1ull << 40;

bool is_host_pattern(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '*' || c == '_' || c == ':';
  });
}

void check_host(Report& report, const Mark& at, std::string_view text, bool pattern) {
  if (is_host_pattern(text) && (pattern || text.find('*') == std::string_view::npos)) return;
  report.add("E0111", at, fmt::format("`{}` is no host", cut_utf8(text, 60))).help =
      pattern ? "a host without scheme, port and path; * for any characters: \"*.example.com\""
              : "a host without scheme, port and path: js.stripe.com";
}

bool decode_hosts(const Fields& fields, std::string_view key, std::vector<std::string>& out) {
  if (!fields.texts(key, out)) return false;
  fields.each(key,
              [&](const Node& node) { check_host(fields.report(), node.at, node.text, true); });
  if (out.size() > kHostsMax)
    fields.report().add("E0111", fields.find(key)->value->at,
                        fmt::format("{} hosts, at most {}", out.size(), kHostsMax));
  return true;
}

void decode_url(CheckContext& context, const Node& node, PageAction& action) {
  const auto url = read_text(context.report, "url", node);
  if (!url) return;
  action.url = *url;
  context.references.check(node);
  check_url(context.report, node, action.url);
}

void refuse_empty(Report& report, std::string_view name, const Node& node) {
  if (node.is_map() && node.entries.empty())
    report.add("E0111", node.at, fmt::format("`{}` limits nothing", name)).help =
        "remove it, or write for example budgets: {page: {duration: 4s}}";
}

// The limits of one scope, and the expectations that they are.
class BudgetDecoder {
 public:
  BudgetDecoder(Report& report, PageAction& action, Step& step, bool warn)
      : report_(report), action_(action), step_(step), warn_(warn) {}

  void decode(const std::string& scope, const Entry& entry) {
    const Fields fields(report_, *entry.value, check_keys("budget"));
    refuse_empty(report_, entry.key, *entry.value);
    const bool origin = scope.starts_with("origin.");
    Millis duration{0};
    if (fields.duration("duration", {Millis{1}, std::chrono::minutes{10}}, duration))
      add(scope, "duration", duration.count(), *fields.find("duration"));
    std::uint64_t transfer = 0;
    if (fields.size("transfer", {0, kSizeMax}, transfer))
      add(scope, "transfer", static_cast<std::int64_t>(transfer), *fields.find("transfer"));
    for (const char* measure : {"requests", "origins"}) {
      int number = 0;
      if (!fields.integer(measure, {0, 100'000}, number)) continue;
      const Entry& at = *fields.find(measure);
      if (origin && std::string_view{measure} == "origins")
        report_.add("E0113", at.at, "one origin has no number of origins");
      else
        add(scope, measure, number, at);
    }
    bool required = false;
    if (!fields.flag("required", required)) return;
    if (!origin)
      report_.add("E0113", fields.find("required")->at, "only an origin can be required");
    else if (required)
      action_.required.push_back(scope.substr(scope.find('.') + 1));
  }

 private:
  void add(const std::string& scope, const std::string& measure, std::int64_t limit,
           const Entry& entry) {
    action_.budgets.push_back({scope, measure, limit});
    Expectation expectation;
    expectation.subject = Subject::fact;
    expectation.key = scope + "." + measure;
    expectation.warn = warn_;
    expectation.budget = true;
    expectation.at = report_.position(entry.at);
    Matcher matcher;
    matcher.op = MatchOp::lte;
    matcher.operand = limit;
    matcher.at = report_.position(entry.value->at);
    expectation.matchers.push_back(std::move(matcher));
    step_.expect.push_back(std::move(expectation));
  }

  Report& report_;
  PageAction& action_;
  Step& step_;
  bool warn_;
};

}  // namespace

std::optional<PageAction> decode_page(CheckContext& context, const Node& node) {
  PageAction action;
  if (node.kind == NodeKind::scalar) {
    decode_url(context, node, action);
    return action;
  }
  const Fields fields(context.report, node, check_keys("page"));
  if (!fields.is_map()) return std::nullopt;
  if (const Entry* url = fields.require("url", "url: https://www.example.com/"))
    decode_url(context, *url->value, action);
  fields.choice("device", {"desktop", "mobile"}, action.device);
  decode_hosts(fields, "first_party", action.first_party);
  decode_hosts(fields, "block", action.block);
  std::vector<std::string> known;
  if (decode_hosts(fields, "known_origins", known)) action.known_origins = std::move(known);
  action.headers = decode_request_headers(context, fields);
  fields.choice("ip_version", {"any", "4", "6"}, action.ip_version);
  fields.flag("insecure", action.insecure);
  fields.duration("resource_timeout", {Millis{100}, std::chrono::minutes{1}},
                  action.resource_timeout);
  return action;
}

void decode_budgets(CheckContext& context, const Fields& fields, Step& step) {
  const Entry* entry = fields.find("budgets");
  if (entry == nullptr) return;
  auto* action = std::get_if<PageAction>(&step.action);
  if (action == nullptr) {
    context.report.add("E0113", entry->at, "`budgets` are limits of a `page`").help =
        "write limits of other kinds into `expect`";
    return;
  }
  const Fields inner(context.report, *entry->value, check_keys("budgets"));
  refuse_empty(context.report, entry->key, *entry->value);
  std::string over = "warn";
  inner.choice("over", {"warn", "fail"}, over);
  BudgetDecoder decoder(context.report, *action, step, over == "warn");
  for (const char* scope : {"page", "third_party"})
    if (const Entry* limits = inner.find(scope)) decoder.decode(scope, *limits);
  const Entry* origins = inner.find("origins");
  if (origins == nullptr) return;
  refuse_empty(context.report, origins->key, *origins->value);
  for (const Entry& origin : entries_of(context.report, "origins", *origins->value)) {
    check_host(context.report, origin.at, origin.key, false);
    decoder.decode("origin." + to_lower_ascii(origin.key), origin);
  }
}

}  // namespace picket::checks
