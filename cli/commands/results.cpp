#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ResultsOptions {
  std::string check;
  std::string region;
  bool failed{false};
  bool evidence{false};
  int limit{20};
  std::string output{"text"};
};

std::string path_of(const ResultsOptions& options) {
  std::string path = fmt::format("/api/v1/checks/{}/{}?limit={}", percent_encode(options.check),
                                 options.evidence ? "evidence" : "results", options.limit);
  if (!options.region.empty()) path += "&region=" + percent_encode(options.region);
  if (options.failed) path += "&failed=1";
  return path;
}

void print_evidence(std::ostream& out, const Json& run) {
  if (run["attempts"].empty()) return;
  for (const Json& step : run["attempts"].back()["steps"]) {
    out << fmt::format("    {:<9} {}\n", text_of(step, "status"), text_of(step, "name"));
    for (const Json& failure : step["failures"])
      out << fmt::format("      {}\n        --> {}\n", text_of(failure, "message"),
                         text_of(failure, "at"));
    for (const Json& request : step["requests"]) {
      out << fmt::format("      {} {} {} {}\n", text_of(request, "method"), text_of(request, "url"),
                         request.value("status", 0), text_of(request, "remote_address"));
      if (!request.contains("evidence")) continue;
      out << "        " << text_of(request["evidence"], "curl") << '\n';
      for (const Json& line : request["evidence"].value("route", Json::array()))
        out << "        route " << line.get<std::string>() << '\n';
      const std::string body = text_of(request["evidence"], "body_start");
      if (!body.empty()) out << "        body: " << cut_utf8(body, 300) << '\n';
    }
  }
}

void print_run(std::ostream& out, const Json& run, bool evidence) {
  out << fmt::format("{}  {:<16} {:<13} {:<12} {:>9.0f} ms", text_of(run, "started"),
                     text_of(run, "region"), text_of(run, "verdict"), text_of(run, "kind"),
                     run.value("duration_ms", 0.0));
  if (run.contains("failure")) {
    const Json& failure = run["failure"];
    out << fmt::format("  step \"{}\": {}", text_of(failure, "step"),
                       cut_utf8(text_of(failure, "message"), 160));
  }
  out << '\n';
  if (evidence) print_evidence(out, run);
}

int show(Session& session, const ResultsOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const auto document = client->get(path_of(options));
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << document->dump(2) << '\n';
    return kFine;
  }
  for (const Json& run : (*document)["results"]) print_run(session.out, run, options.evidence);
  if ((*document)["results"].empty()) session.err << "no results yet\n";
  return kFine;
}

}  // namespace

void add_results(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<ResultsOptions>();
  CLI::App* command = app.add_subcommand("results", "Show the newest runs of a check");
  command->add_option("check", options->check, "its name")->required();
  command->add_option("--region", options->region, "only of this region");
  command->add_flag("--failed", options->failed, "only failed runs");
  command->add_flag("--evidence", options->evidence, "failed and last good runs, with evidence");
  add_limit(*command, options->limit);
  add_output(*command, options->output);
  command->callback([options, &chosen] {
    chosen = [options](Session& session) { return show(session, *options); };
  });
}

}  // namespace picket::cli
