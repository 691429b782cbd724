// A network of a test's own: a namespace with its own addresses, routes and settings, made with
// ip(8) and removed with the object. Needs root: tests skip loudly where `available` says no.
#pragma once

#include <functional>
#include <string>

namespace picket::test {

class NetNamespace {
 public:
  // Whether this process may make one, and ip(8) is there.
  static bool available();

  // With its loopback up. Throws std::runtime_error with what ip says.
  NetNamespace();
  ~NetNamespace();
  NetNamespace(const NetNamespace&) = delete;
  NetNamespace& operator=(const NetNamespace&) = delete;

  const std::string& name() const { return name_; }

  // `ip -n NAME ...`: words separated by spaces. Throws std::runtime_error.
  void ip(const std::string& words) const;

  // Writes /proc/sys/net/PATH as this namespace has it. Throws std::runtime_error.
  void set(const std::string& path, const std::string& value) const;

  // Runs `work` in a child process inside the namespace and returns what it returns; the child
  // ends with it. Throws std::runtime_error when the child fails.
  std::string run(const std::function<std::string()>& work) const;

 private:
  std::string name_;
};

// Two namespaces joined by a pair of interfaces: ADDRESS/BITS on each side.
void join(const NetNamespace& a, const std::string& address_a, const NetNamespace& b,
          const std::string& address_b);

}  // namespace picket::test
