#include "controller/server/peer.h"

#include <openssl/x509.h>

#include <ctime>

#include "common/core/text.h"

namespace picket::controller {
namespace {

std::string entry_text(X509_NAME* name, int nid) {
  char text[256] = {};
  const int length = X509_NAME_get_text_by_NID(name, nid, text, sizeof text);
  return length > 0 ? std::string(text, static_cast<size_t>(length)) : std::string{};
}

}  // namespace

Peer peer_of(SSL* ssl) {
  Peer peer;
  X509* certificate = SSL_get1_peer_certificate(ssl);
  if (certificate == nullptr) return peer;
  if (SSL_get_verify_result(ssl) == X509_V_OK) {
    X509_NAME* subject = X509_get_subject_name(certificate);
    peer.id = AgentId{RegionName{entry_text(subject, NID_organizationName)},
                      entry_text(subject, NID_commonName)};
    BIGNUM* serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
    char* hex = BN_bn2hex(serial);
    peer.serial = to_lower_ascii(hex);
    std::tm parts{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1)
      peer.until = WallTime{Seconds{::timegm(&parts)}};
    OPENSSL_free(hex);
    BN_free(serial);
  }
  X509_free(certificate);
  return peer;
}

}  // namespace picket::controller
