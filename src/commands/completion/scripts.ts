/**
 * What each shell is told once: to ask `slipway __complete` for each word. The answers are lines of a
 * word, a tab and its description; the line `:files` asks the shell for its own file names.
 */

import { COMPLETE, FILES_LINE, type Shell } from './shells.ts';

/** `compopt` is missing in the Bash 3.2 of macOS, where file names are completed without it. */
const BASH = `# Slipway's completion for bash.
_slipway() {
  local line current="\${COMP_WORDS[COMP_CWORD]}"
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ${FILES_LINE} ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do
        COMPREPLY+=("$line")
      done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("\${COMP_WORDS[0]/#\\~/$HOME}" ${COMPLETE} bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _slipway slipway
`;

const ZSH = `#compdef slipway
# Slipway's completion for zsh.
_slipway() {
  local line files
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == ${FILES_LINE} ]]; then
      files=yes
    else
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <("\${(Q)words[1]/#\\~/$HOME}" ${COMPLETE} zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe slipway candidates
  [[ -n $files ]] && _files
}
if [[ \${funcstack[1]} == _slipway ]]; then
  _slipway "$@"
else
  compdef _slipway slipway
fi
`;

const FISH = `# Slipway's completion for fish.
function __slipway_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] ${COMPLETE} fish -- $words[2..-1] "$current" 2>/dev/null)
        if test "$line" = ${FILES_LINE}
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c slipway -f -a '(__slipway_complete)'
`;

/** The script that a shell is to read at its start. */
export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
