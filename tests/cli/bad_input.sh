#!/bin/sh
# SPDX-License-Identifier: MIT
# Bad input: each with its message and exit code. What needs root (a full disk, a read-only mount) is
# not here; two writers are in exit_codes.sh, and a newer format is a row of the manifest's suite.
. "$(dirname "$0")/common.sh"

# An empty folder.
mkdir empty
run 0 "$INDEXER" empty
has out '0 files'
has err 'found no files — put .txt, .md, .html or .jsonl files into '
run 1 "$SEARCH" --index empty anything
has err 'the index is empty — run: indexer'

mkdir news
cd news || exit 1
echo 'A sound file about otters.' >good.txt
run 0 "$INDEXER"

# A binary file.
printf '\177ELF\002\001\001\000\000\000\000\000\000\000\000\000\003\000\076\000otters' >program.txt
run 1 "$INDEXER"
has err 'skipped program.txt:'
run 0 "$INDEXER" status
has out 'program.txt:'
rm program.txt
run 0 "$INDEXER"

# UTF-16 with and without NULs in the way of a guess; Latin-1; a lone CR.
printf '\377\376o\000t\000t\000e\000r\000s\000 \000s\000w\000i\000m\000' >utf16le.txt
printf '\376\377\000o\000t\000t\000e\000r\000s\000 \000d\000i\000v\000e' >utf16be.txt
printf 'Otters in a caf\351 in Orl\351ans, d\351j\340 vu, \351t\351 apr\350s \351t\351\n' >latin1.txt
printf '\357\273\277Otters with a byte order mark\r\nand CRLF\r\n' >bom.txt
run 0 "$INDEXER"
for word in swim dive orleans mark; do
    run 0 "$SEARCH" $word
done
# NULs inside a text: a binary file or a text, but no crash, and the others stand.
printf 'otters\000hidden\000words\n' >nul.txt
"$INDEXER" >"$scratch/.out" 2>"$scratch/.err"
[ $? -le 1 ] || fail 'a file with NULs'
run 0 "$SEARCH" swim
rm nul.txt

# JSONL lines that are not JSON: the others are indexed, the line is told.
printf '%s\n' '{"id":"1","text":"Stoats one."}' 'this is no JSON' '{"id":"2","text":"Stoats two."}' \
    '{"id":"3"}' '[1,2]' '{"id":"4","text":"Stoats four."}' >records.jsonl
run 1 "$INDEXER"
has err 'line 2'
has err 'line 4'
has err 'line 5'
run 0 "$SEARCH" -c stoats
has out '3 passages in 3 articles'
printf '%s\n' '{"id":"1","text":"Stoats one."}' >records.jsonl
run 0 "$INDEXER"
printf 'no json\n{"text":"Weasels."}\n' | "$INDEXER" - >"$scratch/.out" 2>"$scratch/.err"
same 'a bad record on standard input' 1 $?
has err 'line 1'
run 0 "$SEARCH" weasels

# A FIFO, a socket's kind, a symlink loop, a link to a folder above.
mkfifo fifo.txt
ln -s loop-b.txt loop-a.txt
ln -s loop-a.txt loop-b.txt
ln -s .. up
timeout 20 "$INDEXER" >"$scratch/.out" 2>"$scratch/.err"
same 'a FIFO and loops' 1 $?
has err 'fifo.txt'
has err 'loop-a.txt'
rm fifo.txt loop-a.txt loop-b.txt up

# A folder and a file without permission (root reads them anyway).
if [ "$(id -u)" -ne 0 ]; then
    mkdir closed
    echo 'Otters behind a door.' >closed/otter.txt
    echo 'Otters behind a lock.' >locked.txt
    chmod 000 closed locked.txt
    run 1 "$INDEXER"
    has err 'closed'
    has err 'locked.txt'
    chmod 755 closed
    chmod 644 locked.txt
    run 0 "$INDEXER"
    mkdir ../sealed
    echo 'Otters under seal.' >../sealed/otter.txt
    chmod 555 ../sealed
    run 6 "$INDEXER" ../sealed
    has err 'is not writable'
    # A read-only index: searched, not written.
    chmod -R a-w .quern
    run 0 "$SEARCH" swim
    echo 'New otters.' >late.txt
    run 6 "$INDEXER"
    has err '.quern is not writable'
    chmod -R u+w .quern
fi

