#include "cli/plan/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/wire/wire.h"

namespace picket::cli {
namespace {

constexpr const char* kNone = "(none)";

std::string text_of(const std::string& text) { return text.empty() ? kNone : text; }

std::string list_of(const std::vector<std::string>& list) {
  return list.empty() ? kNone : fmt::format("[{}]", fmt::join(list, ", "));
}

std::string map_of(const std::map<std::string, std::string>& map) {
  std::vector<std::string> items;
  for (const auto& [name, value] : map) items.push_back(name + ": " + value);
  return items.empty() ? kNone : fmt::format("{{{}}}", fmt::join(items, ", "));
}

std::string quorum_text(const Quorum& quorum) {
  switch (quorum.kind) {
    case Quorum::Kind::automatic: return "(default)";
    case Quorum::Kind::count: return std::to_string(quorum.number);
    case Quorum::Kind::percent: return fmt::format("{}%", quorum.number);
    case Quorum::Kind::majority: return "majority";
    case Quorum::Kind::all: return "all";
    case Quorum::Kind::any: return "any";
  }
  return {};
}

std::string regions_text(const RegionSelector& regions) {
  if (regions.all) return "all";
  std::vector<std::string> names;
  for (const RegionName& name : regions.names) names.push_back(name.value);
  std::string out = names.empty() ? "" : list_of(names);
  if (!regions.labels.empty()) out += "labels " + map_of(regions.labels);
  if (regions.at_least) out += fmt::format(" at_least {}", *regions.at_least);
  return text_of(out);
}

std::string slo_text(const std::optional<Slo>& slo) {
  if (!slo) return kNone;
  std::string out = fmt::format("{}% over {} by {}", slo->objective, render_duration(slo->window),
                                to_string(slo->budget_by));
  if (slo->latency)
    out += fmt::format(", {}% under {}", slo->latency->objective,
                       render_duration(slo->latency->under));
  return slo->burn_alerts ? out : out + ", burn_alerts: none";
}

std::string paused_text(const std::optional<Paused>& paused) {
  if (!paused) return kNone;
  return (paused->until ? "until " + render_rfc3339(*paused->until) : "until it is removed") +
         (paused->reason.empty() ? "" : ": " + paused->reason);
}

std::string alert_text(const Alert& alert) {
  std::string out = fmt::format("when {}, {}", render_when(alert), to_string(alert.severity));
  if (alert.hold > Millis{0}) out += ", for " + render_duration(alert.hold);
  if (!alert.notify.empty()) out += ", notify " + list_of(alert.notify);
  return out;
}

template <class T>
void forget_positions(std::vector<T>& items) {
  for (T& item : items) item.at = {};
}

class Comparison {
 public:
  std::vector<KeyChange> found;

  void texts(std::string key, std::string before, std::string after) {
    if (before != after) found.push_back({std::move(key), std::move(before), std::move(after)});
  }

  void number(std::string key, int before, int after) {
    texts(std::move(key), std::to_string(before), std::to_string(after));
  }

  void span(std::string key, Millis before, Millis after) {
    texts(std::move(key), render_duration(before), render_duration(after));
  }

  template <class T>
  void values(std::string key, const T& before, const T& after) {
    if (!(before == after)) found.push_back({std::move(key), {}, {}});
  }

  void alerts(const Check& before, const Check& after) {
    for (const Alert& alert : after.alerts) {
      const Alert* old = find(before.alerts, alert.id);
      if (old == nullptr) {
        texts("alerts." + alert.id, kNone, alert_text(alert));
        continue;
      }
      const std::string key = "alerts." + alert.id + ".";
      texts(key + "when", render_when(*old), render_when(alert));
      if (old->threshold && alert.threshold)
        number(key + "samples", old->threshold->samples, alert.threshold->samples);
      span(key + "for", old->hold, alert.hold);
      texts(key + "severity", std::string{to_string(old->severity)},
            std::string{to_string(alert.severity)});
      texts(key + "notify", list_of(old->notify), list_of(alert.notify));
      texts(key + "summary", text_of(old->summary), text_of(alert.summary));
    }
    for (const Alert& alert : before.alerts)
      if (find(after.alerts, alert.id) == nullptr)
        texts("alerts." + alert.id, alert_text(alert), kNone);
  }

