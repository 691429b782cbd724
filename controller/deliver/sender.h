// One attempt at a row over its channel: the request of its kind, sent within the kind's time, and
// judged. Owned by the deliverer; one executor. It decides nothing about rows.
#pragma once

#include <functional>

#include "common/async/clock.h"
#include "common/http/http_client.h"
#include "common/http/smtp_client.h"
#include "controller/deliver/alertmanager_feed.h"
#include "controller/deliver/receivers.h"
#include "controller/deliver/send_result.h"
#include "controller/store/rows.h"

namespace picket::controller {

class Sender {
 public:
  struct Ports {
    async::Clock& clock;  // disciplined
    http::HttpClient& http;
    http::SmtpClient* mail;  // null: e-mail cannot be sent
  };
  Sender(Ports ports, AlertmanagerFeed& feed) : ports_(ports), feed_(feed) {}

  // Always an outcome: what fails on our side counts as not sent.
  // Cancellation: throws operation_aborted; an e-mail ends first.
  async::Task<SendResult> send(OutboxRow row, Receiver receiver);

 private:
  using Judge = std::function<SendResult(const http::Exchange&)>;
  async::Task<SendResult> send_http(http::Request request, Judge judge);
  async::Task<SendResult> send_webhook(OutboxRow row, Receiver receiver);
  async::Task<SendResult> send_mail(OutboxRow row, Receiver receiver);
  async::Task<SendResult> send_alert(OutboxRow row, Receiver receiver);

  Ports ports_;
  AlertmanagerFeed& feed_;
};

}  // namespace picket::controller
