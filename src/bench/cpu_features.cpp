// SPDX-License-Identifier: MIT
#include "bench/cpu_features.hpp"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace canirun::bench {

bool may_use_amx() {
#if defined(__x86_64__) && defined(__linux__)
  // The registers are eight KiB a thread, so Linux hands them out to those who ask (Documentation/arch/x86/xstate.rst).
  constexpr long k_ask_permission = 0x1023, k_tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  const bool has_tiles = __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-int8");
  return has_tiles && ::syscall(SYS_arch_prctl, k_ask_permission, k_tile_data) == 0;
#else
  return false;
#endif
}

Kernels best_kernels() {
#if defined(__x86_64__) && defined(_WIN32) && !defined(__clang__)
  return Kernels::plain;  // this compiler does not align wide vectors on the stack there (its bug 54412)
#elif defined(__x86_64__)
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  if (has_avx512 && __builtin_cpu_supports("avx512vnni") && may_use_amx()) return Kernels::amx;
  if (has_avx512) return __builtin_cpu_supports("avx512vnni") ? Kernels::avx512_vnni : Kernels::avx512;
  if (has_avx2) return __builtin_cpu_supports("avxvnni") ? Kernels::avx_vnni : Kernels::avx2;
  return Kernels::plain;
#elif defined(__aarch64__)
#if defined(__linux__)
  constexpr unsigned long k_dotprod = 1UL << 20U;  // HWCAP_ASIMDDP
  return (getauxval(AT_HWCAP) & k_dotprod) != 0 ? Kernels::neon_dotprod : Kernels::neon;
#elif defined(__APPLE__)
  return Kernels::neon_dotprod;  // every Apple processor that runs programs of its own
#else
  return Kernels::neon;
#endif
#else
  return Kernels::plain;
#endif
}

}  // namespace canirun::bench
