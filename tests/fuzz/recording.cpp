// SPDX-License-Identifier: MIT
// A recording from somebody else: parsed or refused, unpacked only below its own folder, and looked at like any machine.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "probe/recording.hpp"

using namespace canirun;
using namespace canirun::probe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Recording> recording = parse_recording(text);
  if (!recording || recording->entries.size() > 2000) return 0;
  const Result<Machine> machine = replay_recording(text);
  if (machine && (machine->devices.empty() || machine->pools.empty())) std::abort();
  return 0;
}
