#!/bin/sh
# SPDX-License-Identifier: MIT
# record writes a file that --machine replays, names nobody, and never writes over a file.
. "$2/tests/e2e/common.inc"
run 0 record "$scratch/machine.txt"
out_has "--machine"
grep -q '^@ /proc/cpuinfo' "$scratch/machine.txt" || fail "no processor in the recording"
! grep -qE '[0-9a-f]{40}' "$scratch/machine.txt" || fail "the recording names a container"
! grep -qF "/proc/$$" "$scratch/machine.txt" || fail "the recording names a process"
! grep -qF "$scratch" "$scratch/machine.txt" || fail "the recording names a folder of this user"
run 0 hw --machine "$scratch/machine.txt"
out_has "cores"
run 2 record "$scratch/machine.txt"
err_has "cannot write"
run 0 record -
out_has "canirun machine recording"
printf '@ /../etc/x = 1\n@ /proc/a = 1\n' >"$scratch/bad.txt"
run 2 hw --machine "$scratch/bad.txt"
err_has "line 1"
run 0 hw --top
out_has "who holds memory of the GPUs"
run 0 hw --machine "$2/tests/fixtures/machines/dgx-spark.txt"
out_has "GB10"
