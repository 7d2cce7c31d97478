// SPDX-License-Identifier: MIT
// The compiled catalog (see blob.hpp) in read-only data, used in place. CATALOG_BLOB is its path, set by the build.
#if defined(__APPLE__)
    .section __TEXT,__const
#elif defined(_WIN32)
    .section .rdata, "dr"
#else
    .section .rodata
#endif
    .balign 16
#if defined(__APPLE__)
    .globl _catalog_blob_begin
    .globl _catalog_blob_end
_catalog_blob_begin:
    .incbin CATALOG_BLOB
_catalog_blob_end:
#else
    .globl catalog_blob_begin
    .globl catalog_blob_end
catalog_blob_begin:
    .incbin CATALOG_BLOB
catalog_blob_end:
#endif
    .byte 0
#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
