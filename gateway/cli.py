"""The `gateway` command: listeners, imports, tokens, checks (docs/handbook/commands.md)."""

import asyncio
import gc
import signal
import sys
from collections.abc import Collection, Coroutine
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress
from rich.table import Table

from gateway import operations, simulation, simulation_tables
from gateway.bootstrap import ALL_LISTENERS, DICOM, HTTP, MLLP, open_gateway, running
from gateway.canonical.errors import InvalidRecord
from gateway.canonical.identifiers import InstitutionCode
from gateway.canonical.times import local_date
from gateway.clock import utc_now
from gateway.demo.run import run_demo
from gateway.errors import GatewayError
from gateway.log import configure_logging, get_logger
from gateway.security.roles import Role
from gateway.security.tokens import Caller
from gateway.services.onboarding import ImportRefused
from gateway.settings import Settings
from gateway.storage.schema import migrate as migrate_schema
from item_catalog.loader import check_catalog

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
mapping = typer.Typer(no_args_is_help=True, help="Local codes: coverage and suggestions.")
audit = typer.Typer(no_args_is_help=True, help="The audit trail.")
catalog = typer.Typer(no_args_is_help=True, help="The catalogue editions.")
policy = typer.Typer(no_args_is_help=True, help="The policy and its parameters.")
app.add_typer(mapping, name="mapping")
app.add_typer(policy, name="policy")
app.add_typer(audit, name="audit")
app.add_typer(catalog, name="catalog")
_out = Console()
_notes = Console(stderr=True)
_DAY = ["%Y-%m-%d"]
_log = get_logger("cli")
_EXIT_REFUSED = 1
_YOUNG_OBJECTS = 20_000


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; a refusal becomes one line and exit status 1."""
    try:
        return asyncio.run(work)
    except ImportRefused as refused:
        for defect in refused.defects:
            typer.echo(str(defect), err=True)
        raise typer.Exit(_EXIT_REFUSED) from None
    except GatewayError as refused:
        typer.echo(f"{refused.code}: {refused.message}", err=True)
        raise typer.Exit(_EXIT_REFUSED) from None


def _settings() -> Settings:
    settings = Settings()
    configure_logging(settings.log_level)
    return settings


async def _serve(settings: Settings, listeners: Collection[str]) -> None:
    """Listen until SIGINT or SIGTERM, then finish what is in flight."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_gateway(settings) as gateway, running(gateway, listeners) as ports:
        _spare_the_collector()
        for name, port in (
            (HTTP, ports.http_port),
            (MLLP, ports.mllp_port),
            (DICOM, ports.dicom_port),
        ):
            if port is not None:
                _log.info("listening", kind=name, port=port)
        await stop.wait()


def _spare_the_collector() -> None:
    """Let garbage collection pass over what was loaded at the start, which stays for good.

    Else it walks the catalogue and every module again and again: half of the slowest answers of a
    listener under load waited for that.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)


@app.command()
def serve() -> None:
    """HTTP, MLLP, DICOM and the worker in one process."""
    _run(_serve(_settings(), ALL_LISTENERS))


@app.command()
def api() -> None:
    """HTTP alone."""
    _run(_serve(_settings(), {HTTP}))


@app.command()
def mllp() -> None:
    """HL7 v2 over MLLP alone."""
    _run(_serve(_settings(), {MLLP}))


@app.command()
def dicom() -> None:
    """DICOM alone."""
    _run(_serve(_settings(), {DICOM}))


@app.command()
def worker() -> None:
    """The periodic work alone."""
    _run(_serve(_settings(), ()))


@app.command()
def demo(
    exit_after: Annotated[
        bool, typer.Option("--exit", help="run the story, print its table, and end")
    ] = False,
) -> None:
    """A fresh fake city, sent through the real ports."""
    raise typer.Exit(_run(run_demo(Settings(), exit_after)))


@app.command(name="import")
def import_(
    kind: str,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check only")] = False,
) -> None:
    """Take a CSV file into the register, all or nothing."""
    done = _run(operations.import_file(_settings(), kind, file, dry_run))
    state = "checked" if dry_run else "unchanged" if done.unchanged else "imported"
    typer.echo(f"{done.file}: {done.rows} rows {state}")
    if done.affected:
        typer.echo(f"{len(done.affected)} open determinations would be made otherwise now:")
    for line in done.affected:
        cells = (line.determination_id, line.institution, line.item_code, line.before, line.after)
        typer.echo("\t".join(cell or "-" for cell in cells))


@app.command()
def token(
    role: Annotated[Role, typer.Option()],
    institution: Annotated[str, typer.Option()],
    subject: Annotated[str, typer.Option()] = "operator",
) -> None:
    """A token of the local issuer."""
    try:
        caller = Caller(role, InstitutionCode(institution), subject)
    except InvalidRecord as fault:
        raise typer.BadParameter(str(fault)) from None
    typer.echo(operations.issue_token(_settings(), caller, utc_now()))


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this release."""
    _run(migrate_schema(_settings().effective_database_url))


