#include "tests/sim/detection_command.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include "tests/sim/detection_fault.h"
#include "tests/sim/detection_report.h"

namespace picket::sim {
namespace {

constexpr int kFaultsInWorld = 18;  // each kind twice; a long world only costs memory
constexpr std::uint64_t kSeedsApart = 1'000'003;

struct Part {
  DetectionOptions options;
  std::size_t first_kind{0};
};

std::vector<Part> divide(const DetectionOptions& options) {
  std::vector<Part> parts;
  for (int done = 0; done < options.faults; done += kFaultsInWorld) {
    Part part{options, static_cast<std::size_t>(done) % fault_kinds().size()};
    part.options.seed = options.seed + kSeedsApart * parts.size();
    part.options.faults = std::min(kFaultsInWorld, options.faults - done);
    parts.push_back(part);
  }
  return parts;
}

DetectionResult run_parts(const DetectionOptions& options, int threads, const char* name) {
  const std::vector<Part> parts = divide(options);
  std::vector<DetectionResult> results(parts.size());
  std::atomic<std::size_t> next{0};
  std::atomic<int> done{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < parts.size(); i = next++) {
      results[i] = run_detection(parts[i].options, parts[i].first_kind);
      done += parts[i].options.faults;
      std::fprintf(stderr, "\r%s: %d of %d faults", name, done.load(), options.faults);
    }
  };
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  std::fprintf(stderr, "\n");
  return merge(std::move(results));
}

void print_wrong(const DetectionResult& result) {
  for (const FalsePage& page : result.false_pages)
    std::printf("FALSE %s (%s): %s (--seed %llu --faults %d)\n", render_rfc3339(page.at).c_str(),
                page.why.c_str(), page.title.c_str(), static_cast<unsigned long long>(page.seed),
                kFaultsInWorld);
  for (const std::string& violation : result.violations)
    std::printf("BROKEN %s\n", violation.c_str());
}

}  // namespace

std::string detection_help() {
  return "12 regions, a check every 5 minutes, and a network that loses 1 % of all messages:\n"
         "between agents and controller, from agents to the site, from the controller to the\n"
         "pager. Faults come one after the other, an hour of quiet between, at random phases and\n"
         "of random lengths that must be paged: at least 3 minutes everywhere, 10 minutes in one\n"
         "or two regions (a single region is known within 7.5), 8 minutes when slow.\n"
         "  detection  from the start of the fault to the page that PagerDuty took\n"
         "  recovery   from its end to the resolve that PagerDuty took\n"
         "  missed     a fault without a page of its verdict that names one of its regions, from\n"
         "             its start to a minute after its end\n"
         "  false      a page that no fault accounts for in that way; a second page of one fault;\n"
         "             a resolve before the fault has ended; an incident that is never resolved\n"
         "The comparison has neither quorum nor second looks: one region's first failed attempt\n"
         "pages (quorum: any, retries: 0, confirm.regions: 0). Rechecks of what fails stay on.\n"
         "Exit code 1 when, in the real configuration, a fault is missed, a page is false or a\n"
         "promise of the invariants is broken.";
}

int show_detection(const DetectionCommand& command) {
  const DetectionResult real = run_parts(command.options, command.threads, "as shipped");
  std::printf("%s\n", render_table(real, "as shipped: quorum 3 of 12, confirmation").c_str());
  if (command.comparison) {
    DetectionOptions naive = command.options;
    naive.naive = true;
    const DetectionResult plain = run_parts(naive, command.threads, "for comparison");
    std::printf("%s\n",
                render_table(plain, "for comparison: any region's first failure pages").c_str());
  }
  print_wrong(real);
  std::printf("%s\n", render_last_line(real).c_str());
  const bool good = missed(real) == 0 && real.false_pages.empty() && real.violations.empty();
  return good ? 0 : 1;
}

}  // namespace picket::sim
