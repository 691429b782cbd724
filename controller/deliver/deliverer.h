// Delivers what the outbox owes: drives the outbox machine with time, HTTP and commits. Each row is
// committed as in flight before it is sent and with its outcome after. Owned by the controller;
// one executor; it never decides what is owed and never drops a row.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "common/async/notice.h"
#include "common/async/task_group.h"
#include "common/core/deadline.h"
#include "common/http/http_client.h"
#include "common/http/smtp_client.h"
#include "controller/deliver/alertmanager_feed.h"
#include "controller/deliver/confirmer.h"
#include "controller/deliver/outbox_machine.h"
#include "controller/deliver/sender.h"

namespace picket::controller {

struct DelivererOptions {
  OutboxOptions outbox;
  Millis commit_retry{1000};
  // A page matters more than its bookkeeping: sent all the same when commits fail for so long.
  Millis send_without_commit_after{10'000};
};

// Since the start. Plain numbers for whoever exports metrics.
struct DeliveryCounters {
  std::uint64_t sent{0};      // attempts
  std::uint64_t accepted{0};  // rows
  std::uint64_t retried{0};   // attempts after the first of a row
  std::uint64_t fallback{0};  // rows handed to a fallback
  std::uint64_t dead{0};
  std::uint64_t suspect{0};
  std::uint64_t rejected{0};
  std::uint64_t misconfigured{0};
  std::uint64_t commit_failures{0};
  std::uint64_t sent_uncommitted{0};
  std::uint64_t latency_ms_sum{0};  // of accepted rows, from due to accepted
};

class Deliverer {
 public:
  using Commit = std::function<async::Task<Status>(WriteSet)>;  // one transaction, durable
  using Report = std::function<void(const DeliveryReport&)>;    // for logs, views and metrics

  struct Ports {
    async::Executor executor;
    async::Clock& clock;  // disciplined
    http::HttpClient& http;
    Commit commit;
    Report report;                    // may be empty
    http::SmtpClient* mail{nullptr};  // null: e-mail cannot be sent
  };

  Deliverer(Ports ports, DelivererOptions options, Random random, std::vector<Receiver> receivers);

  // The rows of Store::outbox_live(). Call once, before run().
  void restore(std::vector<OutboxRow> rows);

  // Rows that were committed just now; the rest of their life is the deliverer's.
  void add(const std::vector<OutboxRow>& rows);

  // A new configuration. Rows owed keep the secret that took their trigger; a receiver that is gone
  // is sent what it is owed, and the end of what it was told.
  void set_receivers(std::vector<Receiver> receivers);

  // The clock was just set by so much.
  void clock_stepped(Millis by);

  // What is owed to receivers that are not in the configuration: rows by receiver.
  std::map<std::string, std::size_t> owed_to_gone() const;

  // PagerDuty says by a webhook that the incident of this key exists there.
  void confirm(const DedupKey& key, const std::string& provider_id) {
    confirmer_.confirm(key, provider_id);
  }

  // Sends until drain() is called or it is cancelled.
  async::Task<void> run();

  // Starts nothing more, waits for what is in flight and for its commit, then ends run(). What is
  // still in flight at the deadline stays so in the store and becomes unknown at the next start.
  async::Task<void> drain(Deadline deadline);

  const DeliveryCounters& counters() const { return counters_; }
  const ConfirmationCounters& confirmations() const { return confirmer_.counters(); }
  std::size_t unconfirmed_yet() const { return confirmer_.waiting(); }
  std::vector<const OutboxRow*> owed() const { return machine_.owed(); }  // valid until a co_await
  bool owes_beat() const { return machine_.owes_beat(); }
  std::vector<AlertmanagerView> alertmanagers() const { return feed_.views(); }
  bool idle() const { return machine_.in_flight() == 0 && saved(); }

 private:
  bool saved() const {
    return unsaved_.empty() && unsaved_timeline_.empty() && unsaved_log_.empty() && !committing_;
  }
  void take(OutboxStep step);
  void note(const DeliveryReport& report);
  void note_attempt(const OutboxRow& row, const SendResult& result, Millis latency);
  void connect_confirmer();
  async::Task<void> commit_loop();
  async::Task<bool> commit_once();
  async::Task<void> send(OutboxRow row, std::uint64_t version);
  async::Task<void> wait_committed(std::uint64_t version);
  async::Task<SendResult> attempt(OutboxRow row);
  async::Task<void> wait_for_work();
  async::Task<bool> wait(async::Notice& notice, Deadline deadline);

  Ports ports_;
  DelivererOptions options_;
  ReceiverDirectory directory_;
  OutboxMachine machine_;
  AlertmanagerFeed feed_;
  Confirmer confirmer_;
  Sender sender_;
  DeliveryCounters counters_;

  std::map<std::string, OutboxRow> unsaved_;  // newest state of rows, by id
  std::vector<TimelineRow> unsaved_timeline_;
  std::vector<DeliveryLogRow> unsaved_log_;
  std::uint64_t version_{0};    // of what is in memory
  std::uint64_t committed_{0};  // of what is durable
  bool committing_{false};
  bool stopping_{false};

  async::Notice work_;  // for the pump
  async::Notice unsaved_rows_;
  async::Notice progress_;  // a commit or an attempt ended
  async::TaskGroup tasks_;
};

}  // namespace picket::controller
