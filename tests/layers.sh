#!/bin/sh
# Fails when a folder includes a folder that it may not know. The table below IS the architecture.
# Also: the public header compiles alone as C11 and C++17, every path that ARCHITECTURE.md names
# exists, file names are unique, and the libraries export quern_* alone.
#   tests/layers.sh SOURCE_DIR [LIBQUERN_SO LIBQUERN_A]
set -eu
cd "$1"
bad=0
found=$(mktemp)
trap 'rm -f "$found"' EXIT
fail()
{
    echo "$*"
    bad=1
}

allowed='base:base
stemmer:base stemmer
index:base index
indexer:base stemmer index indexer
query:base stemmer index query
cli:cli'
n=0
while IFS=: read -r dir may; do
    for file in "$dir"/*.c "$dir"/*.h; do
        [ -e "$file" ] || continue
        n=$((n + 1))
        sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file" |
            while read -r include; do
                to=${include%%/*}
                case " $may quern " in
                *" $to "*) ;;
                *) echo "$file includes \"$include\": $dir may not know $to" ;;
                esac
            done
    done
done >"$found" <<END
$allowed
END
[ -s "$found" ] && bad=1 && cat "$found"
grep -lE '#[[:space:]]*include[[:space:]]*<libstemmer' -r --include='*.[ch]' base stemmer index indexer query cli |
    grep -v '^stemmer/stem\.c$' && fail 'only stemmer/stem.c may include libstemmer.h'
grep -nE '\b(malloc|calloc|realloc|free)[[:space:]]*\(' base/*.c stemmer/*.c index/*.c indexer/*.c query/*.c |
    grep -v '^base/mem\.c' | grep -vE ':[0-9]+:[[:space:]]*(\*|/\*)' &&
    fail 'only base/mem.c may ask the C library for memory'

for how in 'cc -std=c11 -x c' 'c++ -std=c++17 -x c++'; do
    $how -Wall -Wextra -Wpedantic -Werror -fsyntax-only include/quern/quern.h ||
        fail "quern.h does not compile alone: $how"
done

grep -oE '`[A-Za-z0-9_./-]+/[A-Za-z0-9_./-]*`' ARCHITECTURE.md README.md CONTRIBUTING.md | tr -d '`' |
    sort -u | while IFS=: read -r doc path; do
    case $path in
    build/* | .quern* | */.quern* | ../*) continue ;;
    esac
    ls -d $path >/dev/null 2>&1 || echo "$doc names $path, which is not there"
done >"$found"
[ -s "$found" ] && bad=1 && cat "$found"

twice=$(find base stemmer index indexer query cli -name '*.[ch]' -not -path 'index/xapian/*' |
    sed 's|.*/||' | sort | uniq -d)
[ -z "$twice" ] || fail "file names that stand twice: $twice"

if [ $# -ge 3 ]; then
    foreign=$(nm -D --defined-only "$2" | awk '{print $3}' | grep -v '^quern_' | grep -v '^QUERN_' || true)
    [ -z "$foreign" ] || fail "libquern.so exports: $foreign"
    for name in exit _exit abort printf puts putchar perror; do
        nm -D --undefined-only "$2" | grep -qE " U $name(@|\$)" && fail "libquern.so calls $name"
    done
    foreign=$(nm --defined-only --extern-only "$3" 2>/dev/null | awk 'NF == 3 {print $3}' | grep -v '^quern_' || true)
    [ -z "$foreign" ] || fail "libquern.a defines: $foreign"
fi
echo "layers: $n files read"
[ "$n" -gt 20 ] || fail 'too few files: wrong directory?'
exit $bad
