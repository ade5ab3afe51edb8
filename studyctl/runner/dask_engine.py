"""Performing tasks on the workers of a Dask cluster (extra `dask`): `studyctl run NAME --on dask://HOST:PORT`.

What travels is a parcel of the workspace's files and the run that is to be performed, and a run's folder back. Each
worker digests the files again and refuses those that differ. Only this side writes databases.

Timings of one comparison never mix machines: an experiment that measures time gets the workers of one host, and one
place at a time there.
"""

from __future__ import annotations

import contextlib
import queue
import secrets
import threading
from asyncio import CancelledError
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from studyctl import EVIDENCE_VERSION
from studyctl.config import Workspace
from studyctl.core.models import Run
from studyctl.core.ports import Began, Dropped, Ended, Event, Task
from studyctl.errors import ExperimentError, MissingExtraError, StoreError, UsageError
from studyctl.runner import folder, parcel, remote
from studyctl.runner.clock import now

if TYPE_CHECKING:
    from distributed import Client, Future

SCHEME = "dask://"
CONNECT_S = 10
# How the cluster says that a worker died, and with it what it performed.
_DEATHS = ("KilledWorker", "CancelledError", "FutureCancelledError", "FuturesCancelledError")
GPU = "GPU"  # the resource's name that Dask's own documentation uses: `dask worker --resources GPU=2`


@dataclass(frozen=True, slots=True)
class _Places:
    """What a worker has to give."""

    host: str
    threads: int
    gpus: int


class DaskEngine:
    """Implements `Engine` on a cluster; `gpus` of each task are taken from the workers' resource "GPU"."""

    def __init__(self, workspace: Workspace, address: str, *, gpus: int = 0, one_host: bool = False) -> None:
        self._workspace = workspace
        self._client = _connect(address)
        self._futures: dict[Future[bytes], Task] = {}
        # What the cluster tells comes in a thread of its own.
        self._told: queue.SimpleQueue[Began] = queue.SimpleQueue()
        self._open: dict[str, bool] = {}  # runs that are not over, and whether they have begun
        self._lock = threading.Lock()
        self._dropped: list[Dropped] = []
        self._parcels: dict[frozenset[Any], Any] = {}  # by their files: on the cluster already
        self._session = secrets.token_hex(8)
        self._resources = {GPU: gpus} if gpus else {}
        try:
            workers = self._usable(gpus)
            self.host = ""
            if one_host:
                self.host, workers = _largest_host(workers)
            self._addresses = sorted(workers)
            places = sum(one.gpus // gpus if gpus else one.threads for one in workers.values())
            self.jobs = 1 if one_host else places
        except BaseException:
            self._client.close()
            raise

    # Engine ------------------------------------------------------------------------------------------

    def submit(self, task: Task) -> None:
        """Send a run to the cluster, where it waits for a place."""
        self._open[task.run.id] = False
        self._client.subscribe_topic(remote.topic(task.run.id), lambda event: self._hear(task, event[1]))
        future = self._client.submit(
            remote.perform_parcel,
            self._parcel(task.run),
            folder.run_to_plain(task.run),
            task.timeout_s,
            f"studyctl-stop-{self._session}",
            f"studyctl-begun-{task.run.id}",
            key=f"studyctl-{task.run.experiment}-{task.run.id}",
            pure=False,
            retries=0,
            workers=self._addresses,
            resources=self._resources,
        )
        self._futures[future] = task

    def wait(self, seconds: float) -> Sequence[Event]:
        """What happened since the last call; the folders of the runs that ended are here now."""
        import distributed

        events: list[Event] = [*self._dropped, *self._begun()]
        self._dropped.clear()
        if self._futures:
            # A future that the scheduler gave up (its worker died with what it needs) is over too.
            with self._client.as_current(), contextlib.suppress(TimeoutError, distributed.client.FuturesCancelledError):
                distributed.wait(list(self._futures), timeout=0 if events else seconds, return_when="FIRST_COMPLETED")
        over = [future for future in list(self._futures) if future.status != "pending"]
        events += self._begun()
        for future in over:
            run, begun = self._fetch(future)
            events += [Ended(run)] if begun else [Began(replace(run, state="running", ended=None)), Ended(run)]
        return events

    def stop(self, signal: str = "SIGTERM") -> None:
        """Ask every worker to end its run; runs that wait for a place never begin."""
        from distributed import Event

        # The workers end their processes by SIGTERM, whichever signal it was here.
        Event(f"studyctl-stop-{self._session}", client=self._client).set()
        for future, task in list(self._futures.items()):
            if future.status == "pending" and not Event(f"studyctl-begun-{task.run.id}", client=self._client).is_set():
                future.cancel()
                del self._futures[future]
                self._forget(task)
                self._dropped.append(Dropped(task.run.id))

    def close(self) -> None:
        """Leave the cluster; workers end what nobody waits for."""
        self._client.close()

    # Steps -------------------------------------------------------------------------------------------

    def _usable(self, gpus: int) -> dict[str, _Places]:
        """The workers that can take a task, each with its host, threads and GPUs; an error where there are none."""
        workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        if not workers:
            raise UsageError(
                f"the cluster {_shown(self._client)} has no worker",
                "start one there, with studyctl installed: dask worker " + str(self._client.scheduler.address),
            )
        said = self._introduced(list(workers))
        usable = {
            address: _Places(said[address].host, int(one["nthreads"]), int(one.get("resources", {}).get(GPU, 0)))
            for address, one in workers.items()
        }
        if gpus:
            usable = {address: one for address, one in usable.items() if one.gpus >= gpus}
            if not usable:
                raise UsageError(
                    f"no worker of the cluster has {gpus} GPU{'' if gpus == 1 else 's'} to give",
                    f"a worker says so when it is started: dask worker ADDRESS --resources GPU={gpus}",
                )
        return usable

    def _introduced(self, addresses: list[str]) -> dict[str, remote.Worker]:
        """Who the workers are; an error where one has no studyctl, or one that measures differently."""
        said = self._client.run(remote.introduce, workers=addresses, on_error="return")
        for address, worker in said.items():
            if isinstance(worker, BaseException):
                raise ExperimentError(
                    f"the worker {address} cannot perform runs: {type(worker).__name__}: {worker}",
                    "install the same studyctl there: python -m pip install 'studyctl[dask]'",
                )
            if worker.evidence_version != EVIDENCE_VERSION:
                raise ExperimentError(
                    f"the worker {address} has studyctl {worker.version}, which measures differently from this one",
                    "install the same version on both",
                )
        return dict(said)

    def _parcel(self, run: Run) -> Any:
        """The parcel of a run's files as the cluster holds it: sent once for all trials of a sweep."""
        files = frozenset((one.path, one.digest) for one in run.files)
        if files not in self._parcels:
            packed = parcel.pack(self._workspace, run)
            self._parcels[files] = self._client.scatter(packed, broadcast=True, hash=True)
        return self._parcels[files]

    def _hear(self, task: Task, said: Mapping[str, Any]) -> None:
        """In the cluster's thread: a run has begun, or has measured something."""
        with self._lock:
            if task.run.id not in self._open:
                return  # it is over, and its folder is here
            task.home.mkdir(parents=True, exist_ok=True)
            if "lines" in said:
                with (task.home / folder.METRICS_FILE).open("a", encoding="utf-8") as stream:
                    stream.write(said["lines"])
            elif not self._open[task.run.id]:
                self._open[task.run.id] = True
                began = replace(task.run, **said["began"])
                folder.write_record(task.home, began, durable=False)
                self._told.put(Began(began))

    def _begun(self) -> list[Began]:
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._told.get_nowait())
        return found

    def _forget(self, task: Task) -> bool:
        """Hear no more of a run; whether it was told to have begun."""
        self._client.unsubscribe_topic(remote.topic(task.run.id))
        with self._lock:
            return self._open.pop(task.run.id, False)

    def _fetch(self, future: Future[bytes]) -> tuple[Run, bool]:
        """How a task ended, with its folder put in place, and whether it was told to have begun."""
        task = self._futures.pop(future)
        begun = self._forget(task)
        try:
            packed = future.result()
        except (Exception, CancelledError) as error:  # whatever the cluster or the worker raise
            return _without_result(task, error), begun
        # What was told while the run went on is in the folder that comes back.
        parcel.unpack_folder(packed, task.home)
        run = folder.read_record(task.home)
        if run.state == "running":
            said = (task.home / remote.SAID).read_text("utf-8", "replace").strip()
            why = f"its process on {run.host} ended without a word\n{said}".strip()
            run = folder.salvage(task.home, run, "lost", why, None)
        return run, begun


