#include "cli/render/fault_text.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/render/json_text.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string names_of(const Json& list) {
  std::string names;
  for (const Json& name : list) {
    if (!name.is_string()) continue;
    if (!names.empty()) names += ", ";
    names += clean_line(name.get<std::string>());
  }
  return names;
}

int number_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  return value != nullptr && value->is_number_integer() ? value->get<int>() : 0;
}

bool is_set(const Json& object, const char* key) {
  const Json* value = member(object, key);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::string or_nothing(const std::string& text) { return text.empty() ? "nothing" : text; }

void print_told(std::ostream& out, const Json& detail) {
  const Json* told = member(detail, "differences");
  const Json* lines = told == nullptr ? nullptr : member(*told, "lines");
  if (lines == nullptr || !lines->is_array()) return;
  out << "different from the last good run, when it was paged\n";
  out << "  " << text_of(*told, "region") << '\n';
  for (const Json& line : *lines)
    if (line.is_string()) out << "    " << clean_line(line.get<std::string>()) << '\n';
}

}  // namespace

void print_fault(std::ostream& out, const Json& incident) {
  const Json* detail = member(incident, "detail");
  const Json* attribution = detail == nullptr ? nullptr : member(*detail, "attribution");
  if (attribution == nullptr || !attribution->is_object()) return;
  out << "whose fault\n";
  const Json* failing = member(*attribution, "failing");
  out << fmt::format("  {:<12} {} of {} fail: {}\n", "regions",
                     number_of(*attribution, "failing_count"), number_of(*attribution, "reporting"),
                     failing == nullptr ? "" : names_of(*failing));
  if (const std::string step = text_of(*attribution, "step"); !step.empty())
    out << fmt::format("  {:<12} {}\n", "step", step);
  const Json* shared = member(*attribution, "shared");
  if (shared == nullptr || !shared->is_array()) return;
  for (const Json& trait : *shared) {
    if (!trait.is_object()) continue;
    out << fmt::format("  {:<12} {}: {} failing, {} passing by others{}\n",
                       text_of(trait, "dimension"), text_of(trait, "value"),
                       number_of(trait, "failing"), number_of(trait, "passing"),
                       is_set(trait, "proven") ? "" : " (not proven)");
  }
}

void print_differences(std::ostream& out, const Json& document) {
  const Json* regions = member(document, "differences");
  if (regions == nullptr || !regions->is_array() || regions->empty()) {
    const Json* incident = member(document, "incident");
    const Json* detail = incident == nullptr ? nullptr : member(*incident, "detail");
    if (detail != nullptr) print_told(out, *detail);
    return;
  }
  out << "different from the last good run\n";
  for (const Json& region : *regions) {
    if (!region.is_object()) continue;
    out << fmt::format("  {}  failed {}, good {}\n", text_of(region, "region"),
                       text_of(region, "failed_run"), text_of(region, "good_run"));
    const Json* rows = member(region, "differences");
    if (rows == nullptr || !rows->is_array()) continue;
    for (const Json& row : *rows) {
      if (!row.is_object()) continue;
      const std::string step = text_of(row, "step");
      out << fmt::format("    {}{}: {} -> {}\n", step.empty() || step == "http" ? "" : step + ": ",
                         text_of(row, "what"), or_nothing(text_of(row, "before")),
                         or_nothing(text_of(row, "now")));
    }
  }
}

}  // namespace picket::cli
