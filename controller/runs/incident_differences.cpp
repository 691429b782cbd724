#include "controller/runs/incident_differences.h"

#include <map>
#include <utility>

#include "controller/runs/run_log.h"

namespace picket::controller {
namespace {

constexpr std::size_t kRegionsMax = 20;
constexpr std::size_t kRowsMax = 200;
constexpr Millis kEarlier{60'000};  // the opening round may be named after its round's start

}  // namespace

Result<std::vector<RegionDifferences>> read_differences(Store& store, const IncidentRow& incident) {
  if (incident.check.value.empty()) return std::vector<RegionDifferences>{};
  EvidenceFilter filter;
  filter.check = incident.check;
  filter.from = incident.opening_round - kEarlier;
  if (incident.resolved) filter.until = *incident.resolved;
  filter.limit = kRowsMax;
  const auto rows = store.evidence(filter);
  if (!rows) return fail(rows.error());
  const auto good_rows = store.last_good(incident.check);
  if (!good_rows) return fail(good_rows.error());
  std::map<RegionName, const EvidenceRow*> failed;  // the newest
  for (const EvidenceRow& row : *rows)
    if (row.verdict == to_string(RunVerdict::fail)) failed.try_emplace(row.region, &row);
  std::vector<RegionDifferences> out;
  for (const EvidenceRow& row : *good_rows) {
    const auto found = failed.find(row.region);
    if (found == failed.end() || out.size() >= kRegionsMax) continue;
    const auto bad_run = decode_evidence(*found->second);
    const auto good_run = decode_evidence(row);
    if (!bad_run) return fail(bad_run.error());
    if (!good_run) return fail(good_run.error());
    out.push_back(
        {row.region, bad_run->started, good_run->started, compare_runs(*bad_run, *good_run)});
  }
  return out;
}

}  // namespace picket::controller
