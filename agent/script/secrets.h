// Where secrets named in checks come from: systemd credentials, directories, the environment.
// Values never go anywhere but into requests; see redactor.h for what keeps them in.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/core/result.h"

namespace picket::agent {

class SecretSource {
 public:
  virtual ~SecretSource() = default;

  // secret_missing: no source has it, or its name or value cannot be used (empty, larger than
  // kSecretBytesMax, not [A-Za-z0-9_-]+). The message names the secret, never its value.
  virtual Result<std::string> get(const std::string& name) = 0;
};

constexpr std::size_t kSecretBytesMax = 64 * 1024;

struct SecretLocations {
  std::vector<std::string> directories;  // a file per secret; searched in order
  std::string environment_prefix{"PICKET_SECRET_"};
  // Reads a variable of the environment; getenv unless a test says otherwise.
  std::function<std::optional<std::string>(const std::string&)> environment;
};

// $CREDENTIALS_DIRECTORY (systemd LoadCredential=) comes first, then `directories`, then the
// variable prefix + name. One trailing line break is dropped. Files are read at each use, so a
// rotated secret holds from the next run on; a name can only reach a regular file directly in a
// directory.
class LocalSecrets final : public SecretSource {
 public:
  explicit LocalSecrets(SecretLocations locations);
  // From the next run on.
  void set_locations(SecretLocations locations);
  Result<std::string> get(const std::string& name) override;

 private:
  SecretLocations locations_;
};

}  // namespace picket::agent
