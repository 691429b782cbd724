// What people do with incidents over the API: notes, ends by hand, post-mortems, action items.
// Changes go through the turn, reads through the store. One executor; owned by the controller.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/async/offload.h"
#include "controller/routes/offered_route.h"
#include "controller/turn/turn.h"

namespace picket::controller {

class IncidentRoutes {
 public:
  struct Ports {
    async::BlockingPool& pool;  // the database's
    Store& store;
    Turn& turn;
  };
  IncidentRoutes(Ports ports, std::string external_url)
      : ports_(ports), external_url_(std::move(external_url)) {}

  std::vector<OfferedRoute> routes();

  Settle settle;  // set before the first request

 private:
  using Answer = async::Task<Result<std::string>>;

  // POST incidents/ID/note {by, text}. Answers the incident, as the two below.
  Answer note(ServerRequest request, std::string id);
  // POST incidents/ID/resolve {by, note, then: page_again|hold}; note and then may be absent.
  Answer resolve(ServerRequest request, std::string id);
  // GET incidents/ID/postmortem: {markdown}.
  Answer postmortem(ServerRequest request, std::string id);
  // GET action-items[?state=open|done|deprioritised|all][&owner=][&incident=]
  Answer list_items(ServerRequest request, std::string segment);
  // POST incidents/ID/action-items {owner, due, text, by}; due is a date or a time.
  Answer add_item(ServerRequest request, std::string id);
  // POST action-items/ID/done {by}, action-items/ID/deprioritise {by, reason}
  Answer finish_item(ServerRequest request, std::string id);
  Answer deprioritise_item(ServerRequest request, std::string id);
  Answer close_item(ActionItemEnd end);

  async::Task<Result<IncidentRow>> find(IncidentId id);
  Answer document(IncidentId id);

  Ports ports_;
  std::string external_url_;
};

// The incident's document: row, timeline, pages, deployments nearby, action items. Blocking.
// not_found: no incident of that id is stored.
Result<std::string> read_incident(Store& store, const IncidentId& id);

}  // namespace picket::controller
