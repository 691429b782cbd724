#include "common/model/pattern.h"

#include <re2/re2.h>

namespace picket {
namespace {

RE2::Options options() {
  RE2::Options made;
  made.set_log_errors(false);
  made.set_max_mem(8 << 20);
  return made;
}

}  // namespace

Pattern::Pattern(const std::string& text) : re_(std::make_unique<RE2>(text, options())) {}

Pattern::~Pattern() = default;

bool Pattern::found_in(std::string_view text) const {
  return re_->ok() && RE2::PartialMatch({text.data(), text.size()}, *re_);
}

int Pattern::groups() const { return re_->ok() ? re_->NumberOfCapturingGroups() : 0; }

}  // namespace picket
