#include "common/checks/dependencies.h"

#include <fmt/format.h>

#include <map>
#include <set>

namespace picket::checks {
namespace {

using ByName = std::map<CheckName, const Check*>;

Diagnostic make(std::string code, const Check& check, std::string message, std::string help) {
  Diagnostic diagnostic;
  diagnostic.code = std::move(code);
  diagnostic.at = check.at;
  diagnostic.message = std::move(message);
  diagnostic.help = std::move(help);
  return diagnostic;
}

// Whether `target` is among what `from` depends on, directly or not.
bool leads_to(const ByName& checks, const Check& from, const CheckName& target) {
  std::set<CheckName> seen;
  std::vector<const Check*> open{&from};
  while (!open.empty()) {
    const Check& check = *open.back();
    open.pop_back();
    for (const CheckName& name : check.depends_on) {
      if (name == target) return true;
      const auto found = checks.find(name);
      if (found != checks.end() && seen.insert(name).second) open.push_back(found->second);
    }
  }
  return false;
}

}  // namespace

DependencyMistakes check_dependencies(const std::vector<Check>& checks) {
  ByName by_name;
  for (const Check& check : checks) by_name.emplace(check.name, &check);
  DependencyMistakes out;
  for (const Check& check : checks) {
    for (const CheckName& name : check.depends_on)
      if (by_name.find(name) == by_name.end())
        out.diagnostics.push_back(
            make("W0204", check,
                 fmt::format("`{}` depends on `{}`, which is not among these checks",
                             check.name.value, name.value),
                 "mend the name, or validate the whole directory"));
    if (check.depends_on.empty() || !leads_to(by_name, check, check.name)) continue;
    out.circular.push_back(check.name);
    out.diagnostics.push_back(
        make("E0307", check, fmt::format("`{}` depends on itself through others", check.name.value),
             "while one of them is down none of them would page: break the circle"));
  }
  return out;
}

}  // namespace picket::checks
