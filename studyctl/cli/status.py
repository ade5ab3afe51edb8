"""`studyctl status`, also without a command: where things stand and what to do next."""

from __future__ import annotations

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session


@single("status", "studyctl", "studyctl status --json")
def app(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show where things stand: what is new, answered, stale and open, the last runs, and what to do next."""
    from studyctl.app.export import is_behind
    from studyctl.app.lists import with_reasons
    from studyctl.app.runs import as_seen
    from studyctl.app.status import status_page
    from studyctl.view.status import status_json
    from studyctl.view.status import status_page as show
    from studyctl.view.sync import changes
    from studyctl.wiring.experiments import discover
    from studyctl.wiring.opening import run_is_lost

    here = session(ctx)
    news: list[str] = []
    with here.reader(synced=lambda report: news.extend(changes(report))) as reader:
        items = reader.items()
        reasons = here.reasons(reader, items)
        page = status_page(
            here.workspace.root.name,
            with_reasons(items, reasons),
            reasons,
            answers := reader.answers(),
            as_seen(reader.runs(), run_is_lost),
            discover(here.workspace),
            news,
            record_behind=is_behind(here.workspace.record, answers),
        )
    if as_json:
        here.json(status_json(page))
    else:
        here.print(*show(page))
