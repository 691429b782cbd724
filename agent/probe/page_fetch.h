// What a page probe has fetched: plain values between the loader, which fetches, and the report,
// which says what they mean. Part of agent/probe; holds no connection; one executor.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agent/probe/probe.h"
#include "common/http/url.h"
#include "common/markup/page_resources.h"

namespace picket::agent {

// One resource with its redirects.
struct PageFetch {
  markup::Resource resource;
  http::Url url;                   // as asked for first
  bool third_party{false};         // of that URL's host
  std::vector<Hop> hops;           // empty: it was not asked at all
  std::optional<Failure> failure;  // no complete answer, a bad redirect, or page_integrity
  Nanos started{0};                // since the page's first request
  Nanos duration{0};               // with redirects

  int status() const { return hops.empty() ? 0 : hops.back().exchange.status; }
  bool ok() const { return !failure && status() < 400; }
  // Too large for the probe: no fault of whoever serves it.
  bool is_over_limit() const { return failure && failure->kind == FailureKind::body_too_large; }
};

struct PageLoad {
  std::vector<Hop> page;          // the main document and its redirects, the answer last
  Nanos duration{0};              // of everything
  std::deque<PageFetch> fetches;  // what one leads to is added while it is read
  std::size_t blocked{0};
  std::size_t skipped{0};  // over the limits of requests or bytes
  std::size_t lazy_images{0};
};

// As curl counts them: header and body as received.
std::uint64_t received_bytes(const http::Exchange& exchange);

}  // namespace picket::agent
