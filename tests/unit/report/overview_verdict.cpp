// SPDX-License-Identifier: MIT
#include "report/overview_verdict.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::report;

namespace {

TaskPick pick(Task task, CapabilityLevel level, UsabilityLevel usability = UsabilityLevel::comfortable) {
  ListRow row;
  row.status = FitStatus::fits;
  row.level = level;
  row.usability = usability;
  TaskPick one;
  one.task = task;
  one.best = row;
  return one;
}
OverviewVerdict judge(std::vector<TaskPick> picks, bool bandwidth_known = true) {
  Machine machine;
  machine.pools.resize(1);
  if (bandwidth_known) machine.pools[0].bandwidth_bytes_per_s = 80e9;
  Overview overview{.head = {},
                    .machine = machine,
                    .engine = Engine::llama_cpp,
                    .context_tokens = 8192,
                    .picks = std::move(picks),
                    .pairs_that_run = 0,
                    .pairs_tried = 0,
                    .money = {}};
  return judge_overview(overview);
}

}  // namespace

TEST_CASE("everything close enough: run locally") {
  const auto verdict =
      judge({pick(Task::chat, CapabilityLevel::close), pick(Task::coding, CapabilityLevel::equal_or_better)});
  CHECK(verdict.answer == canirun::Answer::run_local);
  CHECK(verdict.api_tasks.empty());
}

TEST_CASE("some of it: both") {
  const auto verdict = judge({pick(Task::chat, CapabilityLevel::close), pick(Task::coding, CapabilityLevel::assists)});
  CHECK(verdict.answer == canirun::Answer::hybrid);
  CHECK(verdict.text == "local for chat and anything private; API for coding");
}

TEST_CASE("nothing close: an API, and what the machine still helps with") {
  const auto verdict = judge({pick(Task::chat, CapabilityLevel::unknown), pick(Task::coding, CapabilityLevel::assists)});
  CHECK(verdict.answer == canirun::Answer::use_api);
  CHECK(verdict.text == "an API for the work itself; local as a helper for coding and for private data");
}

TEST_CASE("a model that is good but too slow does not count") {
  const auto verdict = judge({pick(Task::chat, CapabilityLevel::equal_or_better, UsabilityLevel::batch_only)});
  CHECK(verdict.answer == canirun::Answer::use_api);
  CHECK(verdict.local_tasks.empty());
}

TEST_CASE("nothing at all") {
  TaskPick none;
  none.task = Task::chat;
  CHECK(judge({none}).answer == canirun::Answer::use_api);
  CHECK(judge({none}).text.find("nothing here runs") == 0);
  CHECK(judge({none}, false).text.find("--bandwidth") != std::string::npos);
}
