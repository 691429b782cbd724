#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/commands/planning.h"
#include "cli/plan/plan_text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ApplyOptions {
  std::string directory;
  std::string plan;
  bool yes{false};
  bool confirm{false};
  std::string output{"text"};
};

Json request_of(const Planned& planned, const ApplyOptions& options) {
  Json files = Json::array();
  for (const checks::FileText& file : planned.files)
    files.push_back({{"path", file.path}, {"text", file.text}});
  return {{"files", std::move(files)}, {"plan", planned.plan.digest}, {"confirm", options.confirm}};
}

bool agreed(Session& session) {
  session.err << "Apply this plan? Only `yes` does: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "yes";
}

Error refused(std::string why, std::string instead) {
  return {ErrorCode::invalid_argument, std::move(why), std::move(instead)};
}

// Nothing: go on.
std::optional<Error> look_at(const Plan& plan, const ApplyOptions& options) {
  if (!options.plan.empty() && options.plan != plan.digest)
    return Error{ErrorCode::conflict,
                 "this is not the plan that was looked at: the files or the "
                 "checks in force have changed",
                 "look at the new one: picket plan " + options.directory};
  if (!plan.needs_confirmation.empty() && !options.confirm)
    return refused("not without --confirm: " + plan.needs_confirmation,
                   "is this the directory of all checks?");
  if (!options.yes && ::isatty(STDIN_FILENO) != 1)
    return refused("nobody is there to be asked", "--yes applies without a question");
  return std::nullopt;
}

int apply(Session& session, const ApplyOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const auto planned = plan_directory(session, *client, options.directory);
  if (!planned) return report(session, planned.error());
  if (!*planned) return kBadFile;
  const Plan& plan = (*planned)->plan;
  const bool json = options.output == "json";
  if (!json) session.out << render_plan(plan) << std::flush;
  if (const auto error = look_at(plan, options)) return report(session, *error);
  if (!options.yes && !agreed(session)) {
    session.err << "nothing was changed\n";
    return kFailed;
  }
  const auto answer = client->post("/api/v1/apply", request_of(**planned, options));
  if (!answer) return report(session, answer.error());
  if (json) {
    Json out = plan_json(plan);
    out["applied"] = true;
    session.out << out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return kFine;
  }
  session.out << fmt::format("applied: {} checks in force\n",
                             (*answer)["reload"].value("checks", 0));
  return kFine;
}

}  // namespace

void add_apply(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<ApplyOptions>();
  CLI::App* command = app.add_subcommand(
      "apply", "Replace the controller's checks directory by this one, after showing the plan");
  command->add_option("DIR", options->directory, "all checks: what is not there is removed")
      ->required();
  command->add_flag("--yes", options->yes, "do not ask");
  command->add_flag("--confirm", options->confirm, "also when that removes many checks");
  command
      ->add_option("--plan", options->plan,
                   "only if this is still the plan: the `plan` of `picket plan -o json`")
      ->type_name("DIGEST");
  add_output(*command, options->output);
  command->callback([options, &chosen] {
    chosen = [options](Session& session) { return apply(session, *options); };
  });
}

}  // namespace picket::cli
