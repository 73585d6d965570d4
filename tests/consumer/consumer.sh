#!/bin/sh
# A program outside the tree finds libquern through pkg-config and through find_package, and prints
# the first hit of a query on the sample articles.
#   consumer.sh SOURCE_DIR BUILD_DIR
set -eu
source=$1
build=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/root" >/dev/null
cp -R "$source/articles" "$scratch/news"
"$scratch/root/bin/indexer" -q "$scratch/news"
lib=$(dirname "$(find "$scratch/root" -name libquern.so)")
export LD_LIBRARY_PATH="$lib"

PKG_CONFIG_PATH="$lib/pkgconfig"
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
cc -std=c11 -Wall -Wextra -Werror "$source/tests/consumer/first_hit.c" $(pkg-config --cflags --libs quern) \
    -o "$scratch/by-pkg-config"
# shellcheck disable=SC2046
cc -std=c11 "$source/tests/consumer/first_hit.c" $(pkg-config --cflags quern) "$lib/libquern.a" \
    $(pkg-config --static --libs-only-l quern | sed 's/-lquern//') -o "$scratch/static"
cmake -G Ninja -S "$source/tests/consumer" -B "$scratch/b" -DCMAKE_PREFIX_PATH="$scratch/root" >/dev/null
cmake --build "$scratch/b" >/dev/null

want=$("$scratch/root/bin/search" --index "$scratch/news/.quern" 'Bedrock commitment' | head -n 1)
[ -n "$want" ] || { echo 'search printed nothing'; exit 1; }
for program in by-pkg-config static b/first_hit; do
    got=$("$scratch/$program" "$scratch/news/.quern" 'Bedrock commitment')
    echo "$program: $got"
    case $got in
    *Bedrock*) ;;
    *) echo "$program did not print the hit"; exit 1 ;;
    esac
    [ "$got" = "$("$scratch/static" "$scratch/news/.quern" 'Bedrock commitment')" ] || exit 1
done
if ldd "$scratch/root/bin/search" | grep -E 'libxapian|libstdc\+\+'; then
    echo 'search links the C++ runtime'
    exit 1
fi
