#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: headers.sh SOURCE CC CXX LIBRARY
# The headers compile alone as C99, C11 and C++17; the library exports exactly what they declare;
# every declared function is called by the tests, and every one that answers with a status by
# null_test.c; only guard.cc has a `catch`; nothing includes anything of the larger project.
set -u
source=$1 cc=$2 cxx=$3 library=$4
include=$source/include
tests=$(dirname "$0")
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0
fail() { echo "$*"; failed=1; }

strict="-Wall -Wextra -Wpedantic -Werror -fsyntax-only -I$include"
for header in "$include"/xapian_c/*.h; do
    name=xapian_c/$(basename "$header")
    echo "#include <$name>" >"$work/alone.c"
    cp "$work/alone.c" "$work/alone.cc"
    for std in c99 c11; do
        # shellcheck disable=SC2086
        $cc -std=$std $strict -Wstrict-prototypes "$work/alone.c" || fail "$name is not $std"
    done
    # shellcheck disable=SC2086
    $cxx -std=c++17 $strict "$work/alone.cc" || fail "$name is not C++17"
done

cat "$include"/xapian_c/*.h | tr '\n' ' ' | grep -oE 'XAPIAN_C_API [^(;]*\(' |
    grep -oE 'xapian_c_[a-z0-9_]+\($' | tr -d '(' | sort >"$work/declared"
nm -D --defined-only "$library" | grep -oE 'xapian_c_[a-z0-9_]+' | sort >"$work/exported"
nm -D --defined-only "$library" | awk '{print $3}' | grep -vE '^(xapian_c_|XAPIAN_C_)' &&
    fail "symbols that are not ours"
cmp "$work/declared" "$work/exported" || fail "declared and exported functions differ: $(
    diff "$work/declared" "$work/exported")"

while read -r function; do
    grep -qE "$function\(" "$tests"/[!n]*_test.c "$tests"/nomem_test.c "$tests"/fixture.c ||
        fail "$function is not tested"
done <"$work/declared"
cat "$include"/xapian_c/*.h | tr '\n' ' ' | grep -oE 'XAPIAN_C_API xapian_c_status +xapian_c_[a-z0-9_]+' |
    awk '{print $3}' | while read -r function; do
    grep -q "$function(" "$tests/null_test.c" || echo "$function"
done >"$work/no-null"
[ -s "$work/no-null" ] && fail "not called with NULL: $(cat "$work/no-null")"

grep -lE '\bcatch *\(' "$source"/*.cc "$source"/*.h | grep -v '/guard\.cc$' && fail "a catch outside guard.cc"
grep -nE '#include "' "$source"/*.cc "$source"/*.h | grep -v '"index/xapian/' && fail "a foreign include"
grep -rnE 'quern' "$source"/*.cc "$source"/*.h "$include" | grep -vE '"(A )?quern|quern"' &&
    fail "it knows of the larger project"
echo "$(wc -l <"$work/declared") functions"
exit $failed
