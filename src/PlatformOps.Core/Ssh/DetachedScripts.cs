namespace PlatformOps.Core.Ssh;

/// <summary>The shell scripts of detached runs, for any POSIX shell on Linux. Values come as arguments only.</summary>
/// <remarks>
/// <para>A run's folder is <c>~/.local/state/platformops/detached/&lt;key&gt;</c>, mode 0700, on a disk: after a reboot it still says that the command was begun.
/// <c>claim</c> has the wrapper's process id, its start time (field 22 of <c>/proc/&lt;pid&gt;/stat</c>, proc(5)), the boot id and the command's digest; <c>out</c> and
/// <c>err</c> the output; <c>rc</c> the exit status, put there whole by a rename; <c>stopped</c> says that it was ended on request.</para>
/// <para>The claim is a hard link, which is made once or fails: however many starters and launchers there are, one wrapper runs the command.</para>
/// </remarks>
internal static class DetachedScripts
{
    /// <summary>What the wrapper's file begins with; the command follows. $1 is the folder, $2 the file with the input.</summary>
    /// <remarks>The input's file loses its name as soon as it is open. What was claimed is on the disk before the command begins, so that not even a power cut lets it begin twice.</remarks>
    public const string WrapperHead = """
        {
        [ "$2" = /dev/null ] || rm -f "$2"
        cd "$HOME" || exit
        printf '%s %s %s %s\n' "$$" "$(cut -d ' ' -f 22 "/proc/$$/stat")" "$(cat /proc/sys/kernel/random/boot_id)" "$3" > "$0.claim" || exit
        sync "$0.claim" 2> /dev/null || sync
        ln "$0.claim" "$1/claim" || exit
        sync "$1" 2> /dev/null || sync
        (
        """;

    /// <inheritdoc cref="WrapperHead"/>
    public const string WrapperTail = """
        ) > "$1/out" 2> "$1/err"
        printf '%s\n' "$?" > "$1/rc.new"
        sync "$1/rc.new" 2> /dev/null || sync
        mv "$1/rc.new" "$1/rc"
        } < "$2"
        """;

    /// <summary>Starts the command, unless one of this key was begun before. $1 key, $2 digest, $3 how many bytes of input come (empty for none), $4 the wrapper.</summary>
    /// <remarks>
    /// Many may run it at once. Only the claim counts: whoever sees one clears all inputs of the key away, those of slower starters too, and a starter whose
    /// own means are gone attaches if there is a claim by then. One that gives up puts an empty file in the claim's place first, so that none can begin late, and only who did so moves the folder.
    /// </remarks>
    public const string Start = $$"""
        umask 077
        {{Folder}}
        began=attached input=/dev/null fault=
        if [ ! -s "$d/claim" ]; then
          mkdir -p "$d" || exit
          command -v setsid > /dev/null || { echo 'setsid (util-linux) is missing' >&2; exit 1; }
          if [ -n "$3" ]; then
            grep -q '^[^ ]* /dev/shm tmpfs ' /proc/mounts || { echo '/dev/shm is no tmpfs, and input is not written to a disk' >&2; exit 1; }
            input=$(mktemp "/dev/shm/$1.XXXXXXXXXXXXXXXX") || exit
            cat > "$input"
            [ "$(cat "$input" 2> /dev/null | wc -c)" -eq "$3" ] || fault='its input did not arrive whole'
          fi
          void=$(mktemp "$d/void.XXXXXXXXXXXXXXXX") && script=$(mktemp "$d/script.XXXXXXXXXXXXXXXX") && printf '%s\n' "$4" > "$script" || fault='its script could not be written'
        fi
        if [ ! -s "$d/claim" ]; then
          if [ -n "$fault" ]; then
            [ "$input" = /dev/null ] || rm -f "$input"
            echo "$fault" >&2
            exit 1
          fi
          manager=
          if [ -d /run/systemd/system ]; then
            if [ "$(id -u)" = 0 ]; then manager=--system; elif [ -e "/var/lib/systemd/linger/$(id -un)" ]; then manager=--user; fi
          fi
          if [ -z "$manager" ] || ! systemd-run "$manager" --quiet --collect --unit="$1" --setenv=HOME="$HOME" --setenv=USER="$USER" --setenv=LOGNAME="$LOGNAME" --setenv=PATH="$PATH" --setenv=LANG="$LANG" /bin/sh "$script" "$d" "$input" "$2" > /dev/null 2>&1; then
            setsid sh "$script" "$d" "$input" "$2" < /dev/null > /dev/null 2>&1 &
          fi
          began=started
          n=0
          while [ ! -s "$d/claim" ] && [ "$n" -lt 150 ]; do sleep 0.1; n=$((n + 1)); done
          if [ ! -s "$d/claim" ] && ln "$void" "$d/claim" 2> /dev/null; then
            mv "$d" "$d.void.$$"
            rm -rf "$d.void.$$"
          fi
          if [ ! -s "$d/claim" ]; then
            [ "$input" = /dev/null ] || rm -f "$input"
            echo 'it had not begun after 15 s, and now cannot any more' >&2
            exit 1
          fi
        fi
        rm -f "/dev/shm/$1."*
        echo "{{Mark}} $began"
        """;

