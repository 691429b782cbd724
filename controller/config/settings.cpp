#include "controller/config/settings.h"

namespace picket::controller {

std::span<const checks::Setting> controller_settings() {
  using enum checks::SettingKind;
  static constexpr checks::Setting kSettings[] = {
      {"state_dir", text, "DIR", "", "database, certificate authority, admin token"},
      {"checks_dir", text, "DIR", "", "check files"},
      {"agents.listen", text, "HOST:PORT", "0.0.0.0:8443", "where agents dial in"},
      {"agents.names", list, "NAME,..", "", "names and addresses of its certificate"},
      {"api.listen", text, "HOST:PORT", "127.0.0.1:8080", "API, metrics, web interface"},
      {"external_url", text, "URL", "", "of the API, for links in pages"},
      {"default_receiver", text, "NAME", "", "for a page whose own receiver is gone"},
      {"fleet_receivers", list, "NAME,..", "", "told of blind regions and of the controller"},
      {"retention.raw", value, "SPAN", "7d", "how long results are kept"},
      {"retention.rounds", value, "SPAN", "400d", "how long summaries of rounds are kept"},
      {"health.disk_free_warning_percent", value, "N", "10", "free disk that is a warning"},
      {"health.disk_free_error_percent", value, "N", "5", "free disk that is an error"},
      {"health.clock_skew", value, "SPAN", "5s", "between the controller and its agents"},
      {"health.definitions_behind", value, "SPAN", "10m", "an agent runs old definitions"},
      {"health.schedule_late", value, "SPAN", "30s", "of a run"},
      {"health.delivery_late", value, "SPAN", "60s", "of a page"},
      {"after_manual_resolve.then", text, "WHAT", "page_again", "page_again or hold"},
      {"after_manual_resolve.grace", value, "SPAN", "5m", "before it is paged again"},
      {"log.level", text, "LEVEL", "info", "debug, info, warn, error, critical"},
      {"log.format", text, "FORMAT", "logfmt", "logfmt or json"},
  };
  return kSettings;
}

checks::ConfigLayers controller_layers() { return {"PICKET_CONTROLLER_", controller_settings()}; }

}  // namespace picket::controller
