// The checks directory as something to be replaced whole, for `picket apply`: the new one is
// written beside it and the two change places in one rename. Blocking: called on a worker. A kill
// at any moment leaves the old set or the new one. Knows nothing of checks.
#pragma once

#include <string>

#include "common/checks/file_set.h"
#include "common/core/result.h"

namespace picket::controller {

class ChecksDirectory {
 public:
  explicit ChecksDirectory(std::string path) : path_(std::move(path)) {}

  // Whether it is ours to replace. conflict says why it is not: a link (git-sync), a mounted
  // ConfigMap, a git checkout, a mount point; io: no permission to write beside it.
  Status replaceable() const;

  // Writes the files, and whatever stands in the directory beside check files, into a new sibling;
  // all of it is on the disk when this returns. Earlier ones that were left behind are removed.
  Result<std::string> stage(const checks::FileSet& files) const;

  // The staged directory takes the place of this one, which is then removed.
  Status activate(const std::string& staged) const;

  void discard(const std::string& staged) const;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace picket::controller
