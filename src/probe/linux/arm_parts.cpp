// SPDX-License-Identifier: MIT
#include "probe/linux/arm_parts.hpp"

namespace canirun::probe {
namespace {

struct ArmPart {
  std::uint16_t implementer, part;
  std::string_view name;
};

// clang-format off
constexpr ArmPart k_parts[] = {
    // Arm
    {0x41, 0xd03, "Cortex-A53"},  {0x41, 0xd04, "Cortex-A35"},   {0x41, 0xd05, "Cortex-A55"},  {0x41, 0xd07, "Cortex-A57"},
    {0x41, 0xd08, "Cortex-A72"},  {0x41, 0xd09, "Cortex-A73"},   {0x41, 0xd0a, "Cortex-A75"},  {0x41, 0xd0b, "Cortex-A76"},
    {0x41, 0xd0c, "Neoverse-N1"}, {0x41, 0xd0d, "Cortex-A77"},   {0x41, 0xd0e, "Cortex-A76AE"},{0x41, 0xd40, "Neoverse-V1"},
    {0x41, 0xd41, "Cortex-A78"},  {0x41, 0xd42, "Cortex-A78AE"}, {0x41, 0xd44, "Cortex-X1"},   {0x41, 0xd46, "Cortex-A510"},
    {0x41, 0xd47, "Cortex-A710"}, {0x41, 0xd48, "Cortex-X2"},    {0x41, 0xd49, "Neoverse-N2"}, {0x41, 0xd4b, "Cortex-A78C"},
    {0x41, 0xd4c, "Cortex-X1C"},  {0x41, 0xd4d, "Cortex-A715"},  {0x41, 0xd4e, "Cortex-X3"},   {0x41, 0xd4f, "Neoverse-V2"},
    {0x41, 0xd80, "Cortex-A520"}, {0x41, 0xd81, "Cortex-A720"},  {0x41, 0xd82, "Cortex-X4"},   {0x41, 0xd84, "Neoverse-V3"},
    {0x41, 0xd85, "Cortex-X925"}, {0x41, 0xd87, "Cortex-A725"},  {0x41, 0xd8e, "Neoverse-N3"},
    // Fujitsu, Nvidia, Qualcomm, Ampere
    {0x46, 0x001, "A64FX"},       {0x4e, 0x004, "Carmel"},       {0x51, 0x001, "Oryon"},       {0xc0, 0xac3, "Ampere-1"},
    {0xc0, 0xac4, "Ampere-1a"},
    // Apple, under Linux
    {0x61, 0x022, "M1"},          {0x61, 0x023, "M1"},           {0x61, 0x024, "M1 Pro"},      {0x61, 0x025, "M1 Pro"},
    {0x61, 0x028, "M1 Max"},      {0x61, 0x029, "M1 Max"},       {0x61, 0x032, "M2"},          {0x61, 0x033, "M2"},
    {0x61, 0x034, "M2 Pro"},      {0x61, 0x035, "M2 Pro"},       {0x61, 0x038, "M2 Max"},      {0x61, 0x039, "M2 Max"},
};
// clang-format on

}  // namespace

std::string_view arm_core_name(std::uint64_t implementer, std::uint64_t part) {
  for (const ArmPart& known : k_parts) {
    if (known.implementer == implementer && known.part == part) return known.name;
  }
  return {};
}

}  // namespace canirun::probe
