#include "controller/web/public_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/core/xml_text.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

// From best to worst.
constexpr std::array<std::string_view, 5> kStates{"operational", "maintenance", "unknown",
                                                  "degraded", "outage"};

std::size_t rank(std::string_view state) {
  return static_cast<std::size_t>(std::find(kStates.begin(), kStates.end(), state) -
                                  kStates.begin());
}

std::string_view title_of(const Check& check) {
  return check.title.empty() ? check.name.value : check.title;
}

// Dark enough for white text.
std::string_view colour_of(std::string_view state) {
  if (state == "operational") return "#1a7f37";
  if (state == "degraded") return "#9a6700";
  if (state == "outage") return "#cf222e";
  if (state == "maintenance") return "#0969da";
  return "#57606a";
}

// Characters, not bytes, of UTF-8.
int length_of(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

bool is_public(const CheckView& view) {
  const auto& tags = view.check->tags;
  if (view.paused || view.check->shadow) return false;
  return std::find(tags.begin(), tags.end(), kPublicTag) != tags.end();
}

std::string_view public_state(const CheckView& view) {
  if (view.maintenance) return "maintenance";
  switch (view.verdict) {
    case CheckVerdict::up: return "operational";
    case CheckVerdict::degraded:
    case CheckVerdict::regional: return "degraded";
    case CheckVerdict::down: return "outage";
    case CheckVerdict::no_data:
    case CheckVerdict::pending: break;
  }
  return "unknown";
}

std::string render_public_status(const std::vector<CheckView>& checks,
                                 const std::vector<IncidentRow>& unresolved, WallTime now) {
  Json json{{"schema_version", 1}, {"now", render_rfc3339(now)}, {"state", nullptr}};
  json["components"] = Json::array();
  json["incidents"] = Json::array();
  std::string_view worst = kStates.front();
  for (const CheckView& view : checks) {
    if (!is_public(view)) continue;
    const std::string_view state = public_state(view);
    if (rank(state) > rank(worst)) worst = state;
    const std::string title{title_of(*view.check)};
    Json component{{"name", view.check->name.value}, {"title", title}};
    component["state"] = std::string{state};
    component["since"] = view.since.unix_ms() == 0 ? Json{} : Json(render_rfc3339(view.since));
    json["components"].push_back(std::move(component));
    for (const IncidentRow& incident : unresolved)
      if (incident.check == view.check->name && incident.state != IncidentState::suspected)
        json["incidents"].push_back({{"component", view.check->name.value},
                                     {"title", title},
                                     {"state", std::string{to_string(incident.state)}},
                                     {"opened", render_rfc3339(incident.opened)}});
  }
  json["state"] = json["components"].empty() ? "unknown" : std::string{worst};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string render_badge(const CheckView& view) {
  const std::string_view title = title_of(*view.check);
  const std::string_view state = public_state(view);
  const int left = 7 * length_of(title) + 12;
  const int right = 7 * length_of(state) + 12;
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="20" role="img" )"
      R"(aria-label="{3}: {4}"><title>{3}: {4}</title>)"
      R"(<rect width="{1}" height="20" fill="#3b424b"/>)"
      R"(<rect x="{1}" width="{2}" height="20" fill="{5}"/>)"
      R"(<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" )"
      R"(text-anchor="middle"><text x="{6}" y="14">{3}</text>)"
      R"(<text x="{7}" y="14">{4}</text></g></svg>)"
      "\n",
      left + right, left, right, escape_xml(title), state, colour_of(state), left / 2,
      left + right / 2);
}

}  // namespace picket::controller
