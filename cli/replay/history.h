// A range of a controller's stored history, as `picket replay` reads it: batches of the event log,
// the definitions that were in force at its begin, silences and routes. Plain values, and their
// JSON as the API and exported files write it. No I/O.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "controller/evaluate/event.h"
#include "controller/incident/routes.h"

namespace picket::cli {

struct HistoryBatch {
  std::uint64_t first_seq{0};
  std::uint64_t last_seq{0};
  WallTime first_at;
  WallTime last_at;
  std::string blob;  // zstd of v1.EventBatch
};

// A definition of which the log of this range does not say how it came into force.
struct PastDefinition {
  Check check;
  Revision revision;
  std::vector<RegionName> regions;  // assigned when it was fetched; empty: not known
  bool active{false};               // in force when it was fetched
};

struct History {
  WallTime from;
  WallTime until;                     // exclusive
  WallTime warm_from;                 // events begin here, so that states are right at `from`
  std::vector<HistoryBatch> batches;  // in order, without gaps
  std::vector<PastDefinition> definitions;
  std::vector<Silence> silences;
  controller::Routes routes;  // names only
};

// Errors corrupt: damaged, not a batch of events, or not the events that it says.
Result<std::vector<controller::Event>> events_of(const HistoryBatch& batch);

// Errors corrupt: what is missing or wrong in the document.
Result<HistoryBatch> read_batch(const nlohmann::ordered_json& json);
nlohmann::ordered_json batch_json(const HistoryBatch& batch);
Result<PastDefinition> read_definition(const nlohmann::ordered_json& json);
nlohmann::ordered_json definition_json(const PastDefinition& definition);
Result<std::vector<Silence>> read_silences(const nlohmann::ordered_json& json);
nlohmann::ordered_json silences_json(const std::vector<Silence>& silences);

}  // namespace picket::cli
