// protobuf <-> model. Decoding checks everything that the model promises: an unknown word, a
// missing part or a number out of range is an Error protocol that names the field. Text is
// checked to be UTF-8 and sizes to be bounded. Pure functions; no I/O.
#pragma once

#include <string>

#include "common/core/result.h"
#include "common/model/check.h"
#include "common/model/run.h"
#include "picket/v1/agent.pb.h"
#include "picket/v1/check.pb.h"
#include "picket/v1/run.pb.h"

namespace picket::wire {

v1::Check encode(const Check& check);
Result<Check> decode(const v1::Check& message);

// SHA-256 of the canonical form (deterministic protobuf without source positions): two checks
// that behave alike have one revision.
Revision revision_of(const Check& check);

v1::RunResult encode(const RunResult& run);  // without the region
Result<RunResult> decode(const v1::RunResult& message, const RegionName& region);

v1::AttemptFailed encode(const AttemptFailed& attempt);
Result<AttemptFailed> decode(const v1::AttemptFailed& message, const RegionName& region);

v1::MissedSlot encode(const MissedSlot& missed);
Result<MissedSlot> decode(const v1::MissedSlot& message);

// Deterministic bytes of any message.
std::string serialize(const google::protobuf::MessageLite& message);

// Digest of a desired state over everything but its own digest field.
std::string digest_of(const v1::DesiredState& state);

}  // namespace picket::wire
