#!/bin/sh
# SPDX-License-Identifier: MIT
# A reader that leaves, a closed stdout and a full disk: quiet, quiet, and an error.
. "$2/tests/e2e/common.inc"
"$canirun" list --on "RTX 4090" 2>"$scratch/err" | head -1 >"$scratch/out"
[ ! -s "$scratch/err" ] || fail "a closed pipe is not worth a word"
code=0
"$canirun" check llama-3.1-8b --on "RTX 4090" >&- 2>"$scratch/err" || code=$?
[ "$code" -eq 0 ] || fail "closed stdout ended with $code"
[ ! -s "$scratch/err" ] || fail "closed stdout is not worth a word"
code=0
"$canirun" check llama-3.1-8b --on "RTX 4090" >/dev/full 2>"$scratch/err" || code=$?
[ "$code" -eq 2 ] || fail "a full disk ended with $code"
err_has "No space left"
code=0
"$canirun" check llama-3.1-8b --on "RTX 4090" <&- >"$scratch/out" 2>&- || code=$?
[ "$code" -eq 0 ] || fail "closed stdin and stderr ended with $code"
