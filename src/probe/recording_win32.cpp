// SPDX-License-Identifier: MIT
// A recording is files of /proc and /sys with their links, which Windows neither has nor lets everybody make.
#include "probe/recording.hpp"
#include "probe/text.hpp"

namespace canirun::probe {

bool looks_like_recording(std::string_view text) {
  return !trim(text.substr(0, 4096)).starts_with('{') &&
         (text.starts_with("@ /") || text.find("\n@ /") != std::string_view::npos);
}

Result<Machine> replay_recording(std::string_view /*text*/) {
  return fail(ErrorKind::unsupported, "a recording of /proc and /sys is not replayed on Windows",
              "on Linux or in WSL: canirun hw --machine FILE --json > machine.json; that file is read everywhere");
}

std::string record_machine(const ProbeOptions& /*options*/) { return {}; }

}  // namespace canirun::probe
