#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: memcheck.sh TEST
# Runs xapian_c_test under valgrind: no error and no lost byte, except what libxapian itself loses in
# the out-of-memory test (valgrind.supp). The program has an operator new of its own, of which
# valgrind intercepts some calls and not others: hence no check of mismatched frees here, ASan does it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
check="valgrind -q --leak-check=full --show-leak-kinds=definite,indirect,possible
    --soname-synonyms=somalloc=nouserintercepts --show-mismatched-frees=no --num-callers=40
    --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=9 --child-silent-after-fork=yes"
$check --suppressions="$here/timer.supp" "$1"
$check --suppressions="$here/valgrind.supp" "$1" nomem
