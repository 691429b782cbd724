#include "cli/plan/plan.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/planning.h"
#include "cli/plan/plan_text.h"

namespace picket::cli {
namespace {

struct PlanOptions {
  std::string directory;
  std::string output{"text"};
};

int show_plan(Session& session, const PlanOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const auto planned = plan_directory(session, *client, options.directory);
  if (!planned) return report(session, planned.error());
  if (!*planned) return kBadFile;
  const Plan& plan = (*planned)->plan;
  if (options.output == "json")
    session.out << plan_json(plan).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
                << '\n';
  else
    session.out << render_plan(plan);
  return plan.checks.empty() ? kFine : kFailed;
}

}  // namespace

Result<std::optional<Planned>> plan_directory(Session& session, const ApiClient& client,
                                              const std::string& directory) {
  auto files = checks::read_file_set(directory);
  if (!files) return fail(std::move(files.error()));
  const auto state = fetch_state(client);
  if (!state) return fail(state.error());
  checks::DecodeOptions decode;
  decode.receivers = state->receivers;
  decode.fleet = static_cast<int>(state->regions.size());
  if (state->regions.empty()) decode.fleet.reset();
  const auto loaded = checks::load_file_set(*files, directory, decode);
  checks::RenderStyle style{session.err_terminal.color, false};
  for (const checks::Diagnostic& diagnostic : loaded.diagnostics)
    session.err << render_text(diagnostic, style) << '\n';
  if (loaded.errors() > 0) {
    session.err << checks::render_tally(loaded.tally()) << '\n';
    return std::optional<Planned>{};
  }
  Plan plan = make_plan(*state, loaded.checks, *files);
  return std::optional{Planned{std::move(*files), std::move(plan)}};
}

void add_plan(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<PlanOptions>();
  CLI::App* command = app.add_subcommand(
      "plan", "What a directory of checks would change at the controller; 1 when something");
  command->add_option("DIR", options->directory, "all checks: what is not there would be removed")
      ->required();
  add_output(*command, options->output);
  command->callback([options, &chosen] {
    chosen = [options](Session& session) { return show_plan(session, *options); };
  });
}

}  // namespace picket::cli
