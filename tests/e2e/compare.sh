#!/bin/sh
# SPDX-License-Identifier: MIT
# Models side by side, in the order asked.
. "$2/tests/e2e/common.inc"
run 0 compare phi-4 llama-3.1-8b --on "RTX 4090" --json
json '[m["model"] for m in d["models"]] == ["phi-4", "llama-3.1-8b"]'
run 2 compare phi-4 --on "RTX 4090"
err_has "at least two"