    /// <summary>Tells the state and sends what output there is from an offset on; where there is nothing new, waits for it. $1 key, $2 and $3 offsets in out and err, $4 seconds to wait, $5 most bytes of each.</summary>
    public const string Follow = $$"""
        {{Folder}}
        from=$2 efrom=$3 n=0 state=
        while [ -z "$state" ]; do
          {{Look}}
          o=0 e=0
          if [ -e "$d/out" ]; then size=$(wc -c < "$d/out"); o=$((size - from)); fi
          if [ -e "$d/err" ]; then size=$(wc -c < "$d/err"); e=$((size - efrom)); fi
          if [ "$state" = running ] && [ "$o" -eq 0 ] && [ "$e" -eq 0 ] && [ "$n" -lt "$4" ]; then state=; sleep 1; n=$((n + 1)); fi
        done
        [ "$o" -le "$5" ] || o=$5
        [ "$e" -le "$5" ] || e=$5
        echo "{{Mark}} $state $rc $digest $o $e"
        [ "$o" -le 0 ] || tail -c "+$((from + 1))" "$d/out" | head -c "$o"
        [ "$e" -le 0 ] || tail -c "+$((efrom + 1))" "$d/err" | head -c "$e"
        """;

    /// <summary>Tells the state. $1 key.</summary>
    public const string Tell = $$"""
        {{Folder}}
        {{Look}}
        echo "{{Mark}} $state $rc $digest 0 0"
        """;

    /// <summary>Ends the run, politely for 10 s, and tells the state. $1 key.</summary>
    /// <remarks>Wrapper and command are one process group; under systemd, what else is in the unit ends with the wrapper.</remarks>
    public const string Stop = $$"""
        {{Folder}}
        {{Look}}
        if [ "$state" = running ]; then
          echo > "$d/stopped"
          kill -TERM "-$pid"
          n=0
          while kill -0 "-$pid" 2> /dev/null && [ "$n" -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
          kill -KILL "-$pid" 2> /dev/null
          {{Look}}
        fi
        echo "{{Mark}} $state $rc $digest 0 0"
        """;

    /// <summary>Removes the run's files. $1 key.</summary>
    public const string Forget = $"""
        {Folder}
        rm -rf "$d" "/dev/shm/$1."*
        """;

    /// <summary>What the answers of these scripts begin with; before it may stand what a login shell says by itself.</summary>
    public const string Mark = "ops-detached:";

    private const string Folder = """d="${HOME:?}/.local/state/platformops/detached/$1" """;

    /// <summary>Sets state, rc, digest and pid. A pid counts only with its start time and boot: numbers are used again. The exit status is looked for once more after the process is gone.</summary>
    private const string Look = """
        rc=- pid= start= boot= digest=-
          if [ -e "$d/claim" ]; then read -r pid start boot digest < "$d/claim"; fi
          now=
          if [ -n "$pid" ]; then now=$(cut -d ' ' -f 3,22 "/proc/$pid/stat" 2> /dev/null); fi
          if [ -z "$pid" ]; then state=absent
          elif [ -s "$d/rc" ]; then state=ended
          elif [ "$boot" != "$(cat /proc/sys/kernel/random/boot_id)" ]; then state=rebooted
          elif [ "${now#* }" = "$start" ] && [ "${now% *}" != Z ]; then state=running
          elif [ -s "$d/rc" ]; then state=ended
          elif [ -e "$d/stopped" ]; then state=stopped
          else state=killed
          fi
          if [ "$state" = ended ]; then read -r rc < "$d/rc"; fi
        """;
}