@app.command()
def replay(
    name: Annotated[str, typer.Argument(help="a quarantined message or a determination")],
) -> None:
    """Process a quarantined message again, or run a determination again."""
    done = _run(operations.replay(_settings(), name))
    typer.echo(done.text)
    if not done.succeeded:
        raise typer.Exit(_EXIT_REFUSED)


@app.command()
def stats(
    start: Annotated[str, typer.Option(help="first day, ISO")] = "",
    end: Annotated[str, typer.Option(help="last day, ISO")] = "",
    by: Annotated[str, typer.Option(help="province, institution, department, item")] = "province",
) -> None:
    """Print the indicators of a period, by default the last 30 days."""
    today = local_date(utc_now())
    first = date.fromisoformat(start) if start else today - timedelta(days=30)
    last = date.fromisoformat(end) if end else today
    answer = _run(operations.statistics(_settings(), first, last, by))
    table = Table("group", "indicator", "numerator", "denominator", "value")
    for group in answer["groups"]:
        for figure in group["indicators"]:
            value = figure["value"] or f"not computed: {figure['not_computed']}"
            table.add_row(
                group["group"], figure["title"], str(figure["numerator"]),
                str(figure["denominator"]), value,
            )  # fmt: skip
    _out.print(table)


@policy.command()
def simulate(
    first: Annotated[datetime, typer.Option("--from", formats=_DAY, help="first day")],
    last: Annotated[datetime, typer.Option("--to", formats=_DAY, help="last day, included")],
    parameter: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE or NAME[ITEM]=VALUE; may be repeated")
    ] = None,
    policy_id: Annotated[
        str | None, typer.Option("--policy", help="determine every line by this policy")
    ] = None,
    institution: Annotated[str | None, typer.Option(help="of this receiver alone")] = None,
    json: Annotated[
        Path | None, typer.Option(dir_okay=False, help="write all figures and examples here")
    ] = None,
) -> None:
    """How recognitions, exceptions and savings would have moved; changes nothing."""
    if not parameter and policy_id is None:
        raise typer.BadParameter("say what would be different: --parameter or --policy")
    days = simulation.Days(first.date(), last.date(), institution)
    asked = simulation.Question(tuple(parameter or ()), policy_id)
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=_notes) as bar:
        task = bar.add_task("reminders", total=None)

        def show(made: int, total: int) -> None:
            bar.update(task, completed=made, total=total)

        figures = _run(simulation.simulate_policy(_settings(), days, asked, show))
    if json is not None:
        json.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
    for table in simulation_tables.tables(figures):
        _out.print(table)
    _out.print(simulation_tables.summary(figures))


@mapping.command()
def coverage(institution: Annotated[str, typer.Option()]) -> None:
    """The share of received local codes that is mapped, and the rest by frequency."""
    found = _run(operations.mapping_coverage(_settings(), InstitutionCode(institution)))
    share = "-" if found.share is None else f"{found.share:.1%}"
    typer.echo(f"{found.mapped_codes} of {found.codes} codes mapped ({share})")
    for code in found.unmapped:
        typer.echo(f"{code.kind}\t{code.local_code}\t{code.local_name}\t{code.count}")


@mapping.command()
def suggest(institution: Annotated[str, typer.Option()]) -> None:
    """Ranked candidates for every unmapped code, to be reviewed; nothing is applied."""
    for code, candidates in _run(
        operations.mapping_suggestions(_settings(), InstitutionCode(institution))
    ):
        for rank, each in enumerate(candidates, start=1):
            cells = (
                code.kind, code.local_code, code.local_name, str(rank), each.target.item_code,
                each.target.component or "", each.name, f"{each.score:.2f}",
            )  # fmt: skip
            typer.echo("\t".join(cells))


@app.command()
def conformance(
    institution: Annotated[str, typer.Option()],
    days: Annotated[int, typer.Option(min=1, max=366, help="so many days up to today")] = 30,
) -> None:
    """What the sampled messages of a sender deviate in, most frequent first."""
    found = _run(operations.conformance(_settings(), InstitutionCode(institution), days))
    typer.echo(f"{found['deviating']} of {found['checked']} checked messages deviate")
    for each in found["findings"]:
        cells = (
            each["severity"], each["location"] or "-", str(each["count"]),
            f"{each['first_day']}..{each['last_day']}", each["text"],
        )  # fmt: skip
        typer.echo("\t".join(cells))


@audit.command()
def verify() -> None:
    """Check the hash chains of the audit trail."""
    problems = _run(operations.verify_audit(_settings()))
    for problem in problems:
        typer.echo(f"{problem.stream or '-'}\t{problem.sequence or '-'}\t{problem.reason}")
    if problems:
        raise typer.Exit(_EXIT_REFUSED)
    typer.echo("the audit trail is whole")


@catalog.command()
def check() -> None:
    """Check the catalogue editions; every defect at once."""
    defects = check_catalog()
    for defect in defects:
        typer.echo(str(defect))
    if defects:
        raise typer.Exit(_EXIT_REFUSED)
    typer.echo("the catalogue is without defect")


def main() -> None:
    """The console script."""
    with suppress(BrokenPipeError):
        app()
    sys.exit(0)
