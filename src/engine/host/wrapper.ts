/**
 * The process between Slipway and the command. It outlives whoever started it, so that output and
 * exit code are kept, and it is what makes a start happen once. POSIX sh and nothing else: dash,
 * bash, busybox ash and macOS's sh run it.
 *
 * Its arguments: the state folder, the number of this start, the working directory, shell text that
 * sets limits, how many processes the kernel has killed for want of memory, and the command's argv. Its stdout is a pipe to whoever started it, which reads
 * `claimed` once the start is this wrapper's.
 */
export const WRAPPER = `
# Signals to the whole group are the command's; the wrapper stays to write down how it ended. A
# trap, because what is ignored would be ignored by the command too.
trap : HUP INT QUIT PIPE ALRM TERM USR1 USR2
cd -- "$1" || exit 125
slipway_number=$2
slipway_directory=$3
slipway_limits=$4
slipway_kills=$5
shift 5

# "pid,start,boot": a pid alone may be another process's by the time that it is read.
identify() {
  if [ -r /proc/self/stat ]; then
    read -r slipway_line < /proc/self/stat
    read -r slipway_boot < /proc/sys/kernel/random/boot_id
    set -- \${slipway_line##*) }
    slipway_self="\${slipway_line%% *},\${20},$slipway_boot"
  else
    slipway_self=$(exec sh -c 'echo "$PPID"')
    set -- $(LC_ALL=C TZ=UTC ps -o lstart= -p "$slipway_self")
    slipway_self="$slipway_self,$*,$(sysctl -n kern.bootsessionuuid)"
  fi
}

# A link is made by one process only, and carries its content from the first moment on.
identify
ln -s "$slipway_self" "start-$slipway_number" || exit 75
echo claimed
exec > /dev/null

(
  exec >> stdout 2>> stderr
  identify
  echo "$slipway_self" > "command-$slipway_number"
  eval "$slipway_limits"
  cd -- "$slipway_directory" || exit 126
  exec "$@"
)
slipway_code=$?

if [ "$slipway_code" = 137 ] && [ -r /proc/vmstat ]; then
  slipway_kills="$slipway_kills $(grep '^oom_kill ' /proc/vmstat)"
fi
{ echo "$slipway_code"; echo "$slipway_kills"; times; } > "exit-$slipway_number.partial" &&
  mv -f "exit-$slipway_number.partial" "exit-$slipway_number"
`;
