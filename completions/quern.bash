# SPDX-License-Identifier: MIT
# bash completion for search and indexer: options, from what --help prints, and the commands of the
# indexer. Words of a query complete to words of the index, paths to files.
_quern()
{
    local program=$1 word=$2 before=$3
    case $before in
        --color | --hyperlink) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$word"); return ;;
        --date-from) mapfile -t COMPREPLY < <(compgen -W mtime -- "$word"); return ;;
        --format) mapfile -t COMPREPLY < <(compgen -W trec -- "$word"); return ;;
        --queries) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        --index | --drop | --complete) return ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$program" --help | grep -oE '^ +(-., )?--[a-z0-9-]+' |
            grep -oE -- '--.*')" -- "$word")
    elif [[ ${program##*/} == indexer && $COMP_CWORD -eq 1 ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'status check optimize rebuild remove list' -- "$word")
    elif [[ ${program##*/} == search && -n $word ]]; then
        mapfile -t COMPREPLY < <("$program" --complete "$word" 2>/dev/null)
    fi
}
complete -o default -F _quern indexer
complete -F _quern search
