#include "cli/replay/replay.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/commands/history_range.h"
#include "cli/replay/history_file.h"
#include "cli/replay/replay_text.h"
#include "common/async/clock.h"
#include "common/checks/load.h"

namespace picket::cli {
namespace {

struct ReplayCommand {
  RangeOptions range;
  std::string file;
  std::vector<std::string> paths;
  bool keep_others{false};
  bool all{false};
  std::vector<std::string> allowed;
  std::string output{"text"};
};

// The changed checks; nothing: they have mistakes, which were said.
Result<std::optional<std::vector<Check>>> load(Session& session, const ReplayCommand& options) {
  auto loaded = checks::load_checks(options.paths);
  if (!loaded) return fail(std::move(loaded.error()));
  if (loaded->files.empty())
    return fail(ErrorCode::invalid_argument, "no check files in " + options.paths.front(),
                "check files are named *.check.yaml");
  if (loaded->errors() == 0) return std::optional{std::move(loaded->checks)};
  for (const checks::Diagnostic& diagnostic : loaded->diagnostics)
    if (diagnostic.is_error()) session.err << render_text(diagnostic) << '\n';
  return std::optional<std::vector<Check>>{};
}

Result<History> find_history(Session& session, const ReplayCommand& options,
                             const std::vector<Check>& checks) {
  if (options.file.empty()) return fetch(session, options.range, checks);
  auto history = read_history(options.file);
  if (!history) return history;
  if (history->batches.empty())
    return fail(ErrorCode::corrupt, options.file + " holds no events", "export a longer range");
  // A part of the file, which cannot reach further than it does.
  const std::pair<const std::string*, WallTime*> ends[] = {{&options.range.from, &history->from},
                                                           {&options.range.until, &history->until}};
  for (const auto& [text, end] : ends) {
    if (text->empty()) continue;
    const auto time = parse_moment(*text, history->until);
    if (!time) return fail(time.error());
    if (*time < history->from || *time > history->until)
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{} is outside of {}", render_rfc3339(*time), options.file),
                  fmt::format("it reaches from {} to {}", render_rfc3339(history->from),
                              render_rfc3339(history->until)));
    *end = *time;
  }
  if (history->until <= history->from)
    return fail(ErrorCode::invalid_argument, "the range is empty: --from is not before --to",
                "exchange them");
  return history;
}

bool is_refused(const ReplayCommand& options, const Difference& difference) {
  const auto& allowed = options.allowed;
  return difference.of_pages() &&
         std::find(allowed.begin(), allowed.end(), to_string(difference.kind)) == allowed.end();
}

int play(Session& session, const ReplayCommand& options) {
  const auto checks = load(session, options);
  if (!checks) return report(session, checks.error());
  if (!*checks) return kBadFile;
  const auto history = find_history(session, options, **checks);
  if (!history) return report(session, history.error());
  async::RealClock clock{async::Executor{}};  // only asked for the time
  const MonoTime start = clock.now();
  ReplayOptions how{options.keep_others,
                    [&](double done, WallTime at) { show_progress(session, done, at); }};
  const auto outcome = replay(*history, **checks, how);
  end_progress(session);
  if (!outcome) return report(session, outcome.error());
  const double seconds = std::chrono::duration<double>(clock.now() - start).count();
  ReplayReport out{history->from,       history->until,
                   history->warm_from,  compare(outcome->recorded, outcome->changed),
                   outcome->not_judged, outcome->events};
  out.events_per_second = static_cast<double>(out.events) / std::max(seconds, 1e-6);
  if (options.output == "json")
    session.out << replay_json(out).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
                << '\n';
  else
    session.out << render_replay(out, options.all);
  session.err << fmt::format("{} events, {:.0f} a second\n", out.events, out.events_per_second);
  const bool refused = std::any_of(out.differences.begin(), out.differences.end(),
                                   [&](const Difference& one) { return is_refused(options, one); });
  return refused ? kFailed : kFine;
}

}  // namespace

void add_replay(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<ReplayCommand>();
  CLI::App* command = app.add_subcommand(
      "replay",
      "Play stored history through changed checks: which pages appear, vanish or move; 1 "
      "when some do");
  command->add_option("--checks", options->paths, "the changed checks: a directory or files")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--history", options->file,
                   "a file of `picket history export`, instead of asking the controller")
      ->type_name("FILE");
  add_range(*command, options->range);
  command->add_flag("--keep-others", options->keep_others,
                    "checks that are not in DIR stay as they were, instead of being removed");
  command->add_flag("--all", options->all, "also incidents that stay the same");
  command->add_option("--allow", options->allowed, "differences that are fine, end with 0")
      ->check(CLI::IsMember({"appears", "vanishes", "moves"}))
      ->delimiter(',');
  add_output(*command, options->output);
  command->callback([options, &chosen] {
    chosen = [options](Session& session) { return play(session, *options); };
  });
}

}  // namespace picket::cli
