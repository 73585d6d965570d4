#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: install.sh BUILD CC [FLAGS]
# Installs into a scratch directory and builds a program against it: with pkg-config against the
# shared library, with pkg-config --static against the archive, and with CMake's find_package.
set -eu
build=$1 cc=$2 flags=${3-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/to" >"$work/log" || { cat "$work/log"; exit 1; }
pc=$(dirname "$(find "$work/to" -name xapian_c.pc)")
lib=$(dirname "$pc")
cat >"$work/use.c" <<'C'
#include <stdio.h>
#include <xapian_c/xapian_c.h>
int main(void)
{
    xapian_c_stem *stem = NULL;
    xapian_c_buffer word = XAPIAN_C_BUFFER_INIT;
    xapian_c_error err;
    if (xapian_c_stem_new("english", 0, &stem, &err) ||
        xapian_c_stem_word(stem, xapian_c_text("grinding"), &word, &err))
        return 1;
    printf("%s %s\n", xapian_c_version(), word.data);
    xapian_c_buffer_free(&word);
    xapian_c_stem_free(stem);
    return 0;
}
C
export PKG_CONFIG_PATH="$pc"
prefix="--define-variable=prefix=$work/to"
# shellcheck disable=SC2046,SC2086
$cc $flags -std=c99 "$work/use.c" -o "$work/shared" $(pkg-config "$prefix" --cflags --libs xapian_c)
[ "$(LD_LIBRARY_PATH=$lib "$work/shared")" = "1.0.0 grind" ]
# shellcheck disable=SC2046,SC2086
$cc $flags -std=c99 "$work/use.c" -o "$work/static" $(pkg-config "$prefix" --cflags xapian_c) \
    "$lib/libxapian_c.a" $(pkg-config --libs xapian-core) -lstdc++
[ "$("$work/static")" = "1.0.0 grind" ]
cat >"$work/CMakeLists.txt" <<'C'
cmake_minimum_required(VERSION 3.21)
project(use C CXX)
find_package(xapian_c 1.0 REQUIRED)
add_executable(one use.c)
target_link_libraries(one PRIVATE xapian_c::xapian_c)
add_executable(two use.c)
target_link_libraries(two PRIVATE xapian_c::xapian_c_static)
C
cmake -S "$work" -B "$work/b" -DCMAKE_PREFIX_PATH="$work/to" -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$flags" \
    -DCMAKE_CXX_FLAGS="$flags" >"$work/log" &&
    cmake --build "$work/b" >>"$work/log" || { cat "$work/log"; exit 1; }
[ "$("$work/b/one")" = "1.0.0 grind" ]
[ "$("$work/b/two")" = "1.0.0 grind" ]
echo "installed and used in four ways"
