#include "controller/incident/attribution_json.h"

#include "common/core/text.h"

namespace picket::controller {
namespace {

using nlohmann::json;

constexpr std::size_t kRegionsShown = 20;
constexpr std::size_t kValueBytes = 200;

std::string safe(std::string_view text) { return cut_utf8(clean_line(text), kValueBytes); }

}  // namespace

json attribution_json(const Attribution& attribution) {
  json failing = json::array();
  for (const RegionName& region : attribution.failing)
    if (failing.size() < kRegionsShown) failing.push_back(safe(region.value));
  json shared = json::array();
  for (const SharedTrait& trait : attribution.shared)
    shared.push_back({{"dimension", to_string(trait.dimension)},
                      {"value", safe(trait.value)},
                      {"failing", trait.failing},
                      {"passing", trait.passing},
                      {"proven", trait.proven}});
  json out{{"scope", to_string(attribution.scope)},
           {"failing", std::move(failing)},
           {"failing_count", attribution.failing.size()},
           {"reporting", attribution.reporting},
           {"shared", std::move(shared)}};
  if (!attribution.failing.empty()) out["kind"] = to_string(attribution.kind);
  if (!attribution.step.empty()) out["step"] = safe(attribution.step);
  if (attribution.status != 0) out["status"] = attribution.status;
  return out;
}

}  // namespace picket::controller
