// A resource behind a CDN as configured: the action of `cdn` steps. Plain value; texts may hold
// ${{ }} templates until a run fills them (action.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/model/http_action.h"

namespace picket {

struct CdnAction {
  static constexpr std::string_view kKind{"cdn"};
  HttpAction edge;                   // the request that is judged
  std::string origin;                // URL that the same request goes to; empty: none
  std::string provider{"auto"};      // whose headers are read; auto: as they show
  int warm_up{0};                    // requests before the one that is judged
  std::vector<std::string> compare;  // of edge and origin: "body.sha256", "etag", "header.NAME"
  bool operator==(const CdnAction&) const = default;

  std::string_view target() const { return edge.url; }
};

template <class Visit>
void each_text(CdnAction& action, Visit visit) {
  each_text(action.edge, visit);
  visit(action.origin, TextPart{"origin"});
}

}  // namespace picket
