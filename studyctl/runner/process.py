"""Which process runs an experiment, and whether it still does. The one module with calls of a platform's own.

A pid is given to another process sooner or later, so a process is named by its pid and the moment it started.
On Linux both stand in /proc, which costs a reading command nothing; elsewhere psutil knows them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from pathlib import Path

# The boot time that start times are counted from may be corrected while the machine runs.
CLOCK_SLACK_S = 2.0


def hostname() -> str:
    """The name of this machine."""
    if hasattr(os, "uname"):
        return os.uname().nodename
    import platform

    return platform.node()


def started_at(pid: int) -> float | None:
    """When the process started, in seconds since 1970; None where there is none, or only a zombie."""
    if Path("/proc/self/stat").exists():
        return _started_at_linux(pid)
    import psutil  # type: ignore[import-untyped]

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:
        return float(psutil.Process(pid).create_time())


def _started_at_linux(pid: int) -> float | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The second field is the command in parentheses, which may hold spaces and parentheses itself.
    fields = stat.rpartition(")")[2].split()
    if fields[0] in ("Z", "X"):
        return None
    boot = next(
        int(line.split()[1]) for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime ")
    )
    return boot + int(fields[19]) / os.sysconf("SC_CLK_TCK")


def is_alive(pid: int, started: float) -> bool:
    """Whether the process that had this pid and started then is still there."""
    now = started_at(pid)
    return now is not None and abs(now - started) <= CLOCK_SLACK_S


def interrupt_main_thread() -> None:
    """Let the main thread's handler of SIGTERM run, even where it waits in a call of the system."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    else:
        import _thread

        _thread.interrupt_main(signal.SIGTERM)


def lead_group(pid: int = 0) -> None:
    """Make this process, or a child of it, the first of a group: it can be ended with all that it starts."""
    if hasattr(os, "setpgid"):
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it is gone, or does something else by now
            os.setpgid(pid, pid)


def end_group(pid: int) -> None:
    """End by force the processes of the group that this one led, itself too where it is still there."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        return
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (*process.children(recursive=True), process):
            one.kill()


def usable_cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_bytes() -> int:
    """The machine's memory."""
    try:
        return int(os.sysconf("SC_PAGE_SIZE")) * int(os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        import psutil

        return int(psutil.virtual_memory().total)
