// Where and when a random history takes place, and what goes wrong there: the usual fleet with one
// or two checks, a slow one whose days fit, or a crowd of checks whose pages become storms.
// Deterministic.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/core/ids.h"
#include "common/core/random.h"
#include "common/model/run.h"
#include "controller/incident/incident_book.h"

namespace picket::oracle {

struct Scene {
  WallTime start;
  std::string timezone;  // of windows that come again: some change their clocks just then
  controller::BookSettings settings;
  int pace{1};                      // every interval, fault and lull is so many times longer
  std::size_t crowd{0};             // checks; 0: one or two
  std::vector<RegionName> regions;  // of the fleet
  std::size_t events{0};            // about
};

Scene make_scene(Random& random, std::size_t events);

// What is wrong with the world for a while, and where.
struct Fault {
  WallTime until;
  std::set<RegionName> regions;
  CheckName check;  // empty: every check
  RunVerdict verdict{RunVerdict::fail};
  double chance{1};
  int status{500};
  Millis longer{0};
  Millis period{0};  // of a flapping one: every other period is good
  std::string etag;  // that is shown instead of the usual one; "-" none
  std::string pop;   // that answers instead of one nearby
};

Fault make_fault(Random& random, const Scene& scene, WallTime now);

// What a run of the region shows: an entity tag, and the point of presence that answered.
void add_facts(RunResult& run, const std::string& etag, const std::string& pop);

// As operators label some regions; the others' place is not known.
std::map<RegionName, std::string> make_continents(const std::vector<RegionName>& regions);

}  // namespace picket::oracle
