// What a real controller's store tells of an installation, as the oracle reads it
// (tests/oracle/FORMAT.md): the event log, every incident and page, the ledger. For simulations and
// for the database that a test of processes leaves behind. Only reads.
#pragma once

#include <string>

#include "common/core/result.h"
#include "controller/ingest/ledger.h"
#include "controller/store/store.h"

namespace picket::oracle {

struct StoreHistoryOptions {
  std::string story;      // for messages
  std::string receivers;  // the keys of a `receivers` event (FORMAT.md), as JSON
  Millis slack{0};        // how late the controller may do what is due by time alone
};

// The whole history. Errors: as the store's; invalid_argument for `receivers` that is no JSON
// object; not_found when the log's beginning is no longer kept.
Result<std::string> history_of(controller::Store& store, const controller::Ledger& ledger,
                               const StoreHistoryOptions& options);

// The ledger as far as it is stored: all of it after a clean end of the controller.
Result<controller::Ledger> ledger_of(controller::Store& store);

}  // namespace picket::oracle
