// Days of the ledger as rows of the store: what a checkpoint writes, what is read of them. Values;
// rows() blocks, for the database's pool. A part of the turn.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "controller/ingest/ledger.h"
#include "controller/store/store.h"

namespace picket::controller {

// Days that changed, by key: a later word on a day stands beside the durations of earlier ones.
class ChangedDays {
 public:
  void add(std::vector<Ledger::Day> days);
  bool empty() const { return days_.empty(); }

  // The rows to write: codes replace what is stored where they are not open, durations go into what
  // is stored. Errors: the store's. What is stored and damaged is given up.
  Result<std::vector<LedgerRow>> rows(Store& store) const;

 private:
  std::map<std::tuple<CheckName, RegionName, std::int64_t>, Ledger::Day> days_;
};

// What a row holds; nothing when it is damaged. Rows from before durations were kept have none.
std::optional<SlotBytes> codes_in(const LedgerRow& row);
SlotBytes durations_in(const LedgerRow& row);

}  // namespace picket::controller
