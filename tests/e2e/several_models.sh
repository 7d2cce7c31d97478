#!/bin/sh
# SPDX-License-Identifier: MIT
# Several models: one document a line in the order asked; the worst outcome is the exit code.
. "$2/tests/e2e/common.inc"
run 0 check llama-3.1-8b phi-4 --on "RTX 4090" --json
[ "$(wc -l <"$scratch/out")" -eq 2 ] || fail "not two lines"
head -1 "$scratch/out" | grep -q '"model":"llama-3.1-8b"' || fail "first is not the first"
run 2 check llama-3.1-8b no-such-model-at-all phi-4 --on "RTX 4090" --json
[ "$(wc -l <"$scratch/out")" -eq 3 ] || fail "not three lines"
sed -n 2p "$scratch/out" | grep -q '"kind":"not_found"' || fail "the second is no error"
