#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "agent/script/secrets.h"
#include "cli/commands/command.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"
#include "cli/render/paging_text.h"
#include "common/async/clock.h"
#include "common/checks/load.h"

namespace picket::cli {
namespace {

struct ValidateOptions {
  std::vector<std::string> paths;
  bool strict{false};
  bool secrets{false};
  std::vector<std::string> secret_directories;
  bool verbose{false};
  std::string regions;  // how many, their names, or "controller"; empty: assumed
  std::string output{"text"};
};

// A secret that checks name: who uses it, and whether it can be read here.
struct NeededSecret {
  std::vector<std::string> checks;
  std::optional<bool> present;  // nothing: not looked for
};
using NeededSecrets = std::map<std::string, NeededSecret>;

checks::Diagnostic no_files(const std::vector<std::string>& paths) {
  checks::Diagnostic diagnostic;
  diagnostic.code = "E0101";
  diagnostic.message = "no check files here";
  diagnostic.at.file = paths.front();
  diagnostic.help = "check files are named *.check.yaml; `picket init` writes a first one";
  return diagnostic;
}

NeededSecrets needed_secrets(const ValidateOptions& options, const std::vector<Check>& checks) {
  NeededSecrets all;
  for (const Check& check : checks)
    for (const std::string& name : check.secrets) all[name].checks.push_back(check.name.value);
  if (options.secret_directories.empty()) return all;
  agent::SecretLocations locations;
  locations.directories = options.secret_directories;
  agent::LocalSecrets source{std::move(locations)};
  for (auto& [name, secret] : all) secret.present = source.get(name).has_value();
  return all;
}

bool is_missing(const NeededSecrets::value_type& secret) {
  return secret.second.present && !*secret.second.present;
}

std::string render_secrets(const NeededSecrets& secrets) {
  std::size_t width = 0;
  for (const auto& [name, secret] : secrets) width = std::max(width, name.size());
  std::string out;
  for (const auto& entry : secrets) {
    const auto& [name, secret] = entry;
    out += fmt::format("  {:{}}  {}{}\n", name, width, fmt::join(secret.checks, ", "),
                       is_missing(entry) ? ": not here" : "");
  }
  return out.empty() ? "no check needs a secret\n"
                     : "secrets, and the checks that need them:\n" + out;
}

checks::PagingProof proof_of(const Check& check, std::optional<int> fleet) {
  return checks::prove_paging(check, checks::assigned_regions(check.regions, fleet));
}

// The document of the diagnostics, with what each check needs.
std::string render_document(const checks::LoadedChecks& loaded, const checks::Tally& tally,
                            const NeededSecrets& secrets, std::optional<int> fleet) {
  auto json = nlohmann::ordered_json::parse(checks::render_json(loaded.diagnostics, tally));
  json["checks"] = nlohmann::ordered_json::array();
  for (const Check& check : loaded.checks)
    json["checks"].push_back({{"name", check.name.value},
                              {"secrets", check.secrets},
                              {"run_limit_ms", run_limit(check).count()},
                              {"paging", paging_json(proof_of(check, fleet))}});
  json["secrets"] = nlohmann::ordered_json::array();
  for (const auto& [name, secret] : secrets) {
    json["secrets"].push_back({{"name", name}, {"checks", secret.checks}});
    if (secret.present) json["secrets"].back()["present"] = *secret.present;
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void show(Session& session, const ValidateOptions& options, const checks::LoadedChecks& loaded,
          const checks::Tally& tally, const NeededSecrets& secrets, std::optional<int> fleet) {
  if (options.output == "json") {
    session.out << render_document(loaded, tally, secrets, fleet);
    return;
  }
  checks::RenderStyle style{session.err_terminal.color, options.strict};
  const bool github = options.output == "github";
  for (const checks::Diagnostic& diagnostic : loaded.diagnostics) {
    if (github)
      session.out << checks::render_github(diagnostic, style);
    else
      session.err << checks::render_text(diagnostic, style) << '\n';
  }
  session.err.flush();
  if (options.verbose)
    for (const Check& check : loaded.checks) session.out << render_paging(proof_of(check, fleet));
  session.out << checks::render_tally(tally) << '\n';
  if (options.secrets || !options.secret_directories.empty())
    session.out << render_secrets(secrets);
}

// What `regions: all` stands for. Only who says so is asked: this command works offline.
Status find_regions(Session& session, const ValidateOptions& options,
                    checks::DecodeOptions& decode) {
  std::string given = options.regions;
  if (given == "controller") {
    given.clear();
    const auto client = ApiClient::create(session.controller);
    if (!client) return fail(client.error());
    const auto status = client->get("/api/v1/status");
    if (!status) return fail(status.error());
    for (const auto& region : (*status)["regions"])
      given += (given.empty() ? "" : ",") + text_of(region, "region");
    if (given.empty())
      return fail(ErrorCode::not_found, "the controller has no region yet",
                  "enroll an agent, or say --regions N");
  }
  if (given.empty()) return {};
  if (given.find_first_not_of("0123456789") == std::string::npos) {
    decode.fleet = given.size() > 4 ? 0 : std::stoi(given);
    if (*decode.fleet < 1)
      return fail(ErrorCode::invalid_argument, "--regions wants a number of 1 to 9999, or names",
                  "--regions 12, or --regions eu-west-1,us-east-1");
    return {};
  }
  decode.regions.emplace();
  for (std::size_t at = 0; at <= given.size();) {
    const std::size_t end = std::min(given.find(',', at), given.size());
    if (end > at) decode.regions->insert(given.substr(at, end - at));
    at = end + 1;
  }
  decode.fleet = static_cast<int>(decode.regions->size());
  return {};
}

int validate(Session& session, const ValidateOptions& options) {
  async::RealClock clock{async::Executor{}};  // only asked for the time
  const MonoTime start = clock.now();
  checks::DecodeOptions decode;
  decode.strict = options.strict;
  if (Status known = find_regions(session, options, decode); !known)
    return report(session, known.error());
  auto loaded = checks::load_checks(options.paths, decode);
  if (!loaded) {
    session.err << "picket: " << render(loaded.error()) << '\n';
    return kBadFile;
  }
  if (loaded->files.empty()) loaded->diagnostics.push_back(no_files(options.paths));
  checks::Tally tally = loaded->tally();
  tally.elapsed = std::chrono::duration_cast<Millis>(clock.now() - start);
  const NeededSecrets secrets = needed_secrets(options, loaded->checks);
  show(session, options, *loaded, tally, secrets, decode.fleet);
  if (tally.errors > 0 || (options.strict && tally.warnings > 0)) return kBadFile;
  return std::any_of(secrets.begin(), secrets.end(), is_missing) ? kFailed : kFine;
}

}  // namespace

void add_validate(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("validate", "Check check files, without running them");
  auto options = std::make_shared<ValidateOptions>();
  command->add_option("PATHS", options->paths, "files and directories; default: this one");
  command->add_flag("--strict", options->strict, "warnings are errors; runbooks are needed");
  command->add_flag("--secrets", options->secrets, "list the secrets that the checks need");
  command->add_flag("-v,--verbose", options->verbose,
                    "say of each alert how soon it pages, and how many regions it takes");
  command
      ->add_option(
          "--regions", options->regions,
          "what `all` stands for: a number, names, or `controller` to ask it; else 3 is assumed")
      ->type_name("N|NAMES");
  command
      ->add_option("--secrets-dir", options->secret_directories,
                   "say which of them are missing here: a file per secret, else the environment")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command->add_option("-o,--output", options->output, "text, json or github")
      ->check(CLI::IsMember({"text", "json", "github"}));
  command->callback([&chosen, options] {
    if (options->paths.empty()) options->paths = {"."};
    chosen = [options](Session& session) { return validate(session, *options); };
  });
}

}  // namespace picket::cli
