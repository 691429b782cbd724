// Copies of the store made by Store::backup: are they whole, and putting one in place. For the
// CLI and start-up; blocking. Never touches a database that a controller has open.
#pragma once

#include <string>

#include "common/core/result.h"

namespace picket::controller {

// Errors: io (cannot be read), corrupt (damaged, or not a store of Picket), conflict (made by a
// newer program).
Status verify_backup(const std::string& path);

// Copies a verified backup to `target`, durable and under its name only when complete.
// Errors: as verify_backup; conflict when `target` exists or is in use; disk_full, io.
Status restore_backup(const std::string& backup, const std::string& target);

// As restore_backup, but a database at `target`, which nobody has open, is moved to
// `target`.replaced once the copy stands beside it; one that is there already is a conflict.
Status replace_with_backup(const std::string& backup, const std::string& target);

}  // namespace picket::controller
