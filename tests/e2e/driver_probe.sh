#!/bin/sh
# SPDX-License-Identifier: MIT
# The hidden command for bug reports: what a vendor's driver library says, or why it says nothing; never a crash.
. "$2/tests/e2e/common.inc"
run 0 __probe nvidia
out_has "end"
run 2 __probe toaster
for library in vulkan level-zero rocm-smi cuda-copies; do
  run 0 __probe $library
  out_has "end"
done

# The loader finds the stand-ins that the tests build, by the real names of what they stand for.
stubs=$(dirname "$canirun")/tests
[ -e "$stubs/vulkan_stub/libvulkan.so.1" ] || exit 0
export LD_LIBRARY_PATH="$stubs/vulkan_stub:$stubs/level_zero_stub:$stubs/rocm_smi_stub:$stubs/cuda_stub"
run 0 __probe vulkan
out_has "name MTT S80"
out_has "bus 0000:03:00.0"
run 0 __probe level-zero
out_has "name Intel(R) Arc(TM) A770 Graphics"
run 0 __probe rocm-smi
out_has "total_bytes 25753026560"
run 0 __probe cuda-copies
out_has "bus 0000:00:06.0"
out_has "copy_bytes_per_s"
run 0 __probe vulkan-copies-others
out_has "name MTT S80"
CANIRUN_CUDA_STUB=no_driver run 0 __probe cuda-copies
out_has "trouble CUDA does not start: CUDA_ERROR_NO_DEVICE"
CANIRUN_VULKAN_STUB=none run 0 __probe vulkan
out_has "trouble Vulkan does not start"
# A machine whose GPUs are all known loads none of them: a loader that crashes is not noticed.
CANIRUN_VULKAN_STUB=crash CANIRUN_LEVEL_ZERO_STUB=crash CANIRUN_ROCM_SMI_STUB=crash run 0 hw --json
json 'not any("crashed" in note["reason"] for note in d["machine"]["notes"])'
