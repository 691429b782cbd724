// Interface header. Facts that follow from an HTTP response alone: whose edge and cache it came
// from, what may be cached, what it is made of. Worked out when somebody asks for one: a plain run
// pays nothing. Pure.
#pragma once

#include <string_view>

#include "common/http/http_client.h"
#include "common/model/facts.h"

namespace picket::agent {

// provider, pop and all of cache.* that the headers tell (common/model/fact_names.def). Headers are
// read as `provider`'s; empty: as they show.
Facts cache_facts(const http::Headers& headers, std::string_view provider = {});

// One of those, or `status`, `etag`, `header.NAME` (several of one name joined), `body.sha256`;
// absent when the response does not have it, or there is none.
Found response_fact(std::string_view name, const http::Exchange& exchange);

// A duration as facts hold it.
Found milliseconds_fact(Nanos span);

}  // namespace picket::agent
