#include "controller/incident/causes.h"

#include <algorithm>

#include "common/core/text.h"
#include "common/model/template.h"

namespace picket::controller {
namespace {

constexpr std::string_view kBetween = ", ";

const Step* failing_step(const Check& check, const std::string& name) {
  if (check.steps.size() == 1) return &check.steps.front();
  const auto found = std::find_if(check.steps.begin(), check.steps.end(),
                                  [&](const Step& step) { return step.name == name; });
  return found == check.steps.end() ? nullptr : &*found;
}

// Without the port: a service may use several.
std::string host_of(const Step& step) {
  const std::string authority = authority_of(target_of(step.action));
  if (authority.find("${{") != std::string::npos) return {};
  return authority.substr(0, authority.rfind(':'));
}

}  // namespace

std::vector<std::string> causes_of(const AlertTransition& transition) {
  std::vector<std::string> causes;
  const AlertCondition condition = transition.alert.condition;
  if (condition != AlertCondition::down && condition != AlertCondition::regional) return causes;
  if (const Step* step = failing_step(*transition.check, transition.attribution.step))
    if (const std::string host = host_of(*step); !host.empty())
      causes.push_back("host " + cut_utf8(clean_line(host), 200));
  if (!transition.attribution.remote_address.empty())
    causes.push_back("address " + cut_utf8(clean_line(transition.attribution.remote_address), 80));
  return causes;
}

std::string join_causes(const std::vector<std::string>& causes) {
  std::string text;
  for (const std::string& cause : causes) {
    if (!text.empty()) text += kBetween;
    text += cause;
  }
  return text;
}

std::vector<std::string> split_causes(const std::string& text) {
  std::vector<std::string> causes;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(kBetween, begin), text.size());
    causes.push_back(text.substr(begin, end - begin));
    begin = end + kBetween.size();
  }
  return causes;
}

std::string shared_cause(const std::string& a, const std::string& b) {
  const auto others = split_causes(b);
  for (const std::string& cause : split_causes(a))
    if (std::find(others.begin(), others.end(), cause) != others.end()) return cause;
  return {};
}

}  // namespace picket::controller
