#include "controller/deliver/sender.h"

#include <utility>

#include "common/async/with_deadline.h"
#include "controller/deliver/dead_man_beat.h"
#include "controller/deliver/email.h"
#include "controller/deliver/pagerduty.h"
#include "controller/deliver/pagerduty_change.h"
#include "controller/deliver/slack.h"
#include "controller/deliver/webhook.h"

namespace picket::controller {
namespace {

// The client keeps to 10 s itself; this is for a client that does not.
constexpr Millis kAttemptMax = Seconds{12};
constexpr Millis kAlertMax = Seconds{24};  // once more where a clock is far off

SendResult outcome(SendClass kind, std::string error) {
  SendResult result;
  result.kind = kind;
  result.error = std::move(error);
  return result;
}

}  // namespace

async::Task<SendResult> Sender::send(OutboxRow row, Receiver receiver) {
  switch (receiver.kind) {
    case ReceiverKind::pagerduty:
      if (row.action == OutboxAction::change)
        return send_http(make_change_request(row, receiver), [receiver](const auto& answer) {
          return classify_change(answer, receiver);
        });
      return send_http(make_pagerduty_request(row, receiver), [row, receiver](const auto& answer) {
        return classify_pagerduty(answer, row, receiver);
      });
    case ReceiverKind::slack:
      return send_http(make_slack_request(row, receiver),
                       [receiver](const auto& answer) { return classify_slack(answer, receiver); });
    case ReceiverKind::webhook: return send_webhook(std::move(row), std::move(receiver));
    case ReceiverKind::alertmanager: return send_alert(std::move(row), std::move(receiver));
    case ReceiverKind::email: return send_mail(std::move(row), std::move(receiver));
    case ReceiverKind::dead_man:
      return send_http(make_beat_request(row, receiver),
                       [receiver](const auto& answer) { return classify_beat(answer, receiver); });
  }
  return send_mail(std::move(row), std::move(receiver));
}

async::Task<SendResult> Sender::send_webhook(OutboxRow row, Receiver receiver) {
  Result<http::Request> request = make_webhook_request(row, receiver, ports_.clock.wall_now());
  if (!request) co_return outcome(SendClass::misconfigured, request.error().message);
  const std::string id = webhook_id(row);
  Judge judge = [receiver, id](const auto& answer) {
    SendResult result = classify_webhook(answer, receiver);
    result.provider_id = id;
    return result;
  };
  async::Task<SendResult> sent = send_http(std::move(*request), std::move(judge));
  co_return co_await std::move(sent);
}

async::Task<SendResult> Sender::send_http(http::Request request, Judge judge) {
  async::Task<Result<http::Exchange>> exchange = ports_.http.exchange(std::move(request));
  const Deadline deadline = Deadline::after(ports_.clock.now(), kAttemptMax);
  const auto ended = co_await async::with_deadline(ports_.clock, deadline, std::move(exchange));
  if (!ended) co_return outcome(SendClass::unknown, "no answer in time");
  if (!*ended) co_return outcome(SendClass::not_sent, render((*ended).error()));
  SendResult result = judge(**ended);
  result.http_status = (**ended).status;
  co_return result;
}

async::Task<SendResult> Sender::send_mail(OutboxRow row, Receiver receiver) {
  if (ports_.mail == nullptr) co_return outcome(SendClass::misconfigured, "e-mail is not set up");
  Result<http::Mail> mail = make_mail(row, receiver);
  if (!mail) co_return outcome(SendClass::misconfigured, mail.error().message);
  async::Task<Result<http::MailExchange>> sending = ports_.mail->send(std::move(*mail));
  const Result<http::MailExchange> ended = co_await std::move(sending);
  if (!ended) co_return outcome(SendClass::not_sent, render(ended.error()));
  SendResult result = classify_mail(*ended, receiver);
  result.provider_id = message_id(row, receiver);
  co_return result;
}

async::Task<SendResult> Sender::send_alert(OutboxRow row, Receiver receiver) {
  async::Task<SendResult> telling = feed_.tell(std::move(row), std::move(receiver));
  const Deadline deadline = Deadline::after(ports_.clock.now(), kAlertMax);
  const auto ended = co_await async::with_deadline(ports_.clock, deadline, std::move(telling));
  co_return ended.value_or(outcome(SendClass::unknown, "no answer in time"));
}

}  // namespace picket::controller
