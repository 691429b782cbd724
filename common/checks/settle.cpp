#include <algorithm>

#include "common/checks/decoders.h"

namespace picket::checks {
namespace {

// An expectation of this fact that leaves the verdict to itself: it is soft, or wants something
// else than `good`.
bool judges_otherwise(const std::vector<Expectation>& expect, std::string_view fact,
                      std::string_view good) {
  return std::any_of(expect.begin(), expect.end(), [&](const Expectation& one) {
    if (one.subject != Subject::fact || one.key != fact) return false;
    const bool plain = one.matchers.size() == 1 && one.matchers[0].op == MatchOp::equals &&
                       one.matchers[0].operand == Value{std::string{good}};
    return one.warn || !plain;
  });
}

bool wants_body(const Step& step) {
  const auto is_of_body = [](const Expectation& one) {
    return one.subject == Subject::body || one.subject == Subject::size ||
           one.subject == Subject::jsonpath || one.key == "messages";
  };
  return !step.captures.empty() || std::any_of(step.expect.begin(), step.expect.end(), is_of_body);
}

void settle(TlsAction& action, const Step& step) {
  action.verify_chain = !judges_otherwise(step.expect, "chain", "valid");
  action.verify_name = !judges_otherwise(step.expect, "hostname", "matches");
  action.verify_status = !judges_otherwise(step.expect, "ocsp", "good");
}

void settle(TcpAction& action, const Step& step, const Node& node) {
  if (node.find("read") != nullptr || node.find("until") != nullptr) return;
  const bool said = !action.dialogue.empty() && !action.dialogue.back().send.empty();
  const bool waits = std::any_of(action.dialogue.begin(), action.dialogue.end(),
                                 [](const DialogueTurn& turn) { return !turn.expect.empty(); });
  if (said || (wants_body(step) && !waits)) action.reading = Reading::line;
}

void settle(WebSocketAction& action, const Step& step, const Node& node) {
  for (const Expectation& one : step.expect)
    for (const StatusRange& range : one.status)
      if (range.low > 101 || range.high < 101) action.may_refuse = true;
  if (node.find("receive") == nullptr && action.dialogue.empty() && wants_body(step))
    action.receive = 1;
}

}  // namespace

void settle_action(Step& step, const Node& node) {
  if (auto* tls = std::get_if<TlsAction>(&step.action)) settle(*tls, step);
  if (auto* tcp = std::get_if<TcpAction>(&step.action)) settle(*tcp, step, node);
  if (auto* socket = std::get_if<WebSocketAction>(&step.action)) settle(*socket, step, node);
}

}  // namespace picket::checks
