#include "agent/link/enrolment.h"

#include "common/core/text.h"
#include "common/wire/wire.h"

namespace picket::agent {
namespace {

Refusal refused(Error error) { return {std::move(error), 0, std::nullopt, 0}; }

tl::expected<Enrolled, Refusal> read_answer(const Answer& answer, const KeyRequest& request) {
  v1::EnrollResponse response;
  if (!response.ParseFromString(answer.body))
    return tl::unexpected(
        refused({ErrorCode::protocol, "the controller's answer to the enrolment is damaged", ""}));
  auto identity = read_identity(response.certificate_pem(), request.private_key_pem);
  if (!identity) return tl::unexpected(refused(identity.error()));
  if (!response.region().empty() && identity->agent.region.value != response.region())
    return tl::unexpected(refused({ErrorCode::certificate_refused,
                                   "the certificate is for region " +
                                       identity->agent.region.value + ", the answer for " +
                                       cut_utf8(clean_line(response.region()), 64),
                                   ""}));
  return Enrolled{std::move(*identity), response.ca_pem()};
}

async::Task<tl::expected<Enrolled, Refusal>> ask(Caller& caller, KeyRequest request, Call call) {
  auto answer = co_await caller.call(std::move(call));
  if (!answer) co_return tl::unexpected(std::move(answer.error()));
  co_return read_answer(*answer, request);
}

}  // namespace

async::Task<tl::expected<Enrolled, Refusal>> enroll(Caller& caller, std::string join_token,
                                                    std::string agent_name, std::string version) {
  auto request = make_key_request(agent_name);
  if (!request) co_return tl::unexpected(refused(request.error()));
  v1::EnrollRequest message;
  message.set_join_token(std::move(join_token));
  message.set_agent_name(std::move(agent_name));
  message.set_csr_pem(request->csr_pem);
  message.set_agent_version(std::move(version));
  Call call{"POST", "/agent/v1/enroll", wire::serialize(message), Seconds{30}};
  co_return co_await ask(caller, std::move(*request), std::move(call));
}

async::Task<tl::expected<Enrolled, Refusal>> renew(Caller& caller, std::string agent_name) {
  auto request = make_key_request(agent_name);
  if (!request) co_return tl::unexpected(refused(request.error()));
  v1::RenewRequest message;
  message.set_csr_pem(request->csr_pem);
  Call call{"POST", "/agent/v1/renew", wire::serialize(message), Seconds{30}};
  co_return co_await ask(caller, std::move(*request), std::move(call));
}

Result<std::string> read_join_token(Disk& disk, const std::string& path) {
  const std::string hint =
      "make a token with `picket agents token create --region REGION` and put it there";
  if (path.empty())
    return fail(ErrorCode::invalid_config,
                "the agent has no certificate yet and join_token_file is not set", hint);
  const auto text = disk.read(path);
  if (!text)
    return fail(ErrorCode::invalid_config, "join_token_file: " + text.error().message, hint);
  const std::string token{trim_ascii(*text)};
  if (token.empty()) return fail(ErrorCode::invalid_config, path + " is empty", hint);
  return token;
}

}  // namespace picket::agent
