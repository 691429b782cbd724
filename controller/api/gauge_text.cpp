#include "controller/api/gauge_text.h"

#include <fmt/format.h>

#include "controller/api/series.h"

namespace picket::controller {

void GaugeText::add(const std::string& name, const std::string& help, double value,
                    const Labels& labels) {
  Family& family = families_[name];
  if (family.help.empty()) family.help = help;
  std::string inside;
  for (const auto& [label, text] : labels)
    inside += fmt::format("{}{}=\"{}\"", inside.empty() ? "" : ",", label, escape_label(text));
  family.lines += labels.empty() ? fmt::format("{} {}\n", name, value)
                                 : fmt::format("{}{{{}}} {}\n", name, inside, value);
}

std::string GaugeText::render() const {
  std::string out;
  for (const auto& [name, family] : families_)
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{3}", name, family.help,
                       name.ends_with("_total") ? "counter" : "gauge", family.lines);
  return out;
}

}  // namespace picket::controller
