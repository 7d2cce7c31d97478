#!/bin/sh
# SPDX-License-Identifier: MIT
# The run without words: this machine, a model for each task, in text and as a document.
. "$2/tests/e2e/common.inc"
run 0
[ -s "$scratch/out" ] || fail "nothing said"
run 0 --on "RTX 4090" --json
json 'd["schema"] == "canirun/overview" and d["schema_version"] == 1'
run 0 --on "RTX 4090"
for task in chat coding summarising reasoning structured; do out_has "$task"; done
out_has "VERDICT"
