// OCSP (RFC 6960) about one certificate: the question, where to ask it, and what an answer says
// once its signature is verified. Pure over DER texts; OpenSSL's types stop here.
#pragma once

#include <string>
#include <vector>

using X509_STORE = struct x509_store_st;

namespace picket::agent {

// The responder that the certificate names for itself (AIA); empty: none.
std::string ocsp_url(const std::string& leaf_der);

// An OCSPRequest about `leaf`, without nonce. Empty when one of them is no certificate.
std::string make_ocsp_request(const std::string& leaf_der, const std::string& issuer_der);

// "good", "revoked", "unknown", or "invalid": damaged, out of date, about another certificate, or
// not signed by whoever may. `chain_der` is as served, leaf first; an issuer that was not served is
// looked for in `trusted`. Dates are held against the machine's clock, with five minutes of skew.
std::string judge_ocsp(const std::string& response_der, const std::vector<std::string>& chain_der,
                       X509_STORE* trusted);

// The issuer of the leaf: of the chain, else of `trusted`; DER, empty when neither has it.
std::string issuer_of(const std::vector<std::string>& chain_der, X509_STORE* trusted);

}  // namespace picket::agent
