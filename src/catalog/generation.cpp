// SPDX-License-Identifier: MIT
#include "catalog/generation.hpp"

#include <array>
#include <charconv>

namespace canirun::catalog {
namespace {

struct Known {
  bool intel;
  unsigned family, first_model, last_model, first_stepping, last_stepping;
  Generation generation;
};
constexpr unsigned k_any = 255;

/// Families and models: Linux, arch/x86/include/asm/intel-family.h, and AMD's processor programming references as
/// arch/x86/kernel/cpu/amd.c reads them. Steppings of model 85: Intel's specification updates.
constexpr std::array<Known, 14> k_known{{
    {true, 6, 63, 63, 0, k_any, {"Haswell-EP", "intel/xeon-e5-2699-v3"}},
    {true, 6, 79, 79, 0, k_any, {"Broadwell-EP", "intel/xeon-e5-2699-v4"}},
    {true, 6, 85, 85, 0, 4, {"Skylake-SP", "intel/xeon-platinum-8180"}},
    {true, 6, 85, 85, 5, 9, {"Cascade Lake-SP", "intel/xeon-platinum-8280"}},
    {true, 6, 106, 106, 0, k_any, {"Ice Lake-SP", "intel/xeon-platinum-8380"}},
    {true, 6, 143, 143, 0, k_any, {"Sapphire Rapids", "intel/xeon-platinum-8480"}},
    {true, 6, 207, 207, 0, k_any, {"Emerald Rapids", "intel/xeon-platinum-8592"}},
    {true, 6, 173, 173, 0, k_any, {"Granite Rapids", "intel/xeon-6980p"}},
    {false, 23, 49, 49, 0, k_any, {"EPYC 7002 (Rome)", "amd/epyc-7742"}},
    {false, 25, 1, 1, 0, k_any, {"EPYC 7003 (Milan)", "amd/epyc-7763"}},
    {false, 25, 17, 17, 0, k_any, {"EPYC 9004 (Genoa)", "amd/epyc-9654"}},
    {false, 25, 160, 175, 0, k_any, {"EPYC 9004 (Bergamo)", "amd/epyc-9754"}},
    {false, 26, 2, 2, 0, k_any, {"EPYC 9005 (Turin)", "amd/epyc-9755"}},
    {false, 26, 17, 17, 0, k_any, {"EPYC 9005 (Turin)", "amd/epyc-9965"}},
}};

/// The number at the front, taken away together with the dash before it.
std::optional<unsigned> next_number(std::string_view& rest) {
  if (!rest.empty() && rest.front() == '-') rest.remove_prefix(1);
  unsigned number = 0;
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (code != std::errc{}) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return number;
}

}  // namespace

std::optional<Generation> generation_of(std::string_view signature) {
  constexpr std::string_view k_intel = "GenuineIntel", k_amd = "AuthenticAMD";
  const bool intel = signature.starts_with(k_intel);
  if (!intel && !signature.starts_with(k_amd)) return std::nullopt;
  std::string_view rest = signature.substr(intel ? k_intel.size() : k_amd.size());
  const std::optional<unsigned> family = next_number(rest), model = next_number(rest), stepping = next_number(rest);
  if (!family || !model) return std::nullopt;
  for (const Known& known : k_known) {
    if (known.intel != intel || known.family != *family || *model < known.first_model || *model > known.last_model) continue;
    const bool every_stepping = known.first_stepping == 0 && known.last_stepping == k_any;
    if (every_stepping || (stepping && *stepping >= known.first_stepping && *stepping <= known.last_stepping))
      return known.generation;
  }
  return std::nullopt;
}

}  // namespace canirun::catalog
