#!/bin/sh
# SPDX-License-Identifier: MIT
# No locale: plain ASCII, and still an answer.
. "$2/tests/e2e/common.inc"
unset LANG
run 0 check llama-3.1-8b --on "RTX 4090"
if LC_ALL=C grep -q '[^ -~	]' "$scratch/out"; then fail "not ASCII"; fi
LC_ALL=nonsense run 0 check llama-3.1-8b --on "RTX 4090"
