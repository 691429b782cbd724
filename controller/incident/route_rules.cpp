#include "controller/incident/route_rules.h"

#include <algorithm>

namespace picket::controller {

bool matches(const RouteRule& rule, const IncidentLabels& labels) {
  Silence same;  // one language of matchers
  same.matchers = rule.match;
  return rule.match.empty() || is_silenced(same, labels);
}

std::vector<std::string> receivers_by_rules(const std::vector<RouteRule>& rules,
                                            const IncidentLabels& labels,
                                            std::vector<std::string> notify) {
  std::vector<std::string> told;
  for (const RouteRule& rule : rules) {
    if (!matches(rule, labels)) continue;
    for (const std::string& receiver : rule.to)
      if (std::find(told.begin(), told.end(), receiver) == told.end()) told.push_back(receiver);
    if (!rule.go_on) break;
  }
  return told.empty() ? notify : told;
}

}  // namespace picket::controller
