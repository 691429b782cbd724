#include "common/http/smtp_client.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "common/async/offload.h"
#include "common/core/text.h"
#include "common/http/connect_failure.h"
#include "common/http/hosts_file.h"

namespace picket::http {
namespace {

constexpr std::size_t kThreads = 2;
constexpr Nanos kResolveAtMost = Seconds{5};
constexpr int kFailed = 400;
constexpr std::size_t kDetailBytes = 300;

struct StoreDelete {
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};
using TrustedStore = std::unique_ptr<X509_STORE, StoreDelete>;

std::string bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

// One message on a thread of its own: an easy handle with everything its callbacks write to.
class SmtpTransfer {
 public:
  SmtpTransfer(const Mail& mail, const std::vector<std::string>& addresses, X509_STORE* trusted)
      : mail_(mail), addresses_(addresses), trusted_(trusted), easy_(curl_easy_init()) {}
  ~SmtpTransfer() {
    curl_easy_cleanup(easy_);
    for (curl_slist* list : lists_) curl_slist_free_all(list);
  }
  SmtpTransfer(const SmtpTransfer&) = delete;
  SmtpTransfer& operator=(const SmtpTransfer&) = delete;

  Result<MailExchange> perform(Nanos time_left);

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (first_error_ == CURLE_OK) first_error_ = code;
  }
  void set_list(CURLoption option, const std::vector<std::string>& lines);
  void set_server(Nanos time_left);
  void set_tls();
  void set_message();
  Result<MailExchange> finish(CURLcode code);
  Result<Failure> failure_of(CURLcode code) const;

  static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self);
  static int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self);
  static CURLcode on_tls_context(CURL*, void* context, void* self);

  const Mail& mail_;
  const std::vector<std::string>& addresses_;
  X509_STORE* trusted_;
  CURL* easy_;
  CURLcode first_error_{CURLE_OK};
  std::vector<curl_slist*> lists_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::size_t read_{0};
  bool read_all_{false};
  SmtpDialogue dialogue_;
};

std::size_t SmtpTransfer::on_read(char* buffer, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<SmtpTransfer*>(self);
  const std::string& message = transfer.mail_.message;
  const std::size_t part = std::min(size * count, message.size() - transfer.read_);
  std::memcpy(buffer, message.data() + transfer.read_, part);
  transfer.read_ += part;
  transfer.read_all_ = transfer.read_all_ || part == 0;  // curl ends the message next
  return part;
}

int SmtpTransfer::on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
  SmtpDialogue& dialogue = static_cast<SmtpTransfer*>(self)->dialogue_;
  if (type == CURLINFO_HEADER_OUT) dialogue.sent({data, size});
  if (type == CURLINFO_HEADER_IN) dialogue.received({data, size});
  return 0;
}

CURLcode SmtpTransfer::on_tls_context(CURL*, void* context, void* self) {
  X509_STORE* store = static_cast<SmtpTransfer*>(self)->trusted_;
  SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(context), store);
  return CURLE_OK;
}

void SmtpTransfer::set_list(CURLoption option, const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(list, line.c_str());
    if (!longer) first_error_ = CURLE_OUT_OF_MEMORY;
    if (longer) list = longer;
  }
  if (list) lists_.push_back(list);
  set(option, list);
}

void SmtpTransfer::set_server(Nanos time_left) {
  const auto millis = [](Nanos span) {
    return std::max<long>(1, static_cast<long>(std::chrono::ceil<Millis>(span).count()));
  };
  const char* scheme = mail_.security == SmtpSecurity::tls ? "smtps://" : "smtp://";
  const std::string place = bracketed(mail_.host) + ":" + std::to_string(mail_.port);
  set(CURLOPT_URL, (scheme + place).c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_PROXY, "");
  set(CURLOPT_TIMEOUT_MS, millis(time_left));
  set(CURLOPT_CONNECTTIMEOUT_MS, millis(std::min(mail_.connect_timeout, time_left)));
  std::string line = "+" + place + ":";
  for (const std::string& address : addresses_)
    line += (line.back() == ':' ? "" : ",") + bracketed(address);
  if (!is_ip_literal(mail_.host)) set_list(CURLOPT_RESOLVE, {line});
  if (mail_.login.user.empty()) return;
  set(CURLOPT_USERNAME, mail_.login.user.c_str());
  set(CURLOPT_PASSWORD, mail_.login.password.c_str());
}

void SmtpTransfer::set_tls() {
  if (mail_.security == SmtpSecurity::none) return;
  set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  // The shared store is set in the context's callback; curl must not read files of its own.
  set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
  set(CURLOPT_CA_CACHE_TIMEOUT, 0L);
  set(CURLOPT_SSL_CTX_FUNCTION, &SmtpTransfer::on_tls_context);
  set(CURLOPT_SSL_CTX_DATA, this);
}

void SmtpTransfer::set_message() {
  set(CURLOPT_MAIL_FROM, mail_.from.c_str());
  set_list(CURLOPT_MAIL_RCPT, mail_.to);
  set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);  // one recipient that is gone silences no other
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail_.message.size()));
  set(CURLOPT_READFUNCTION, &SmtpTransfer::on_read);
  set(CURLOPT_READDATA, this);
  set(CURLOPT_VERBOSE, 1L);  // for the callback; nothing is printed
  set(CURLOPT_DEBUGFUNCTION, &SmtpTransfer::on_debug);
  set(CURLOPT_DEBUGDATA, this);
  set(CURLOPT_ERRORBUFFER, error_.data());
}

