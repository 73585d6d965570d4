#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: coverage.sh [SCRATCH]
# Line coverage of xapian_c's sources by its own tests, with gcov: builds in SCRATCH (a new directory
# unless given), runs the tests, prints a line for each file and the total. Fails below 95 %.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../../../index/xapian" && pwd)
scratch=${1-$(mktemp -d)}
cmake -G Ninja -S "$source" -B "$scratch" -DBUILD_TESTING=ON -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_FLAGS=--coverage -DCMAKE_C_FLAGS=--coverage >"$scratch.log"
cmake --build "$scratch" --target xapian_c_test -j2 >>"$scratch.log"
find "$scratch" -name '*.gcda' -delete
"$scratch/tests/xapian_c_test" >>"$scratch.log"
"$scratch/tests/xapian_c_test" nomem >>"$scratch.log"
mkdir -p "$scratch/gcov" && cd "$scratch/gcov"
find "$scratch/CMakeFiles/xapian_c_objects.dir" -name '*.gcda' -exec gcov -r -s "$source" {} + >/dev/null
# A line counts once; it is covered when any instantiation of a template ran it.
for file in *.cc.gcov *.h.gcov; do
    [ -f "$source/${file%.gcov}" ] || continue
    awk -F: -v name="${file%.gcov}" '
        $1 ~ /^ *-$/ || $2 + 0 == 0 { next }
        { seen[$2 + 0] = 1; if ($1 !~ /#####|=====/) ran[$2 + 0] = 1 }
        END { for (l in seen) { n++; if (l in ran) k++; else miss = miss " " l }
              printf "%-20s %4d of %4d lines%s\n", name, k, n, miss ? "  not:" miss : "" }' "$file"
done | awk '{ print; k += $2; n += $4 }
            END { printf "total %.2f %% of %d lines\n", 100 * k / n, n; exit 100 * k / n < 95 }'
