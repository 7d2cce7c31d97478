/* SPDX-License-Identifier: MIT */
/* What src/probe/apple declares itself to use of macOS, so that a compiler without its SDK can read that folder. */
#pragma once
#include <stddef.h>
extern "C" int sysctlbyname(const char* name, void* value, size_t* size, void* new_value, size_t new_size);