  void steps(const Check& before, const Check& after) {
    for (const Step& step : after.steps) {
      const auto old = std::find_if(before.steps.begin(), before.steps.end(),
                                    [&](const Step& one) { return one.name == step.name; });
      const std::string key = after.single ? step.name : "steps." + step.name;
      if (old == before.steps.end())
        texts(key, kNone, "a new step");
      else
        compare_step(key, *old, step);
    }
    for (const Step& step : before.steps)
      if (std::none_of(after.steps.begin(), after.steps.end(),
                       [&](const Step& one) { return one.name == step.name; }))
        texts("steps." + step.name, "a step", kNone);
    const auto names = [](const Check& check) {
      std::vector<std::string> out;
      for (const Step& step : check.steps) out.push_back(step.name);
      return out;
    };
    std::vector<std::string> old_names = names(before);
    std::vector<std::string> new_names = names(after);
    const bool moved = old_names != new_names;
    std::sort(old_names.begin(), old_names.end());
    std::sort(new_names.begin(), new_names.end());
    if (moved && old_names == new_names)
      texts("steps", list_of(names(before)), list_of(names(after)));
  }

 private:
  static const Alert* find(const std::vector<Alert>& alerts, const std::string& id) {
    const auto found =
        std::find_if(alerts.begin(), alerts.end(), [&](const Alert& one) { return one.id == id; });
    return found == alerts.end() ? nullptr : &*found;
  }

  void compare_step(const std::string& key, Step before, Step after) {
    for (Step* step : {&before, &after}) {
      forget_positions(step->expect);
      forget_positions(step->captures);
    }
    values(key + " (request)", before.action, after.action);
    values(key + ".expect", before.expect, after.expect);
    values(key + ".capture", before.captures, after.captures);
    texts(key + ".expect.same_across_regions", list_of(before.same_across_regions),
          list_of(after.same_across_regions));
    values(key + ".expect.pop.near_region", before.pop_near_region, after.pop_near_region);
    values(key + ".always", before.always, after.always);
    values(key + ".continue_on_failure", before.continue_on_failure, after.continue_on_failure);
    const auto timeout = [](const Step& step) {
      return step.timeout ? render_duration(*step.timeout) : std::string{kNone};
    };
    texts(key + ".timeout", timeout(before), timeout(after));
  }
};

std::vector<std::string> names_of(const std::vector<CheckName>& names) {
  std::vector<std::string> out;
  for (const CheckName& name : names) out.push_back(name.value);
  return out;
}

}  // namespace

std::vector<KeyChange> changes_between(const Check& before, const Check& after) {
  Comparison c;
  c.texts("title", text_of(before.title), text_of(after.title));
  c.texts("description", text_of(before.description), text_of(after.description));
  c.texts("owner", text_of(before.owner), text_of(after.owner));
  c.texts("service", text_of(before.service), text_of(after.service));
  c.texts("tags", list_of(before.tags), list_of(after.tags));
  c.texts("labels", map_of(before.labels), map_of(after.labels));
  c.texts("runbook", text_of(before.runbook), text_of(after.runbook));
  c.span("interval", before.interval, after.interval);
  c.span("timeout", before.timeout, after.timeout);
  c.number("retries", before.retries, after.retries);
  c.texts("regions", regions_text(before.regions), regions_text(after.regions));
  c.texts("quorum", quorum_text(before.quorum), quorum_text(after.quorum));
  const auto confirm = [](const Check& check) {
    return check.confirm_regions ? std::to_string(*check.confirm_regions) : "(default)";
  };
  c.texts("confirm.regions", confirm(before), confirm(after));
  c.texts("failing", fmt::format("{} of {}", before.failing_x, before.failing_y),
          fmt::format("{} of {}", after.failing_x, after.failing_y));
  c.texts("vars", map_of(before.vars), map_of(after.vars));
  c.steps(before, after);
  c.alerts(before, after);
  c.texts("notify", list_of(before.notify), list_of(after.notify));
  c.texts("slo", slo_text(before.slo), slo_text(after.slo));
  auto windows = std::pair{before.maintenance, after.maintenance};
  forget_positions(windows.first);
  forget_positions(windows.second);
  c.values("maintenance", windows.first, windows.second);
  c.texts("depends_on", list_of(names_of(before.depends_on)), list_of(names_of(after.depends_on)));
  c.texts("rollout", before.shadow ? "shadow" : kNone, after.shadow ? "shadow" : kNone);
  c.texts("paused", paused_text(before.paused), paused_text(after.paused));
  if (c.found.empty() && wire::revision_of(before) != wire::revision_of(after))
    c.found.push_back({"definition", {}, {}});
  return c.found;
}

}  // namespace picket::cli
