#!/bin/sh
# SPDX-License-Identifier: MIT
# Data that may not leave never gets the advice to send it away.
. "$2/tests/e2e/common.inc"
"$canirun" check llama-3.1-8b --on "RTX 4090" --private --json >"$scratch/out" || true
json 'd["verdict"]["answer"] in ("run_local", "cannot_run")'
"$canirun" check llama-3.1-405b --on "RTX 4090" --ram 8GiB --air-gapped --json >"$scratch/out" || true
json 'd["verdict"]["answer"] == "cannot_run"'
