// picket-history: histories for the oracle (tests/oracle/FORMAT.md) on stdout. Random ones of the
// real evaluator and incident book, one behind the other; or with --database what the store of a
// real controller that has ended tells.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "tests/oracle/random_history.h"
#include "tests/oracle/store_history.h"

namespace {

using picket::Millis;
using picket::Result;

Result<std::string> stored_history(const std::string& path,
                                   const picket::oracle::StoreHistoryOptions& options) {
  auto store = picket::controller::Store::open({.path = path});
  if (!store) return picket::fail(std::move(store.error()));
  const auto ledger = picket::oracle::ledger_of(**store);
  if (!ledger) return picket::fail(ledger.error());
  return picket::oracle::history_of(**store, *ledger, options);
}

bool print(const std::string& lines) {
  return std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Histories of evaluation and incidents, one JSON object per line."};
  picket::oracle::HistoryOptions options;
  picket::oracle::StoreHistoryOptions stored{.story = "database"};
  int count = 1;
  std::string database;
  std::int64_t slack_ms = 2'000;
  app.add_option("--seed", options.seed, "the first history's seed");
  app.add_option("--count", count, "how many, with seeds counting up")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--events", options.events, "about how many events each has")
      ->check(CLI::Range(10, 100'000));
  auto* of_store = app.add_option("--database", database,
                                  "the store of a controller that has ended, instead of seeds")
                       ->check(CLI::ExistingFile);
  app.add_option("--receivers", stored.receivers,
                 R"(its receivers: {"names": [..], "default": ".."})")
      ->needs(of_store);
  app.add_option("--slack-ms", slack_ms, "how late it may do what is due by time alone")
      ->needs(of_store);
  CLI11_PARSE(app, argc, argv);
  if (!database.empty()) {
    stored.slack = Millis{slack_ms};
    const auto lines = stored_history(database, stored);
    if (!lines) std::fprintf(stderr, "picket-history: %s\n", render(lines.error()).c_str());
    return lines && print(*lines) ? 0 : 1;
  }
  for (int i = 0; i < count; ++i, ++options.seed)
    if (!print(picket::oracle::make_history(options))) return 1;
  return 0;
}
