#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/commands/run_output.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"
#include "cli/render/test_grid.h"
#include "common/checks/document.h"
#include "common/checks/files.h"
#include "common/checks/load.h"
#include "common/core/hex.h"
#include "common/core/text.h"
#include "common/wire/wire.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct TestOptions {
  std::vector<std::string> paths;
  std::vector<std::string> names;
  std::vector<std::string> regions;
  OutputOptions output;
};

// The request for the controller, or the exit code after the reason was told. Mistakes are shown
// as `picket validate` shows them, before anything is sent.
tl::expected<Json, int> read_files(Session& session, const TestOptions& options) {
  auto loaded = checks::load_checks(options.paths);
  if (!loaded) {
    session.err << "picket: " << render(loaded.error()) << '\n';
    return tl::unexpected(static_cast<int>(kBadFile));
  }
  const checks::RenderStyle style{session.err_terminal.color, false};
  for (const checks::Diagnostic& diagnostic : loaded->diagnostics)
    if (diagnostic.is_error()) session.err << checks::render_text(diagnostic, style) << '\n';
  if (loaded->errors() != 0 || loaded->checks.empty()) {
    if (loaded->errors() == 0)
      session.err << "picket: no checks here; check files are named *.check.yaml\n";
    return tl::unexpected(static_cast<int>(kBadFile));
  }
  Json body{{"files", Json::array()}, {"checks", options.names}, {"regions", options.regions}};
  for (const checks::CheckFile& file : loaded->files) {
    auto text = checks::read_text_file(file.path, checks::DocumentLimits{}.bytes);
    if (!text) {
      session.err << "picket: " << render(text.error()) << '\n';
      return tl::unexpected(static_cast<int>(kBadFile));
    }
    body["files"].push_back({{"path", file.path}, {"text", std::move(*text)}});
  }
  return body;
}

MissingRun missing_of(const Json& run, std::string why) {
  return {CheckName{text_of(run, "check")}, RegionName{text_of(run, "region")}, std::move(why)};
}

// Runs that no agent got, as the answer to the request tells.
std::vector<MissingRun> unplaced(const Json& placed) {
  std::vector<MissingRun> out;
  for (const Json& run : placed["runs"]) {
    const std::string state = text_of(run, "state");
    if (state == "no_agent") out.push_back(missing_of(run, "no agent polls there"));
    if (state == "not_taken")
      out.push_back(missing_of(run, "its agent takes no test orders (too old, or tests: false)"));
  }
  return out;
}

Result<RunResult> decode_result(const Json& result) {
  const auto bytes = from_base64(text_of(result, "message"));
  v1::RunResult message;
  if (!bytes || !message.ParseFromString(*bytes))
    return fail(ErrorCode::protocol, "the controller's answer makes no sense",
                "controller and picket may be one release apart, no more");
  return wire::decode(message, RegionName{text_of(result, "region")});
}

struct Collected {
  std::vector<RunResult> results;
  std::vector<MissingRun> missing;
};

// Until every run is here or the test is over.
Status collect(Session& session, const ApiClient& api, const Json& placed, Collected& out) {
  const std::string id = text_of(placed, "id");
  const bool progress = session.err_terminal.is_terminal;
  while (true) {
    const auto answer =
        api.get(fmt::format("/api/v1/tests/{}?from={}&wait=20", id, out.results.size()));
    if (!answer) return fail(answer.error());
    for (const Json& result : (*answer)["results"]) {
      auto run = decode_result(result);
      if (!run) return fail(run.error());
      out.results.push_back(std::move(*run));
    }
    if (progress)
      session.err << fmt::format("\r\x1b[K{} results, {} to come", out.results.size(),
                                 (*answer)["waiting"].size())
                  << std::flush;
    if (!answer->value("done", true)) continue;
    for (const Json& run : (*answer)["waiting"])
      out.missing.push_back(missing_of(run, "no result came in time"));
    return {};
  }
}

void show_text(Session& session, const TestOptions& options, const Collected& collected) {
  const RunTextOptions style = text_options(session, options.output);
  session.out << render_test_grid(collected.results, collected.missing, style.style);
  for (const MissingRun& run : collected.missing)
    session.out << fmt::format("{} in {}: {}\n", run.check.value, run.region.value, run.why);
  for (const RunResult& result : collected.results)
    if (options.output.verbose || result.verdict != RunVerdict::pass)
      session.out << '\n' << render_run_text(result, style);
  session.out << '\n';
}

int test(Session& session, const TestOptions& options) {
  const auto body = read_files(session, options);
  if (!body) return body.error();
  const auto api = ApiClient::create(session.controller);
  if (!api) return report(session, api.error());
  const auto placed = api->post("/api/v1/tests", *body);
  if (!placed) return report(session, placed.error());
  Collected collected;
  collected.missing = unplaced(*placed);
  const Status done = collect(session, *api, *placed, collected);
  if (session.err_terminal.is_terminal) session.err << "\r\x1b[K" << std::flush;
  if (!done) return report(session, done.error());
  const auto by_name = [](const RunResult& a, const RunResult& b) {
    return std::tie(a.key.check, a.key.region) < std::tie(b.key.check, b.key.region);
  };
  std::sort(collected.results.begin(), collected.results.end(), by_name);
  if (options.output.format == "text") show_text(session, options, collected);
  RunReport out;
  out.results = std::move(collected.results);
  for (const MissingRun& run : collected.missing)
    out.unfinished.emplace_back(fmt::format("{} ({})", run.check.value, run.region.value));
  return finish_output(session, options.output, out);
}

}  // namespace

void add_test(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("test", "Run checks on the agents, without storing or paging");
  auto options = std::make_shared<TestOptions>();
  command->add_option("PATHS", options->paths, "files and directories; default: this one");
  command->add_option("--check", options->names, "only the check of this name; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command->add_option("--regions", options->regions, "these regions, not those of the checks: a,b")
      ->type_name("LIST")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_output_options(*command, options->output);
  command->callback([&chosen, options] {
    if (options->paths.empty()) options->paths = {"."};
    chosen = [options](Session& session) { return test(session, *options); };
  });
}

}  // namespace picket::cli
