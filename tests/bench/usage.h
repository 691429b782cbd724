// What a benchmarked program used: CPU of the process and its memory, as one JSON line on
// stdout. Reads /proc; no clocks.
#pragma once

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace picket::bench {

// Arguments of the compared programs: URL RUNS CONCURRENCY [CA_FILE].
struct Arguments {
  std::string url;
  long runs;
  long concurrency;
  std::string ca_file;
};

inline Arguments parse_arguments(int count, char** words) {
  if (count < 4) {
    std::fprintf(stderr, "usage: %s URL RUNS CONCURRENCY [CA_FILE]\n", words[0]);
    std::exit(2);
  }
  return {words[1], std::atol(words[2]), std::atol(words[3]), count > 4 ? words[4] : ""};
}

inline double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// A line of /proc/self/status in kilobytes: "VmRSS", "VmHWM".
inline long memory_kb(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(key + ":")) return std::atol(line.c_str() + key.size() + 1);
  return 0;
}

inline void print_usage(const Arguments& arguments, long failed, double cpu, long idle_kb) {
  std::printf(
      "{\"runs\": %ld, \"failed\": %ld, \"cpu_ms_per_run\": %.4f, \"idle_kb\": %ld, "
      "\"peak_kb\": %ld}\n",
      arguments.runs, failed, cpu * 1e3 / static_cast<double>(arguments.runs), idle_kb,
      memory_kb("VmHWM"));
}

}  // namespace picket::bench
