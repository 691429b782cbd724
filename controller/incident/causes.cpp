#include "controller/incident/causes.h"

#include <algorithm>

#include "common/core/text.h"
#include "common/model/template.h"

namespace picket::controller {
namespace {

constexpr std::string_view kBetween = ", ";
constexpr std::size_t kCausesMax = 6;

// An origin is a host like the one that the step names: checks of either meet.
std::string prefix_of(Dimension dimension) {
  if (dimension == Dimension::origin) return "host ";
  if (dimension == Dimension::address) return "address ";
  if (dimension == Dimension::certificate) return "certificate ";
  return {};
}

// Without what separates causes in an incident's row.
std::string in_one_piece(const std::string& value) {
  std::string text = cut_utf8(clean_line(value), 120);
  for (std::size_t at = text.find(kBetween); at != std::string::npos; at = text.find(kBetween, at))
    text.replace(at, kBetween.size(), ",");
  return text;
}

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
  // Only what is proven: a page is kept back by it.
  for (const SharedTrait& trait : transition.attribution.shared) {
    const std::string prefix = prefix_of(trait.dimension);
    if (prefix.empty() || !trait.proven || causes.size() >= kCausesMax) continue;
    std::string cause = prefix + in_one_piece(trait.value);
    if (std::find(causes.begin(), causes.end(), cause) == causes.end())
      causes.push_back(std::move(cause));
  }
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
