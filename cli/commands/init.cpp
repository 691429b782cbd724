#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <system_error>

#include "cli/commands/command.h"
#include "common/core/result.h"

namespace picket::cli {
namespace {

constexpr std::string_view kFileName = "first.check.yaml";
constexpr std::string_view kFirstCheck =
    R"(# A first check. `picket validate` reads it, `picket run` runs it here and now,
# `picket explain check` lists every key.
version: 1

defaults:                      # what the checks of this file do not say themselves
  owner: my-team
  interval: 5m                 # a duration has a unit: 500ms, 30s, 5m, 1h30m
  timeout: 10s
  regions: all                 # or a list: [eu-west-1, us-east-1]
  # notify: pagerduty/my-team  # a receiver of the controller; without it nobody is paged

checks:
  - name: example-home
    title: The home page answers
    http: GET https://example.com/
    expect:                    # all of it must hold
      status: 200
      body: {contains: Example Domain}
      warn: {duration: {lt: 1s}}       # slower is degraded, not down
    # runbook: https://runbooks.example.com/home
    # Secrets are named here and resolved on the agent: ${{ secrets.API_TOKEN }}
)";

// The file is made only if nothing is there: O_EXCL in the words of iostream is "x" of C11.
Status write_new(const std::filesystem::path& path, std::string_view text) {
  std::FILE* file = std::fopen(path.c_str(), "wx");
  if (file == nullptr && errno == EEXIST)
    return fail(ErrorCode::conflict, fmt::format("{} exists already", path.string()),
                "nothing was written");
  if (file == nullptr) return fail(error_from_errno(errno, path.string()));
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed) return fail(error_from_errno(errno, path.string()));
  return {};
}

int init(Session& session, const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    session.err << "picket: " << directory << ": " << error.message() << '\n';
    return kCouldNotRun;
  }
  const std::filesystem::path path = std::filesystem::path(directory) / kFileName;
  const Status written = write_new(path, kFirstCheck);
  if (!written) {
    session.err << "picket: " << render(written.error()) << '\n';
    return kCouldNotRun;
  }
  session.out << "wrote " << path.string() << "\nnext: picket validate " << path.string() << '\n';
  return kFine;
}

}  // namespace

void add_init(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("init", "Write a first check file");
  auto directory = std::make_shared<std::string>("checks");
  command->add_option("DIR", *directory, "where to, default: checks");
  command->callback([&chosen, directory] {
    chosen = [directory](Session& session) { return init(session, *directory); };
  });
}

}  // namespace picket::cli
