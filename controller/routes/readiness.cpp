#include "controller/routes/readiness.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "common/core/text.h"
#include "controller/routes/answers.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

ServerResponse render_readiness(const Readiness& readiness, const ServerRequest& request) {
  const bool ready = readiness.reasons.empty();
  const int status = ready ? 200 : 503;
  if (request.query_value("format") == "json") {
    const Json body{{"schema_version", 1},
                    {"ready", ready},
                    {"reasons", readiness.reasons},
                    {"warnings", readiness.warnings}};
    return json(body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", status);
  }
  std::string body = ready ? "ready\n" : "";
  for (const std::string& reason : readiness.reasons)
    body += "not ready: " + clean_line(reason) + "\n";
  for (const std::string& warning : readiness.warnings)
    body += "warning: " + clean_line(warning) + "\n";
  return text(status, std::move(body));
}

}  // namespace picket::controller
