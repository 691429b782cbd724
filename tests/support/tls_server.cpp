#include "tests/support/tls_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstring>
#include <stdexcept>

namespace picket::test {
namespace {

constexpr std::size_t kRecordHeader = 5;
constexpr unsigned char kHandshakeRecord = 22;

struct Free {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// Each handshake record in the clear as records of one byte; stops at the first other record.
std::string shatter(const std::string& bytes, bool& in_clear) {
  std::string out;
  std::size_t at = 0;
  while (in_clear && at + kRecordHeader <= bytes.size()) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
    const std::size_t size = byte(3) * 256U + byte(4);
    in_clear = byte(0) == kHandshakeRecord;
    if (!in_clear) break;
    for (std::size_t i = 0; i < size; ++i)
      out += bytes.substr(at, 3) + std::string("\0\1", 2) + bytes[at + kRecordHeader + i];
    at += kRecordHeader + size;
  }
  return out + bytes.substr(at);
}

class Peer final : public TlsPeer {
 public:
  Peer(SSL_CTX* context, RawConnection& raw, const TlsServerOptions& options)
      : raw_(raw), ssl_(SSL_new(context)), shatters_(options.one_byte_records) {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
  }

  bool accept() {
    return until_done([this] { return SSL_accept(ssl_.get()); });
  }

  std::string read_some() override {
    std::string buffer(16384, '\0');
    int count = 0;
    const auto read = [&] {
      return count = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    };
    if (!until_done(read)) return {};
    buffer.resize(static_cast<std::size_t>(count));
    return buffer;
  }

  bool send(std::string_view bytes) override {
    return bytes.empty() || until_done([&] {
             return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
           });
  }

  void close() override {
    SSL_shutdown(ssl_.get());
    flush();
  }

  RawConnection& raw() override { return raw_; }

  std::string server_name() override {
    const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name != nullptr ? name : "";
  }

 private:
  bool flush() {
    std::string out(BIO_ctrl_pending(SSL_get_wbio(ssl_.get())), '\0');
    if (out.empty()) return true;
    BIO_read(SSL_get_wbio(ssl_.get()), out.data(), static_cast<int>(out.size()));
    return raw_.send(shatters_ ? shatter(out, shatters_) : out);
  }

  template <class Step>
  bool until_done(Step step) {
    for (;;) {
      const int result = step();
      const bool wants_more = SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
      ERR_clear_error();
      if (!flush()) return false;
      if (result > 0) return true;
      if (!wants_more) return false;
      const std::string in = raw_.read_some();
      if (in.empty()) return false;
      BIO_write(SSL_get_rbio(ssl_.get()), in.data(), static_cast<int>(in.size()));
    }
  }

  RawConnection& raw_;
  std::unique_ptr<SSL, Free> ssl_;
  bool shatters_;
};

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned size, void* raw) {
  const std::string wanted = *static_cast<std::string*>(raw);
  for (unsigned i = 0; i < size; i += in[i] + 1U) {
    if (wanted != std::string(reinterpret_cast<const char*>(in + i + 1), in[i])) continue;
    *out = in + i + 1;
    *out_size = in[i];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

int staple(SSL* ssl, void* raw) {
  const std::string& response = *static_cast<std::string*>(raw);
  auto* copy = static_cast<unsigned char*>(OPENSSL_malloc(response.size()));
  std::memcpy(copy, response.data(), response.size());
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(response.size()));
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

struct TlsServer::State {
  TlsServerOptions options;
  Behaviour behaviour;
  std::unique_ptr<SSL_CTX, Free> context{SSL_CTX_new(TLS_server_method())};
  std::unique_ptr<HostileServer> server;

  void prepare() {
    SSL_CTX* raw = context.get();
    if (SSL_CTX_use_certificate_chain_file(raw, options.files.certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(raw, options.files.key.c_str(), SSL_FILETYPE_PEM) != 1)
      throw std::runtime_error("the certificate " + options.files.certificate + " is of no use");
    if (options.version_max != 0) SSL_CTX_set_max_proto_version(raw, options.version_max);
    if (!options.alpn.empty()) SSL_CTX_set_alpn_select_cb(raw, choose_alpn, &options.alpn);
    if (!options.ocsp_response.empty()) {
      SSL_CTX_set_tlsext_status_cb(raw, staple);
      SSL_CTX_set_tlsext_status_arg(raw, &options.ocsp_response);
    }
    if (options.client_ca_file.empty()) return;
    SSL_CTX_set_mode(raw, SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_load_verify_file(raw, options.client_ca_file.c_str());
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }

  void serve(RawConnection& raw) {
    if (options.before && !options.before(raw)) return;
    Peer peer(context.get(), raw, options);
    if (!peer.accept()) return;
    if (behaviour)
      behaviour(peer);
    else
      peer.read_some();
  }
};

TlsServer::TlsServer(TlsServerOptions options, Behaviour behaviour)
    : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  state_->behaviour = std::move(behaviour);
  state_->prepare();
  State* state = state_.get();
  state_->server =
      std::make_unique<HostileServer>([state](RawConnection& raw) { state->serve(raw); });
}

TlsServer::~TlsServer() { state_->server.reset(); }

int TlsServer::port() const { return state_->server->port(); }
int TlsServer::connections() const { return state_->server->connections(); }

}  // namespace picket::test
