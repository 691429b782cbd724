"""A reader's shell: one bash that keeps its directory and variables from command to command."""
import os
import pty
import select
import signal
import subprocess
import time

SECONDS = 90


class Shell:
    """close() ends the shell and all that it left in the background."""

    def __init__(self, directory, environment):
        self.directory = directory
        self._output = directory / ".output"
        self._done, done = os.pipe()
        os.set_inheritable(done, True)
        self._done_by_shell = done
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], cwd=directory, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=[done], start_new_session=True)

    def run(self, command, answer=None, seconds=SECONDS):
        """(exit code, what was printed). With `answer` it has a terminal, where that is typed."""
        self._output.write_bytes(b"")
        if answer is not None:
            return self._run_on_terminal(command, answer, seconds)
        # Not in a subshell: `cd` and `export` must hold. The descriptor that reports stays ours.
        report = self._done_by_shell
        self._shell.stdin.write(f"{{ {command}\n}} {report}>&- >>'{self._output}' 2>&1 </dev/null\n"
                                f"echo $? >&{report}\n")
        self._shell.stdin.flush()
        ready, _, _ = select.select([self._done], [], [], seconds)
        printed = self._output.read_text(errors="replace")
        if not ready:
            raise AssertionError(f"not within {seconds} s: {command}\n{printed}")
        return int(os.read(self._done, 16)), printed

    def _run_on_terminal(self, command, answer, seconds):
        _, where = self.run("pwd; export -p")
        directory, exports = where.split("\n", 1)
        mine, theirs = pty.openpty()
        child = subprocess.Popen(["bash", "-c", exports + command], cwd=directory, stdin=theirs,
                                 stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        printed, asked, deadline = b"", False, time.monotonic() + seconds
        while select.select([mine], [], [], max(0.0, deadline - time.monotonic()))[0]:
            try:
                printed += os.read(mine, 65536)
            except OSError:  # the other end is closed
                break
            if printed.endswith(b": ") and not asked:
                os.write(mine, answer.encode() + b"\n")
                asked = True
        else:
            os.killpg(child.pid, signal.SIGKILL)
        os.close(mine)
        return child.wait(), printed.decode(errors="replace").replace("\r\n", "\n")

    def close(self):
        try:
            os.killpg(self._shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._shell.wait()
        self._shell.stdin.close()
        os.close(self._done)
        os.close(self._done_by_shell)
