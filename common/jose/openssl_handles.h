// Owners of OpenSSL's objects, for the implementations of this folder only: no public header
// includes it.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#include <memory>

namespace picket::jose {

template <auto release>
struct Releases {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};

using KeyHandle = std::shared_ptr<EVP_PKEY>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Releases<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Releases<EVP_MD_CTX_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Releases<BN_free>>;
using EcdsaPair = std::unique_ptr<ECDSA_SIG, Releases<ECDSA_SIG_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Releases<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Releases<OSSL_PARAM_free>>;
using Bio = std::unique_ptr<BIO, Releases<BIO_free>>;

inline KeyHandle own_key(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

}  // namespace picket::jose
