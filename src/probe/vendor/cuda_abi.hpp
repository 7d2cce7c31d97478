// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>

/// The part of CUDA's driver API (libcuda) that is used, declared by hand: names, types and codes are those of NVIDIA's CUDA
/// Driver API reference. Symbols with _v2 take 64-bit sizes and pointers; the library keeps them.
namespace canirun::probe::cuda {

using Result = int;                  // CUresult
using Ordinal = int;                 // CUdevice
using Context = void*;               // CUcontext
using Stream = void*;                // CUstream; nullptr: the context's own
using Pointer = unsigned long long;  // CUdeviceptr
static_assert(sizeof(Pointer) == 8);

inline constexpr Result k_success = 0;

using Init = Result (*)(unsigned flags);
using ErrorName = Result (*)(Result code, const char** name);
using GetCount = Result (*)(int* count);
using GetDevice = Result (*)(Ordinal* device, int index);
using GetText = Result (*)(char* text, int bytes, Ordinal device);
using GetVersion = Result (*)(int* version);  // 1000 x major + 10 x minor
using RetainContext = Result (*)(Context* context, Ordinal device);
using ReleaseContext = Result (*)(Ordinal device);
using SetCurrent = Result (*)(Context context);
using Synchronize = Result (*)();
using GetMemory = Result (*)(std::size_t* free, std::size_t* total);
using Allocate = Result (*)(Pointer* pointer, std::size_t bytes);
using Free = Result (*)(Pointer pointer);
using Fill = Result (*)(Pointer pointer, unsigned char value, std::size_t bytes);
using CopyWithin = Result (*)(Pointer to, Pointer from, std::size_t bytes, Stream stream);

}  // namespace canirun::probe::cuda
