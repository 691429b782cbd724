// What a socket's error means: the one table for connections without HTTP. A target's fault is a
// Failure, ours an Error. Pure.
#pragma once

#include <boost/system/error_code.hpp>
#include <string>

#include "common/core/result.h"
#include "common/core/time.h"
#include "common/model/failure.h"

namespace picket::agent {

enum class NetStage { connect, tls, exchange };

// Error: resource_exhausted (descriptors, memory, ports).
Result<Failure> net_failure(NetStage stage, const boost::system::error_code& error,
                            const std::string& remote);

// The deadline passed in this stage after `waited`.
Failure net_timeout(NetStage stage, Nanos waited, const std::string& remote);

// The peer ended the connection in order where more was to come.
Failure net_closed(NetStage stage, const std::string& remote);

}  // namespace picket::agent