def _without_result(task: Task, error: BaseException) -> Run:
    """The run whose worker gave nothing back: it died, or could not begin."""
    lost = type(error).__name__ in _DEATHS or str(error) == remote.GONE
    text = remote.GONE if lost else f"{type(error).__name__}: {error}"
    try:
        run = folder.read_record(task.home)  # it says who performed it
    except StoreError:
        run = task.run
    return folder.salvage(task.home, run, "lost" if lost else "failed", text, None if lost else now())


def _connect(address: str) -> Client:
    if not address.startswith(SCHEME) or len(address) == len(SCHEME):
        raise UsageError(f"--on {address}: no address of a cluster", f"for example: --on {SCHEME}localhost:8786")
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError(
            "running on a Dask cluster needs the extra dask", "python -m pip install 'studyctl[dask]'"
        ) from error
    place = address.removeprefix(SCHEME)
    try:
        return Client(f"tcp://{place}", timeout=CONNECT_S, set_as_default=False, name="studyctl")
    except (OSError, ValueError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ExperimentError(f"no Dask scheduler answers at {place}: {said}", "start one: dask scheduler") from error


def _shown(client: Client) -> str:
    return str(client.scheduler.address).removeprefix("tcp://") if client.scheduler else "there"


def _largest_host(workers: dict[str, _Places]) -> tuple[str, dict[str, _Places]]:
    """The host with the most threads, by name where they tie, with its workers."""
    hosts: dict[str, int] = {}
    for one in workers.values():
        hosts[one.host] = hosts.get(one.host, 0) + one.threads
    host = min(hosts, key=lambda name: (-hosts[name], name))
    return host, {address: one for address, one in workers.items() if one.host == host}
