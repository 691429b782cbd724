// PagerDuty's REST API, asked whether an accepted event became an incident. Pure functions: the
// request of one lookup, and what its answer means. Contract: developer.pagerduty.com, "List
// incidents"; the filter incident_key also finds incidents by the key of one of their alerts.
#pragma once

#include <optional>
#include <string>

#include "common/http/http_client.h"
#include "controller/deliver/receivers.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct Lookup {
  enum class Kind {
    found,    // the incident is as the row wants it
    absent,   // PagerDuty answered, and it is not
    failed,   // no answer of PagerDuty's: says nothing about the page
    refused,  // the key or the address is wrong: says nothing about the page either
  };
  Kind kind{Kind::failed};
  std::string provider_id;            // "PT4KHLK"; empty: there is no incident
  std::string shown;                  // "#42 https://..", for people
  std::optional<Millis> retry_after;  // at most 120 s
  std::string error;                  // one clean line without the key
};

// Requires receiver.rest_key. GET only: no `From` header is needed.
http::Request make_lookup_request(const OutboxRow& row, const Receiver& receiver);

// A trigger is found when an incident of its key is open, or was closed after the row was due; a
// resolve when none of its key is open.
Lookup judge_lookup(const http::Exchange& exchange, const OutboxRow& row, const Receiver& receiver);

}  // namespace picket::controller
