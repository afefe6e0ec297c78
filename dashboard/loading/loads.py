"""Loads that the page began: each runs in a process of its own, tells how far it is, and can be stopped.

Loads of one server follow each other. What a load came to is held in memory; the log has the truth of it.
"""

import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import orjson

from dashboard.loading.reasons import told
from dashboard.loading.refusals import refuse
from zoning.store import TABLES

ROOT = Path(__file__).resolve().parent.parent.parent
LOADER = (sys.executable, "-m", "dashboard.loading.loader")
HELD = 30  # loads whose end is remembered
GRACE_S = 10.0  # how long a load that is stopped may clear up


@dataclass
class Task:
    """One table to load: its key, file, kind, source and options; then how far it is and what came of it."""

    key: str
    name: str
    path: Path
    kind: str
    source: str | None
    options: Mapping[str, Any]
    rows_guessed: int | None = None
    state: str = "waiting"  # waiting, loading, done, failed, stopped
    phase: str = ""
    rows: int = 0
    done: dict[str, list[int]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    changed: bool = False
    error: str = ""
    log: int | None = None

    def describe(self) -> dict[str, Any]:
        """Return how far it is, as the page shows it."""
        return {
            "key": self.key, "name": self.name, "kind": self.kind, "source": self.source, "state": self.state,
            "phase": self.phase, "rows": self.rows, "of": self.rows_guessed, "done": self.done, "changed": self.changed,
            "notices": [told(line) for line in self.notices], "error": told(self.error) if self.error else None,
            "log": self.log,
        }  # fmt: skip


@dataclass
class Job:
    """A load of several tables, in order."""

    id: str
    outbreak: str
    by: str
    tasks: list[Task]
    sent: str
    begun: float = 0.0
    ended: float = 0.0
    stopped: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def state(self) -> str:
        """waiting, loading, or how it ended: done, failed (all of its tables), stopped."""
        if not self.ended:
            return "loading" if self.begun else "waiting"
        if self.stopped:
            return "stopped"
        return "done" if any(task.state == "done" for task in self.tasks) else "failed"

    def describe(self) -> dict[str, Any]:
        """Return how far it is, as the page shows it."""
        seconds = (self.ended or time.monotonic()) - self.begun if self.begun else 0.0
        tasks = [task.describe() for task in self.tasks]
        return {"job": self.id, "state": self.state, "seconds": round(seconds, 1), "by": self.by, "files": tasks}


class Loads:
    """The loads of one workspace."""

    def __init__(
        self, workspace: Path, command: Sequence[str] = (sys.executable, "-m", "dashboard.loading.loader")
    ) -> None:
        self._workspace, self._command = workspace.resolve(), command
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def begin(self, outbreak: str, by: str, tasks: list[Task], sent: str, after: Callable[[Job], None]) -> Job:
        """Begin a load; one that was sent before is given back as it is.

        Parameters
        ----------
        outbreak, by : whose facts, and who loads.
        tasks : in the order in which they are loaded.
        sent : what the sender calls it.
        after : is called at its end.
        """
        with self._lock:
            if again := self.sent(sent):
                return again
            job = Job(secrets.token_hex(8), outbreak, by, tasks, sent)
            self._jobs[job.id] = job
            ended = [key for key, one in self._jobs.items() if one.ended]
            for key in ended[: max(0, len(self._jobs) - HELD)]:
                del self._jobs[key]
        threading.Thread(target=self._run, args=(job, after), daemon=True).start()
        return job

    def get(self, job_id: str) -> Job:
        """Return a load.

        Raises
        ------
        Refused : this server knows of none of this id.
        """
        if job_id not in self._jobs:
            raise refuse(404, "job", "job")
        return self._jobs[job_id]

    def sent(self, sent: str) -> Job | None:
        """Return the load that was begun by what its sender calls so; None where there is none."""
        return next((job for job in self._jobs.values() if sent and job.sent == sent), None)

    def has(self, job_id: str) -> bool:
        """Tell whether a load of this id is under way."""
        return bool(job_id) and job_id in self._jobs and not self._jobs[job_id].ended

    def stop(self, job: Job) -> None:
        """Stop a load: the table in hand is not in at all, those before it stay, those after it are not begun."""
        with self._lock:
            job.stopped = job.stopped or not job.ended
            process = job.process
        if process and process.poll() is None:
            process.terminate()
            threading.Timer(GRACE_S, _end, (job, process)).start()

    def _run(self, job: Job, after: Callable[[Job], None]) -> None:
        with self._turn:
            job.begun = time.monotonic()
            said = "" if job.stopped else self._load(job)
        for task in job.tasks:
            if task.state in ("waiting", "loading"):
                task.state, task.error = ("stopped", "") if job.stopped else ("failed", said)
        after(job)
        job.stopped = any(task.state == "stopped" for task in job.tasks)
        job.ended = time.monotonic()

    def _load(self, job: Job) -> str:
        """Run the process and hear it out; return what to say of tables that it never came to."""
        files = [
            {"key": t.key, "path": str(t.path), "kind": t.kind, "source": t.source, "options": t.options}
            for t in job.tasks
        ]
        asked = {"workspace": str(self._workspace), "outbreak": job.outbreak, "by": job.by, "files": files}
        pipe = subprocess.PIPE
        with subprocess.Popen(self._command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as process:
            with self._lock:
                job.process = process
            if job.stopped:
                process.terminate()
            hearing, last = _last_line(process.stderr)
            with suppress(BrokenPipeError):  # it died before it heard all; how, is told below
                self._talk(job, process, asked)
            process.wait()
            with suppress(BrokenPipeError):  # what it never read is still in the pipe's buffer
                cast(IO[bytes], process.stdin).close()
            hearing.join(GRACE_S)
        _clear_up(self._workspace / TABLES, process.pid)
        return f"the process that loads ended with code {process.returncode}: {''.join(last)}".strip()

    def _talk(self, job: Job, process: subprocess.Popen[bytes], asked: Mapping[str, Any]) -> None:
        if process.stdin is None or process.stdout is None:
            return
        process.stdin.write(orjson.dumps(asked) + b"\n")
        process.stdin.flush()
        for line in process.stdout:
            self._hear(job, orjson.loads(line))

    @staticmethod
    def _hear(job: Job, said: dict[str, Any]) -> None:
        task = next(task for task in job.tasks if task.key == said["key"])
        if "error" in said:
            task.state, task.error = "failed", said["error"]
        elif "done" in said:
            task.state, task.done, task.notices = "done", said["done"], said["notices"]
            task.changed, task.log = said["changed"], said["log"]
            task.rows = sum(read for read, _, _ in task.done.values())
        else:
            task.state, task.phase, task.rows = "loading", said["phase"], said["rows"]


def _clear_up(tables: Path, pid: int) -> None:
    """Take away what a process that was ended by force had no time to."""
    for left in tables.glob(f".stream-{pid}-*"):
        shutil.rmtree(left, ignore_errors=True)
    for left in tables.glob(f".*.{pid}.part"):
        left.unlink(missing_ok=True)


def _end(job: Job, process: subprocess.Popen[bytes]) -> None:
    """End a process that did not clear up in time; one that only writes rejects down has its rows in already."""
    if process.poll() is None and not any(t.state == "loading" and t.phase == "rejects" for t in job.tasks):
        process.kill()


def _last_line(stream: Any) -> tuple[threading.Thread, list[str]]:
    """Return a thread that reads a stream to its end, so that it never blocks, and where its last line then stands."""
    last = [""]

    def read() -> None:
        for line in stream:
            last[0] = line.decode("utf-8", "replace").strip() or last[0]

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread, last
