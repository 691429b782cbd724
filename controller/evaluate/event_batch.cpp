#include "controller/evaluate/event_batch.h"

#include "controller/evaluate/event_codec.h"

namespace picket::controller {

Result<std::vector<Event>> decode_batch(const std::string& bytes) {
  v1::EventBatch batch;
  if (!batch.ParseFromString(bytes))
    return fail(ErrorCode::corrupt, "a batch of the event log does not parse");
  std::vector<Event> events;
  events.reserve(static_cast<std::size_t>(batch.events_size()));
  for (const v1::Event& message : batch.events()) {
    auto event = decode(message);
    if (!event) return fail(std::move(event.error()));
    events.push_back(std::move(*event));
  }
  return events;
}

}  // namespace picket::controller
