// `./dev sim`: tells random stories and judges them; a seed repeats one.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <string>

#include "common/core/log.h"
#include "tests/sim/detection_command.h"
#include "tests/sim/story.h"

int main(int argc, char** argv) {
  CLI::App app{"Random stories of a whole Picket in virtual time."};
  picket::sim::StoryOptions options;
  int stories = 1;
  int story_hours = 24;
  app.add_option("--seed", options.seed, "the first story's seed");
  app.add_option("--stories", stories, "how many, with seeds counting up")
      ->check(CLI::Range(1, 100000));
  app.add_option("--hours", story_hours, "simulated length of a story")->check(CLI::Range(1, 8760));
  app.add_flag("-v,--verbose", options.print, "say each turn");
  std::string history;
  app.add_option("--history", history, "append what happened to this file, for the oracle");
  bool logs = false;
  app.add_flag("--logs", logs, "show the daemons' logs");
  picket::sim::DetectionCommand detection;
  bool detect = false;
  auto* flag = app.add_flag("--detection", detect, "measure detection of random faults instead");
  app.add_option("--faults", detection.options.faults, "with --detection: how many")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000))
      ->needs(flag);
  app.add_flag("--comparison,!--no-comparison", detection.comparison,
               "with --detection: the same without quorum and confirmation (default: yes)");
  app.add_option("--threads", detection.threads, "with --detection: worlds at a time")
      ->capture_default_str()
      ->check(CLI::Range(1, 64))
      ->needs(flag);
  app.footer("--detection: " + picket::sim::detection_help());
  CLI11_PARSE(app, argc, argv);
  picket::log::configure(logs ? picket::log::Level::info : picket::log::Level::critical,
                         picket::log::Format::logfmt);
  if (detect) {
    detection.options.seed = options.seed;
    return picket::sim::show_detection(detection);
  }
  options.length = picket::hours{story_hours};
  options.history = !history.empty();
  int bad = 0;
  for (int i = 0; i < stories; ++i, ++options.seed) {
    const auto outcome = picket::sim::tell_story(options);
    if (options.history) std::ofstream{history, std::ios::app} << outcome.history;
    std::printf("seed %llu: %zu runs, %d kills, %zu incidents, %zu messages, trace %.16s\n",
                static_cast<unsigned long long>(options.seed), outcome.runs, outcome.kills,
                outcome.incidents, outcome.pages, outcome.trace_hash.c_str());
    for (const auto& violation : outcome.violations)
      std::printf("  BROKEN %s\n", violation.c_str());
    if (!outcome.violations.empty()) {
      ++bad;
      std::printf("  repeat: ./dev sim --seed %llu --hours %d -v\n",
                  static_cast<unsigned long long>(options.seed), story_hours);
    }
    std::fflush(stdout);
  }
  std::printf("%d stories, %d broken\n", stories, bad);
  return bad == 0 ? 0 : 1;
}
