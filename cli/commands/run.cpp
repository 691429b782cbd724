#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/commands/run_checks.h"
#include "cli/commands/run_output.h"
#include "common/checks/load.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

struct RunOptions {
  std::vector<std::string> paths;
  std::vector<std::string> names;
  std::vector<std::string> allow;
  std::vector<std::string> secret_directories;
  std::vector<std::string> resolvers;
  std::string ca_file;
  std::string region{"local"};
  OutputOptions output;
  int concurrency{8};
};

using Checks = std::vector<std::shared_ptr<const Check>>;

int complain(Session& session, const Error& error, int code) {
  session.err << "picket: " << render(error) << '\n';
  return code;
}

// The checks to run, or the exit code after the reason was told.
tl::expected<Checks, int> load(Session& session, const RunOptions& options) {
  auto loaded = checks::load_checks(options.paths);
  if (!loaded) return tl::unexpected(complain(session, loaded.error(), kBadFile));
  const checks::RenderStyle style{session.err_terminal.color, false};
  for (const checks::Diagnostic& diagnostic : loaded->diagnostics)
    if (diagnostic.is_error()) session.err << checks::render_text(diagnostic, style) << '\n';
  if (loaded->errors() != 0) {
    session.err << checks::render_tally(loaded->tally()) << '\n';
    return tl::unexpected(static_cast<int>(kBadFile));
  }
  Checks all;
  for (Check& check : loaded->checks)
    all.push_back(std::make_shared<const Check>(std::move(check)));
  if (all.empty()) {
    session.err << "picket: no checks here; check files are named *.check.yaml\n";
    return tl::unexpected(static_cast<int>(kBadFile));
  }
  return all;
}

tl::expected<Checks, int> choose(Session& session, const Checks& all,
                                 const std::vector<std::string>& names) {
  if (names.empty()) return all;
  std::vector<std::string> known;
  for (const auto& check : all) known.push_back(check->name.value);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = did_you_mean(name, known);
    session.err << fmt::format("picket: no check is named `{}`{}\n", clean_line(name),
                               near.empty() ? "" : fmt::format(": did you mean `{}`?", near));
    return tl::unexpected(static_cast<int>(kBadUsage));
  }
  Checks chosen;
  for (const auto& check : all)
    if (std::find(names.begin(), names.end(), check->name.value) != names.end())
      chosen.push_back(check);
  return chosen;
}

Result<RunChecksOptions> to_run_options(const RunOptions& options) {
  RunChecksOptions out;
  out.user_agent = "picket/" PICKET_VERSION;
  out.region = RegionName{options.region};
  out.concurrency = options.concurrency;
  out.keep_evidence = options.output.wants_evidence();
  if (!options.output.har_file.empty()) out.evidence_body_bytes = agent::kBodyBytesMax;
  out.secret_directories = options.secret_directories;
  auto guard = http::AddressGuard::create(options.allow);
  if (!guard) return fail(std::move(guard.error()));
  out.http.guard = std::move(*guard);
  out.http.ca_file = options.ca_file;
  out.http.dns_servers = options.resolvers;
  out.http.user_agent = out.user_agent;
  return out;
}

// Of an interrupted check: what its steps had shown.
RunResult partial_result(const LocalRun& run, const RegionName& region) {
  RunResult result;
  result.key.check = run.check;
  result.key.region = region;
  Attempt attempt;
  attempt.steps = run.seen;
  for (const StepResult& step : run.seen) result.duration += step.duration;
  result.attempts.push_back(std::move(attempt));
  return result;
}

RunObserver observe(Session& session, const RunOptions& options) {
  RunObserver observer;
  const bool progress = session.err_terminal.is_terminal;
  const auto clear = [&session, progress] {
    if (progress) session.err << "\r\x1b[K" << std::flush;
  };
  if (progress)
    observer.on_progress = [&session](const std::string& text) {
      session.err << "\r\x1b[K" << cut_utf8(clean_line(text), 76) << std::flush;
    };
  const RunTextOptions style = text_options(session, options.output);
  const bool text = options.output.format == "text";
  observer.on_done = [&session, clear, style, text,
                      region = RegionName{options.region}](const LocalRun& run) {
    clear();
    if (!text || (!run.result && run.seen.empty())) return;
    const RunResult result = run.result ? *run.result : partial_result(run, region);
    session.out << render_run_text(result, style, !run.result) << std::flush;
  };
  return observer;
}

int finish(Session& session, const RunOptions& options, std::vector<LocalRun> runs) {
  RunReport report;
  for (LocalRun& run : runs) {
    if (run.result)
      report.results.push_back(std::move(*run.result));
    else
      report.unfinished.push_back(run.check);
  }
  return finish_output(session, options.output, report);
}

// Said before anything runs: a pass here says nothing of them.
void note_round_conditions(Session& session,
                           const std::vector<std::shared_ptr<const Check>>& checks) {
  for (const auto& check : checks) {
    std::string conditions;
    for (const Step& step : check->steps) {
      if (!step.same_across_regions.empty()) conditions += ", same_across_regions";
      if (step.pop_near_region) conditions += ", pop.near_region";
    }
    if (!conditions.empty())
      session.err << fmt::format("picket: {}: not judged here but by the controller: {}\n",
                                 check->name.value, conditions.substr(2));
  }
}

int run(Session& session, const RunOptions& options) {
  auto run_options = to_run_options(options);
  if (!run_options) return complain(session, run_options.error(), kBadUsage);
  const auto all = load(session, options);
  if (!all) return all.error();
  auto chosen = choose(session, *all, options.names);
  if (!chosen) return chosen.error();
  note_round_conditions(session, *chosen);
  auto runs = run_checks(std::move(*chosen), std::move(*run_options), observe(session, options));
  if (!runs) return complain(session, runs.error(), kCouldNotRun);
  return finish(session, options, std::move(*runs));
}

}  // namespace

void add_run(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("run", "Run checks here and now, without a controller");
  auto options = std::make_shared<RunOptions>();
  command->add_option("PATHS", options->paths, "files and directories; default: this one");
  command->add_option("--check", options->names, "only the check of this name; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command->add_option("--allow", options->allow, "let loopback or private targets through")
      ->type_name("CIDR")
      ->allow_extra_args(false);
  command
      ->add_option("--secrets-dir", options->secret_directories,
                   "a file per secret; else PICKET_SECRET_NAME of the environment")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command->add_option("--ca-file", options->ca_file, "trust these CAs too")->type_name("FILE");
  command->add_option("--resolver", options->resolvers, "ask this DNS server: 127.0.0.1:5300")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  command->add_option("--region", options->region, "what ${{ region }} stands for");
  command->add_option("--concurrency", options->concurrency, "checks at the same time, up to 64")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  add_output_options(*command, options->output);
  command->callback([&chosen, options] {
    if (options->paths.empty()) options->paths = {"."};
    chosen = [options](Session& session) { return run(session, *options); };
  });
}

}  // namespace picket::cli
