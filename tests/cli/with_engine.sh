#!/bin/sh
# The indexer as another engine's: INDEXER of the other scripts, where REAL_INDEXER and TEST_ENGINE
# say which. A command line that chooses an engine itself keeps its choice.
for argument; do
    case $argument in
    --engine | --engine=*) exec "$REAL_INDEXER" "$@" ;;
    esac
done
exec "$REAL_INDEXER" --engine "$TEST_ENGINE" "$@"
