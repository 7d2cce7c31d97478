// SPDX-License-Identifier: MIT
#include "core/compute_buffer.hpp"

#include <catch2/catch.hpp>

#include "core/compute_buffer_arena.hpp"
#include "memory_cases.hpp"

using namespace canirun;
using namespace canirun::test;

TEST_CASE("an arena fills the smallest hole that fits and joins neighbours") {
  Arena arena;
  arena.clear();
  const std::uint64_t a = arena.take(100), b = arena.take(64), c = arena.take(100), d = arena.take(32);
  CHECK(a == 0);
  CHECK(b == 128);  // rounded up to 32
  CHECK(arena.high_water_bytes() == 128 + 64 + 128 + 32);
  arena.give_back(b, 64);
  CHECK(arena.take(64) == b);
  arena.give_back(a, 100);
  arena.give_back(b, 64);  // joins with a
  CHECK(arena.take(192) == a);
  arena.give_back(c, 100);
  arena.give_back(d, 32);  // joins with c and the open end
  CHECK(arena.take(1000) == c);
  CHECK(arena.high_water_bytes() == c + 1024);
}

TEST_CASE("a hole of no bytes keeps its neighbours apart, as it does in the engine") {
  const auto highest = [](bool with_nothing) {
    Arena arena;
    arena.clear();
    const std::uint64_t a = arena.take(64), b = arena.take(64);
    arena.take(32);
    if (with_nothing) arena.give_back(b, 0);
    arena.give_back(b, 64);
    arena.give_back(a, 64);
    arena.take(128);
    return arena.high_water_bytes();
  };
  CHECK(highest(false) == 160);
  CHECK(highest(true) == 160);  // the first hole it touches takes it up
  Arena arena;
  arena.clear();
  const std::uint64_t a = arena.take(64);
  const std::uint64_t b = arena.take(64);
  arena.take(32);
  arena.give_back(b, 0);
  arena.give_back(a, 64);  // up to the hole of nothing
  arena.give_back(b, 64);
  CHECK(arena.take(128) == a);
}

TEST_CASE("an element-wise operation takes over its operand's memory, unless someone else still reads it") {
  ScratchGraph graph;
  graph.clear();
  const NodeId x = graph.compute({256, 1, 1, 1}, {graph.input(4)});
  const NodeId squared = graph.compute({256, 1, 1, 1}, {x}, true);
  graph.expand(graph.compute({256, 1, 1, 1}, {squared}, true));
  CHECK(GraphSchedule(graph, 1, false).run()[0] == 32 + 1024);

  graph.clear();
  const NodeId y = graph.compute({256, 1, 1, 1}, {graph.input(4)});
  const NodeId other = graph.compute({256, 1, 1, 1}, {y}, true);
  graph.expand(graph.compute({256, 1, 1, 1}, {other, y}, true));
  CHECK(GraphSchedule(graph, 1, false).run()[0] == 32 + 2 * 1024);
}

namespace {

struct Scratch {
  double host_mib = 0;
  std::vector<double> gpu_mib;
};

Scratch scratch_of(const ModelSpec& model, EngineSettings settings, std::uint32_t gpus) {
  constexpr std::uint64_t k_plenty = 4096 * k_gib;
  Machine machine = host_machine(k_plenty);
  if (gpus == 1) machine = gpu_machine(k_plenty, {k_plenty});
  if (gpus == 2) machine = gpu_machine(k_plenty, {k_plenty, k_plenty});
  const MemoryEstimate memory = place(machine, model, sum_weights(model, q4_k_m()), settings).memory;
  Scratch scratch{.host_mib = in_mib(memory.pools[0].parts.compute_bytes), .gpu_mib = {}};
  for (std::size_t i = 1; i < memory.pools.size(); ++i)
    scratch.gpu_mib.push_back(in_mib(memory.pools[i].parts.compute_bytes));
  return scratch;
}

}  // namespace

TEST_CASE("scratch buffers are the engine's own (llama.cpp v0.5.0, Llama 3.1 8B)") {
  EngineSettings settings;
  settings.mode = EngineMode::library;
  CHECK(scratch_of(llama_3_1_8b(), settings, 1).gpu_mib[0] == Approx(258.5).margin(0.01));
  CHECK(scratch_of(llama_3_1_8b(), settings, 1).host_mib == Approx(24.01).margin(0.01));

  settings.mode = EngineMode::server;
  CHECK(scratch_of(llama_3_1_8b(), settings, 1).gpu_mib[0] == Approx(116.01).margin(0.01));

  settings.kv_type_k = settings.kv_type_v = TensorType::q8_0;
  CHECK(scratch_of(llama_3_1_8b(), settings, 1).host_mib == Approx(24.09).margin(0.01));
}

TEST_CASE("on two GPUs several micro-batches are under way at once") {
  EngineSettings settings;
  settings.mode = EngineMode::library;
  settings.context_tokens = 4096;
  const Scratch scratch = scratch_of(llama_3_1_8b(), settings, 2);
  CHECK(scratch.gpu_mib[0] == Approx(156.04).margin(0.02));
  CHECK(scratch.gpu_mib[1] == Approx(338.55).margin(0.02));
  CHECK(scratch.host_mib == Approx(32.05).margin(0.02));
}

TEST_CASE("layers left on the host borrow scratch memory on the GPU for long prompts") {
  EngineSettings settings;
  settings.context_tokens = 4096;
  settings.gpu_layers = 0;
  const double with = scratch_of(llama_3_1_8b(), settings, 1).gpu_mib[0];
  CHECK(with > 100);
  settings.op_offload = false;
  const Scratch without = scratch_of(llama_3_1_8b(), settings, 1);
  CHECK(without.gpu_mib[0] == 0);
  CHECK(without.host_mib > scratch_of(llama_3_1_8b(), EngineSettings{}, 1).host_mib);
}
