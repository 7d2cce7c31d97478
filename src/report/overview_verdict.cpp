// SPDX-License-Identifier: MIT
#include "report/overview_verdict.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "report/phrases.hpp"

namespace canirun::report {
namespace {

bool runs_well(const ListRow& row) {
  return row.status != FitStatus::does_not_fit && row.usability >= UsabilityLevel::readable;
}

std::string joined(const std::vector<Task>& tasks) {
  std::string text;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (i > 0) text += i + 1 == tasks.size() ? " and " : ", ";
    text += words_for(tasks[i]);
  }
  return text;
}

}  // namespace

OverviewVerdict judge_overview(const Overview& overview) {
  OverviewVerdict verdict;
  bool anything_runs = false;
  std::vector<Task> assisted;
  for (const TaskPick& pick : overview.picks) {
    const bool runs = pick.best && runs_well(*pick.best);
    anything_runs = anything_runs || runs;
    if (runs && pick.best->level >= CapabilityLevel::close) {
      verdict.local_tasks.push_back(pick.task);
    } else {
      verdict.api_tasks.push_back(pick.task);
      if (runs && pick.best->level == CapabilityLevel::assists) assisted.push_back(pick.task);
    }
  }

  const std::vector<MemoryPool>& pools = overview.machine.pools;
  const bool no_speeds = std::none_of(pools.begin(), pools.end(),
                                      [](const MemoryPool& pool) { return pool.bandwidth_bytes_per_s.has_value(); });
  if (!anything_runs && no_speeds) {
    verdict.answer = canirun::Answer::use_api;
    verdict.text = "no speed can be told without the memory bandwidth: give it with --bandwidth, as in --bandwidth 83GB/s";
  } else if (!anything_runs) {
    verdict.answer = canirun::Answer::use_api;
    verdict.text = "nothing here runs at a readable speed: use an API, or see what would with canirun list --sort speed";
  } else if (verdict.local_tasks.empty()) {
    verdict.answer = canirun::Answer::use_api;
    verdict.text =
        assisted.empty()
            ? "local for private or offline work; nothing is shown to match the API model"
            : fmt::format("an API for the work itself; local as a helper for {} and for private data", joined(assisted));
  } else if (verdict.api_tasks.empty()) {
    verdict.answer = canirun::Answer::run_local;
    verdict.text = fmt::format("run locally: {}", joined(verdict.local_tasks));
  } else {
    verdict.answer = canirun::Answer::hybrid;
    verdict.text =
        fmt::format("local for {} and anything private; API for {}", joined(verdict.local_tasks), joined(verdict.api_tasks));
  }
  return verdict;
}

}  // namespace canirun::report
