"""Ctrl-C during a run, typed at a terminal: the effects end, the prompt comes back, and the run can be resumed.

The worst moment is made on purpose: the terminal's answer to "where is the cursor?" (which PowerShell asks whenever it draws progress) and the Ctrl-C
reach the terminal's driver together. The driver then discards the answer, for which PowerShell would wait for ever.
"""
import fcntl
import glob
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time

QUESTION, ANSWER, CTRL_C = b"\x1b[6n", b"\x1b[20;1R", b"\x03"
LATENCY = 0.02


class Terminal:
    """A terminal of 160 columns that answers where its cursor is."""

    def __init__(self, home):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(HOME=home, TMPDIR=home, TERM="xterm-256color", POWERSHELL_UPDATECHECK="Off")
            os.chdir(home)
            os.execvp("pwsh", ["pwsh", "-NoProfile", "-NoLogo"])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self.shown, self.questions, self.answered, self.due = bytearray(), 0, 0, []
        self.strike = False

    def run(self, until, seconds):
        """Plays the terminal until the condition holds; false where it does not in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if until():
                return True
            if select.select([self.fd], [], [], 0.01)[0]:
                self.shown += os.read(self.fd, 65536)
            asked = self.shown.count(QUESTION)
            self.due += [time.monotonic() + LATENCY] * (asked - self.questions)
            self.questions = asked
            while self.due and self.due[0] <= time.monotonic():
                self.due.pop(0)
                self.answered += 1
                os.write(self.fd, ANSWER + CTRL_C if self.strike else ANSWER)
                self.strike = False
        return until()

    def shows(self, pattern, seconds=60, after=0):
        return self.run(lambda: re.search(pattern, bytes(self.shown[after:])) is not None, seconds)

    def type(self, line):
        """Types a line, and gives where what it shows begins."""
        self.run(lambda: False, 0.5)
        os.write(self.fd, line.encode() + b"\r")
        return len(self.shown)

    def says(self, word):
        """Whether the prompt takes a command and nothing else was typed into it."""
        mark = self.type(f"'{word[:3]}'+'{word[3:]}'")
        return self.shows(rb"\n" + word.encode() + rb"\r?\n|\x1b\[\?1l" + word.encode() + rb"\r\n", 10, mark)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def check(holds, what, terminal):
    if not holds:
        sys.exit(f"FAILED: {what}. The terminal's end:\n{bytes(terminal.shown[-1500:])!r}")
    print(f"ok: {what}", flush=True)


def journals(home):
    return [open(name, "rb").read() for name in sorted(glob.glob(f"{home}/**/runs/*/journal", recursive=True))]


def interrupt(manifest, at_worst):
    home = tempfile.mkdtemp(prefix="platformops-terminal-")
    terminal = Terminal(home)
    try:
        terminal.shows(rb"PS [^\r\n]*> ")
        terminal.type(f"Import-Module '{manifest}'; $lab = Start-OpsLab; $null = Connect-PlatformOps $lab.ConfigurationPath; 'rea'+'dy'")
        check(terminal.shows(rb"ready\r?\n"), "a lab at a prompt", terminal)
        mark = terminal.type("Import-MigrationList $lab.ListPath | Invoke-MigrationStep -Step Setup,PreDrain -ThrottleLimit 2 -Confirm:$false")
        check(terminal.shows(rb"host\.root-access", after=mark), "a run with progress", terminal)
        if at_worst:
            answered, terminal.strike = terminal.answered, True
            check(terminal.run(lambda: not terminal.strike, 20), "Ctrl-C together with an answer to the host", terminal)
        else:
            os.write(terminal.fd, CTRL_C)
        mark = len(terminal.shown)
        check(terminal.shows(rb"PS [^\r\n]*> ", 10, mark), "the prompt is back", terminal)
        before = journals(home)
        check(len(before) == 1 and b"host.root-access" in before[0], "there is a journal of what was done", terminal)
        check(terminal.says("alive"), "the prompt takes a command", terminal)
        terminal.run(lambda: False, 2)
        check(journals(home) == before, "nothing goes on behind it", terminal)
        mark = terminal.type("$r = Get-OpsRun | Resume-OpsRun -Confirm:$false; 'res'+'umed ' + $r.Count")
        check(terminal.shows(rb"resumed [1-9]", 120, mark), "the run is resumed", terminal)
        terminal.type("Stop-OpsLab $lab; 'sto'+'pped'")
        terminal.shows(rb"stopped\r?\n", 20)
    finally:
        terminal.close()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    interrupt(sys.argv[1], at_worst=False)
    interrupt(sys.argv[1], at_worst=True)
