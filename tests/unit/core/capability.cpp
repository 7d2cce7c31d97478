// SPDX-License-Identifier: MIT
#include <canirun/capability.hpp>
#include <canirun/quant.hpp>
#include <catch2/catch.hpp>

#include "money_cases.hpp"

using namespace canirun;

namespace {

QualityFigure figure(const char* benchmark, double value, bool self_reported = false) {
  QualityFigure quality;
  quality.benchmark = benchmark;
  quality.value = value;
  quality.self_reported = self_reported;
  return quality;
}

/// Two full benchmarks and a saturated one for coding, one for chat. Scale 0..100.
CapabilityBook book() {
  CapabilityBook capability;
  for (const auto& [name, task, weight] :
       {std::tuple("solid", Task::coding, 1.0), std::tuple("second", Task::coding, 1.0),
        std::tuple("saturated", Task::coding, 0.2), std::tuple("talk", Task::chat, 1.0)}) {
    BenchmarkMeaning meaning;
    meaning.benchmark = name;
    meaning.task = task;
    meaning.weight = weight;
    meaning.close_within = 5;
    meaning.assists_within = 20;
    capability.benchmarks.push_back(meaning);
  }
  return capability;
}

Capability judge(std::vector<QualityFigure> mine, std::vector<QualityFigure> theirs, Task task = Task::coding,
                 const QuantScheme* quant = nullptr) {
  ModelSpec model = money_cases::dense_model();
  model.quality = std::move(mine);
  return judge_capability(model, task, "reference", theirs, book(), quant);
}

ThroughputEstimate speed_with_wait(double decode, double wait) {
  ThroughputEstimate speed = money_cases::speed(decode, 1000);
  speed.time_to_first_token_s = Range::exactly(wait);
  return speed;
}

}  // namespace

TEST_CASE("levels: how far behind, in the benchmark's own points") {
  CHECK(judge({figure("solid", 72)}, {figure("solid", 70)}).level == CapabilityLevel::equal_or_better);
  CHECK(judge({figure("solid", 66)}, {figure("solid", 70)}).level == CapabilityLevel::close);
  CHECK(judge({figure("solid", 60)}, {figure("solid", 70)}).level == CapabilityLevel::assists);
  CHECK(judge({figure("solid", 40)}, {figure("solid", 70)}).level == CapabilityLevel::not_a_substitute);
  CHECK(judge({figure("solid", 60)}, {figure("solid", 70)}).gap_to_reference == Approx(0.10));
}

TEST_CASE("only benchmarks that both have are compared") {
  const Capability unknown = judge({figure("solid", 60)}, {figure("second", 70)});
  CHECK(unknown.level == CapabilityLevel::unknown);
  CHECK_FALSE(unknown.gap_to_reference);
  REQUIRE(unknown.evidence.size() == 1);
  CHECK_FALSE(unknown.evidence[0].reference_value);

  // The one they share decides; what only the reference has is not held against the model.
  CHECK(judge({figure("solid", 68)}, {figure("solid", 70), figure("second", 99)}).level == CapabilityLevel::close);
  CHECK(judge({figure("talk", 90)}, {figure("talk", 95)}).level == CapabilityLevel::unknown);  // another task
  CHECK(judge({}, {figure("solid", 70)}).grade == "?");
  CHECK_FALSE(judge({}, {figure("solid", 70)}).score);
}

TEST_CASE("without a shared benchmark only a great distance on the common scale says anything") {
  const Capability far = judge({figure("solid", 20)}, {figure("second", 90)});
  CHECK(far.level == CapabilityLevel::not_a_substitute);
  CHECK(far.linked);
  CHECK_FALSE(judge({figure("solid", 70)}, {figure("second", 90)}).linked);
  CHECK(judge({figure("solid", 95)}, {figure("second", 20)}).level == CapabilityLevel::unknown);  // never "better" by link
}

TEST_CASE("a saturated benchmark alone never proves a model close, but shows a gap") {
  CHECK(judge({figure("saturated", 90)}, {figure("saturated", 90)}).level == CapabilityLevel::assists);
  CHECK(judge({figure("saturated", 50)}, {figure("saturated", 90)}).level == CapabilityLevel::not_a_substitute);
}

TEST_CASE("what a vendor reports of its own model counts half") {
  // 40 behind on one, level on the other: the mean is 3.33 steps x weight.
  const auto level = [](bool bad_is_own_report) {
    return judge({figure("solid", 30, bad_is_own_report), figure("second", 70)}, {figure("solid", 70), figure("second", 70)})
        .gap_to_reference;
  };
  CHECK(level(false) == Approx(0.4 * 1 / 2));
  CHECK(level(true) == Approx(0.4 * 0.5 / 1.5));
}

TEST_CASE("score and grade rank models among themselves, no reference needed") {
  const Capability strong = judge({figure("solid", 90)}, {}), weak = judge({figure("solid", 30)}, {});
  CHECK(strong.score == Approx(0.9));
  CHECK(strong.grade == "S");
  CHECK(weak.grade == "D");
  CHECK(strong.level == CapabilityLevel::unknown);
  CHECK(grade_of(0.7) == "A");
  CHECK(grade_of(0.55) == "B");
  CHECK(grade_of(0.4) == "C");
  CHECK(grade_of(0.0) == "F");
  CHECK(grade_of(std::nullopt) == "?");
}

TEST_CASE("a quant with a measured divergence costs score, and from where it shows a level") {
  QuantScheme good, bad;
  good.id = "Q4_K_M";
  good.kld = 0.03;
  bad.id = "Q2_K";
  bad.kld = 0.33;
  const std::vector<QualityFigure> mine = {figure("solid", 70)}, theirs = {figure("solid", 70)};
  CHECK(judge(mine, theirs, Task::coding, &good).score == Approx(0.685));
  CHECK(judge(mine, theirs, Task::coding, &good).level == CapabilityLevel::equal_or_better);
  CHECK(judge(mine, theirs, Task::coding, &good).quant_note.empty());
  const Capability weakened = judge(mine, theirs, Task::coding, &bad);
  CHECK(weakened.level == CapabilityLevel::close);
  CHECK(weakened.score == Approx(0.7 - 0.165));
  CHECK(weakened.quant_note.find("0.33") != std::string::npos);
  QuantScheme unmeasured;
  CHECK(judge(mine, theirs, Task::coding, &unmeasured).score == Approx(0.7));  // nothing is assumed about it
}

TEST_CASE("usability: the thresholds, and a wait that spoils a fast answer") {
  const UsabilityThresholds thresholds;
  CHECK(judge_usability(std::nullopt, thresholds).level == UsabilityLevel::unusable);
  CHECK(judge_usability(speed_with_wait(0.4, 1), thresholds).level == UsabilityLevel::unusable);
  CHECK(judge_usability(speed_with_wait(2, 1), thresholds).level == UsabilityLevel::batch_only);
  CHECK(judge_usability(speed_with_wait(5, 1), thresholds).level == UsabilityLevel::readable);
  CHECK(judge_usability(speed_with_wait(14.9, 1), thresholds).level == UsabilityLevel::readable);
  CHECK(judge_usability(speed_with_wait(15, 1), thresholds).level == UsabilityLevel::comfortable);
  CHECK(judge_usability(speed_with_wait(80, 1), thresholds).level == UsabilityLevel::fast);
  const Usability slow_start = judge_usability(speed_with_wait(80, 30), thresholds);
  CHECK(slow_start.level == UsabilityLevel::readable);
  CHECK(slow_start.reason == "80 tok/s typical, first word after 30 s: the wait, not the speed, is what slows it");
}
