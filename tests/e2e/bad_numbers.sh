#!/bin/sh
# SPDX-License-Identifier: MIT
# Negative, zero, absurd and non-numeric values: exit 2, the flag named, the allowed range in the hint.
. "$2/tests/e2e/common.inc"
refuses() {
  flag=$1
  shift
  for value in "$@"; do
    run 2 check llama-3.1-8b --on "RTX 4090" "$flag" "$value"
    err_has "$flag"
    grep -q "hint: .\|not one of" "$scratch/err" || fail "no range for $flag $value"
    [ ! -s "$scratch/out" ] || fail "something on stdout for $flag $value"
  done
}
refuses --ctx 0 -1 many 1e99 8.5 99999999999
refuses --ram 0 -4GiB big 5XB 4096TiB 64 32MiB
err_has "24GiB"
refuses --ram 64
err_has "64GiB"
refuses --vram 0 -1 none
refuses --bandwidth 0GB/s 100 -1GB/s fast
refuses --parallel 0 -1 x 2.5
refuses --kwh -0.1 cheap 1000
refuses --hw-price -1 free
refuses --days 0 367 -3
refuses --years 0 -1 1000
refuses --min-tps -1 quick
refuses --gpu-layers -1 some
refuses --ubatch 0 -1
