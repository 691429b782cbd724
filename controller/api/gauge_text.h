// Gauges read from the parts of the controller at the moment of a scrape: nothing is kept, so a
// check or agent that is gone leaves no stale series. Text format 0.0.4. Plain value.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace picket::controller {

class GaugeText {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  // The help text of a name's first use counts. A name that ends with `_total` is a counter.
  void add(const std::string& name, const std::string& help, double value,
           const Labels& labels = {});

  std::string render() const;  // families ordered by name

 private:
  struct Family {
    std::string help;
    std::string lines;
  };
  std::map<std::string, Family> families_;
};

}  // namespace picket::controller