Result<MailExchange> SmtpTransfer::perform(Nanos time_left) {
  if (!easy_) return fail(ErrorCode::resource_exhausted, "no memory for libcurl");
  set_server(time_left);
  set_tls();
  set_message();
  if (first_error_ == CURLE_OUT_OF_MEMORY)
    return fail(ErrorCode::resource_exhausted, "no memory for libcurl");
  if (first_error_ != CURLE_OK)
    return fail(ErrorCode::internal,
                std::string("curl refuses an option: ") + curl_easy_strerror(first_error_));
  return finish(curl_easy_perform(easy_));
}

Result<MailExchange> SmtpTransfer::finish(CURLcode code) {
  MailExchange exchange;
  exchange.taken = code == CURLE_OK;
  exchange.message_written = read_all_;
  exchange.stage = dialogue_.stage();
  exchange.code = dialogue_.code();
  exchange.reply = dialogue_.reply();
  exchange.refused = dialogue_.refused();
  if (exchange.taken || exchange.code >= kFailed) return exchange;
  auto failure = failure_of(code);
  if (!failure) return fail(failure.error());
  exchange.failure = std::move(*failure);
  return exchange;
}

// The codes that a mail transfer ends with when the server has not said why itself.
Result<Failure> SmtpTransfer::failure_of(CURLcode code) const {
  const std::string place = bracketed(mail_.host) + ":" + std::to_string(mail_.port);
  const auto failure = [&](FailureKind kind, const std::string& what) {
    return Failure{kind, place + ": " + cut_utf8(clean_line(what), kDetailBytes), {}};
  };
  long number = 0;
  switch (code) {
    case CURLE_OUT_OF_MEMORY: return fail(ErrorCode::resource_exhausted, "curl ran out of memory");
    case CURLE_COULDNT_CONNECT:
      curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &number);
      return connect_failure(static_cast<int>(number), place);
    case CURLE_OPERATION_TIMEDOUT:
      return failure(dialogue_.stage() == SmtpStage::connect ? FailureKind::connect_timeout
                                                             : FailureKind::timeout,
                     "no answer in time after " + std::string{to_string(dialogue_.stage())});
    case CURLE_USE_SSL_FAILED:
      return failure(FailureKind::tls_starttls_refused, "the server does not offer STARTTLS");
    case CURLE_PEER_FAILED_VERIFICATION:
      curl_easy_getinfo(easy_, CURLINFO_SSL_VERIFYRESULT, &number);
      // curl leaves it unspecified when the chain is good and the name is not.
      if (number == X509_V_ERR_UNSPECIFIED) number = X509_V_OK;
      return refused_certificate(static_cast<int>(number), place);
    case CURLE_SSL_CONNECT_ERROR: return failure(FailureKind::tls_handshake, error_.data());
    case CURLE_LOGIN_DENIED:
      return failure(FailureKind::invalid_request, "no way to log in that both sides know");
    default: break;
  }
  const std::string detail = error_[0] == '\0' ? curl_easy_strerror(code) : error_.data();
  return failure(FailureKind::connection_closed, detail);
}

class CurlSmtpClient final : public SmtpClient {
 public:
  CurlSmtpClient(async::Clock& clock, Network& network)
      : clock_(clock), network_(network), pool_(async::create_thread_pool(kThreads)) {}
  async::Task<Result<MailExchange>> send(Mail mail) override;

 private:
  async::Task<Result<Resolution>> resolve(std::string host);

  async::Clock& clock_;
  Network& network_;
  std::unique_ptr<async::BlockingPool> pool_;
};

async::Task<Result<Resolution>> CurlSmtpClient::resolve(std::string host) {
  const Deadline deadline = Deadline::after(clock_.now(), kResolveAtMost);
  auto resolved = co_await network_.resolver().resolve(host, IpVersion::any, deadline);
  if (resolved) network_.keep_allowed(host, *resolved);
  co_return resolved;
}

async::Task<Result<MailExchange>> CurlSmtpClient::send(Mail mail) {
  const MonoTime start = clock_.now();
  async::Task<Result<Resolution>> resolving = resolve(mail.host);
  const Result<Resolution> resolved = co_await std::move(resolving);
  if (!resolved) co_return fail(resolved.error());
  MailExchange unsent;
  unsent.failure = resolved->failure;
  if (unsent.failure) co_return unsent;
  const auto store = network_.certificates().get(mail.ca_file);
  if (!store) co_return fail(store.error());
  X509_STORE_up_ref(*store);  // another thread uses it, and files may be read again meanwhile
  const TrustedStore trusted(*store);
  const Nanos left = std::max<Nanos>(Millis{1}, mail.timeout - (clock_.now() - start));
  const auto work = [&mail, &resolved, &trusted, left] {
    SmtpTransfer transfer(mail, resolved->addresses, trusted.get());
    return transfer.perform(left);
  };
  auto done = co_await async::offload(*pool_, work);
  co_return done;
}

}  // namespace

Result<std::unique_ptr<SmtpClient>> create_smtp_client(async::Clock& clock, Network& network) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) return fail(ErrorCode::internal, "libcurl does not start");
  return std::unique_ptr<SmtpClient>(std::make_unique<CurlSmtpClient>(clock, network));
}

}  // namespace picket::http
