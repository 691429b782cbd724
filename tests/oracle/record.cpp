// picket-history: writes random histories of the real evaluator and incident book for the oracle
// (tests/oracle/FORMAT.md), one behind the other on stdout.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/oracle/random_history.h"

int main(int argc, char** argv) {
  CLI::App app{"Random histories of evaluation and incidents, one JSON object per line."};
  picket::oracle::HistoryOptions options;
  int count = 1;
  app.add_option("--seed", options.seed, "the first history's seed");
  app.add_option("--count", count, "how many, with seeds counting up")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--events", options.events, "about how many events each has")
      ->check(CLI::Range(10, 100'000));
  CLI11_PARSE(app, argc, argv);
  for (int i = 0; i < count; ++i, ++options.seed) {
    const std::string lines = picket::oracle::make_history(options);
    if (std::fwrite(lines.data(), 1, lines.size(), stdout) != lines.size()) return 1;
  }
  return 0;
}