# A line that is too long for an article.
head -c 3000000 /dev/zero | tr '\0' 'x' >line.txt
run 1 "$INDEXER" --max-article 1M
has err 'skipped line.txt'
{
    printf '{"id":"long","text":"'
    head -c 3000000 /dev/zero | tr '\0' 'x'
    printf '"}\n{"id":"short","text":"Minks."}\n'
} >wide.jsonl
rm line.txt
run 1 "$INDEXER" --max-article 1M
has err 'wide.jsonl'
run 0 "$SEARCH" minks
rm wide.jsonl
run 0 "$INDEXER"

# Queries: a megabyte, random bytes, nothing but signs.
head -c 120000 /dev/zero | tr '\0' 'q' >"$scratch/long"
run 1 "$SEARCH" "$(cat "$scratch/long")"
i=0
while [ $i -lt 9 ]; do
    words="$words $(cat "$scratch/long")"
    i=$((i + 1))
done
set -- # a megabyte, in pieces that one argument may have
i=0
while [ $i -lt 10 ]; do
    set -- "$@" "$(cat "$scratch/long")"
    i=$((i + 1))
done
run 0 "$SEARCH" "$@" swim
set --
i=0
while [ $i -lt 40 ]; do
    query=$(head -c 60 /dev/urandom | tr -d '\0')
    "$SEARCH" -- "$query" >"$scratch/.out" 2>"$scratch/.err"
    code=$?
    case $code in
        0 | 1 | 2) ;;
        *)
            fail "random bytes: exit code $code"
            printf '%s' "$query" | od -c | head -n 5
            ;;
    esac
    i=$((i + 1))
done
run 1 "$SEARCH" '!!! ((( ***'
run 1 "$SEARCH" '"'
run 0 "$SEARCH" '"swim'

# A damaged index: every program says so, none crashes.
"$INDEXER" optimize >/dev/null
segment=$(ls -t .quern/seg-* | head -n 1)
cp -R .quern "$scratch/sound"
size=$(wc -c <"$segment" | tr -d ' ')
"$SEARCH" -n 100 otters >"$scratch/answer"

# damaged WHAT: the index here is damaged: told, or answered as before.
damaged()
{
    "$INDEXER" check >"$scratch/.out" 2>"$scratch/.err"
    same "check of $1" 4 $?
    "$SEARCH" -n 100 otters >"$scratch/.out" 2>"$scratch/.err"
    code=$?
    case $code in
        0) cmp -s "$scratch/.out" "$scratch/answer" || fail "$1: another answer without an error" ;;
        3 | 4) [ -s "$scratch/.err" ] || fail "$1: no message" ;;
        *) fail "$1: exit code $code" ;;
    esac
    rm -rf .quern
    cp -R "$scratch/sound" .quern
}

i=0
while [ $i -lt 24 ]; do
    at=$((size * i / 24))
    byte=$(od -An -tu1 -j $at -N 1 "$segment" | tr -d ' ')
    printf "\\$(printf %03o $((byte ^ 64)))" |
        dd of="$segment" bs=1 seek=$at conv=notrunc 2>/dev/null
    damaged "byte $at"
    i=$((i + 1))
done
for keep in 0 1 100 $((size / 2)) $((size - 1)); do
    head -c "$keep" "$scratch/sound/${segment#.quern/}" >"$segment"
    damaged "a segment cut to $keep bytes"
done
rm "$segment"
damaged 'a segment that is gone'
manifest=$(ls .quern/man-* | tail -n 1)
sed 's/^language english/language germany/' "$scratch/sound/${manifest#.quern/}" >"$manifest"
damaged 'a changed manifest'

# Something else where the index should be.
rm -rf .quern
mkdir .quern
run 3 "$SEARCH" otters
run 3 "$INDEXER" check
run 0 "$INDEXER"
run 0 "$SEARCH" swim
rm -rf .quern
mkdir .quern
echo 'not an index' >.quern/notes
run 3 "$SEARCH" otters
"$INDEXER" >"$scratch/.out" 2>"$scratch/.err"
[ $? -ge 2 ] || fail 'an index was made over files of somebody else'
[ -f .quern/notes ] || fail 'files of somebody else are gone'

# A folder that vanishes from under the programs.
mkdir "$scratch/gone"
cd "$scratch/gone" || exit 1
rmdir "$scratch/gone"
run 6 "$SEARCH" anything
run 6 "$INDEXER"
finish
