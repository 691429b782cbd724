// How an agent gets and renews its certificate: POST /agent/v1/enroll with a one-time join token,
// POST /agent/v1/renew with the certificate it has. Coroutines on the core executor; they keep
// nothing, the caller stores.
#pragma once

#include "agent/link/caller.h"
#include "agent/link/identity.h"

namespace picket::agent {

struct Enrolled {
  Identity identity;
  std::string ca_pem;
};

// Refusals as Caller's; certificate_refused also when the answer is not for our key.
async::Task<tl::expected<Enrolled, Refusal>> enroll(Caller& caller, std::string join_token,
                                                    std::string agent_name, std::string version);
async::Task<tl::expected<Enrolled, Refusal>> renew(Caller& caller, std::string agent_name);

// The token out of its file, without white space. invalid_config when it is missing or empty.
Result<std::string> read_join_token(Disk& disk, const std::string& path);

}  // namespace picket::agent
