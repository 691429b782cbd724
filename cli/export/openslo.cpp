#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/export/export.h"
#include "cli/import/draft.h"
#include "cli/import/yaml_writer.h"

namespace picket::cli {
namespace {

std::string service_of(const Check& check) {
  return name_from(check.service.empty() ? check.owner : check.service);
}

std::string document(const char* kind, const std::string& name, const std::string& title,
                     Json spec) {
  Json metadata{{"name", name}};
  if (!title.empty() && title != name) metadata["displayName"] = title;
  return render_yaml(Json{{"apiVersion", "openslo/v1"},
                          {"kind", kind},
                          {"metadata", metadata},
                          {"spec", std::move(spec)}},
                     0);
}

Json query(const std::string& text) {
  return Json{{"metricSource", Json{{"type", "Prometheus"}, {"spec", Json{{"query", text}}}}}};
}

// The totals that the controller shows: rounds or runs, as the objective says.
std::string slo_document(const Check& check, const std::string& name, const char* sli,
                         double objective, const std::string& description) {
  const std::string labels = fmt::format("{{job=\"{}\",sli=\"{}\"}}", check.name.value, sli);
  Json spec{{"description", description}, {"service", service_of(check)}};
  spec["indicator"] =
      Json{{"metadata", Json{{"name", name}}},
           {"spec", Json{{"ratioMetric", Json{{"counter", true},
                                              {"good", query("picket_slo_good" + labels)},
                                              {"total", query("picket_slo_good" + labels +
                                                              " + picket_slo_bad" + labels)}}}}}};
  spec["timeWindow"] = Json::array(
      {Json{{"duration",
             fmt::format("{}d", std::max<long long>(1, check.slo->window.count() / 86'400'000))},
            {"isRolling", true}}});
  spec["budgetingMethod"] = "Occurrences";
  // 99.95 % as 0.9995, without the noise of binary fractions.
  spec["objectives"] = Json::array({Json{{"displayName", fmt::format("{:g} %", objective)},
                                         {"target", std::round(objective * 1e7) / 1e9}}});
  return document("SLO", name,
                  check.title.empty() ? "" : check.title + (sli[0] == 'l' ? ", latency" : ""),
                  std::move(spec));
}

}  // namespace

std::string render_openslo(const std::vector<Check>& checks) {
  std::string services;
  std::string objectives;
  std::set<std::string> known;
  for (const Check& check : checks) {
    if (!check.slo) continue;
    if (known.insert(service_of(check)).second)
      services += "---\n" + document("Service", service_of(check), check.service,
                                     Json{{"description", "owned by " + check.owner}});
    const bool rounds = check.slo->budget_by == BudgetBy::rounds;
    objectives +=
        "---\n" + slo_document(check, check.name.value, "availability", check.slo->objective,
                               rounds ? "rounds over all regions that were good"
                                      : "runs of single regions that were good");
    if (check.slo->latency)
      objectives += "---\n" + slo_document(check, check.name.value.substr(0, 55) + "-latency",
                                           "latency", check.slo->latency->objective,
                                           "good runs that took less than " +
                                               render_duration(check.slo->latency->under));
  }
  return services + objectives;
}

}  // namespace picket::cli
