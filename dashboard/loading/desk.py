"""Where files are loaded: the uploads, looks and loads of a workspace, made when they are first asked for."""

from dashboard.loading.loads import Job, Loads, Task
from dashboard.loading.looks import Look, Looks, all_kinds
from dashboard.loading.refusals import refuse
from dashboard.loading.uploads import Upload, Uploads
from dashboard.plans import Plans
from zoning.store import Workspace


class Desk:
    """The uploads and loads of a workspace, made when they are first asked for."""

    def __init__(self, plans: Plans) -> None:
        self.plans = plans
        self._made: tuple[Uploads, Looks, Loads] | None = None

    def workspace(self, outbreak: str) -> Workspace:
        """Return the workspace as an outbreak sees it.

        Raises
        ------
        Refused : this page is of none, or it has no such outbreak.
        """
        if self.plans.engine.workspace is None:
            raise refuse(404, "workspace", "workspace")
        if outbreak not in self.plans.engine.outbreaks():
            raise refuse(404, "outbreak", "outbreak", name=outbreak)
        found: Workspace = self.plans.engine.workspace(outbreak)
        return found

    def _parts(self) -> tuple[Uploads, Looks, Loads]:
        if self._made is None:
            path = self.workspace("").path
            uploads = Uploads(path)
            uploads.sweep()
            self._made = (uploads, Looks(uploads), Loads(path))
        return self._made

    @property
    def uploads(self) -> Uploads:
        """Files on their way."""
        return self._parts()[0]

    @property
    def loads(self) -> Loads:
        """Loads that were begun."""
        return self._parts()[2]

    def look(self, upload: Upload, at: int, outbreak: str) -> Look:
        """Look at one table of a file."""
        settings = self.plans.settings(outbreak)
        return self._parts()[1].look(self.workspace(outbreak), upload, at, settings.max_file_mb, settings.zone)

    def free(self, upload_id: str) -> Upload:
        """Return an upload that no load has in hand; one of a load that is gone with its server is free again.

        Raises
        ------
        Refused : it is being loaded.
        """
        upload = self.uploads.get(upload_id)
        if upload.job and self.in_hand(upload):
            raise refuse(409, "free_file", "id", name=upload.name)
        return upload

    def in_hand(self, upload: Upload) -> bool:
        """Tell whether a load of this server has a file in hand."""
        return self.loads.has(upload.job)

    def begin(self, looks: list[Look], outbreak: str, by: str, sent: str) -> Job:
        """Begin to load tables: the ground before the facts, the cases before the others.

        Raises
        ------
        Refused : one of them cannot be loaded as it stands.
        """
        for look in looks:
            self.free(look.upload.id)
            if not look.ready:
                raise refuse(409, "ready_file", f"{look.upload.id}/{look.at}", name=look.upload.name)
        order = {kind: place for place, kind in enumerate(["osm", *all_kinds()])}
        tasks = [self._task(look) for look in sorted(looks, key=lambda look: order.get(look.kind, 0))]
        job = self.loads.begin(outbreak, by, tasks, sent, self._after)
        for upload_id in {look.upload.id for look in looks}:
            self.uploads.take(upload_id, job.id)
        return job

    @staticmethod
    def _task(look: Look) -> Task:
        options = look.options.kept() | {"zone": look.options.zone, "max_file_mb": look.options.max_file_mb}
        name = f"{look.upload.name} · {part}" if (part := look.upload.items[look.at].part) else look.upload.name
        key = f"{look.upload.id}/{look.at}"
        return Task(key, name, look.upload.path, look.kind, look.source, options, look.rows)

    def _after(self, job: Job) -> None:
        """Take away files of which every table that was asked for is in; give the others back."""
        asked: dict[str, list[Task]] = {}
        for task in job.tasks:
            asked.setdefault(task.key.partition("/")[0], []).append(task)
        for upload_id, tasks in asked.items():
            if all(task.state == "done" for task in tasks):
                self.uploads.drop(upload_id)
            else:
                self.uploads.release(upload_id, [int(t.key.partition("/")[2]) for t in tasks if t.state == "done"])
