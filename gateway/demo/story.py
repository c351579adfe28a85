"""The whole story, step by step, and its table."""

from dataclasses import dataclass

import httpx
from rich.console import Console
from rich.table import Table

from gateway.demo import (
    story_decisions,
    story_figures,
    story_images,
    story_messages,
    story_results,
)
from gateway.demo.stage import Seen, Stage, Step

STEPS: tuple[Step, ...] = (
    *story_figures.BEFORE,
    *story_results.STEPS,
    *story_images.STEPS,
    *story_decisions.STEPS,
    *story_messages.STEPS,
    *story_figures.STEPS,
)


@dataclass(frozen=True, slots=True)
class Played:
    """A step with what was seen."""

    step: Step
    seen: Seen


async def play(stage: Stage, steps: tuple[Step, ...] = STEPS) -> tuple[Played, ...]:
    """Play all steps in order; one that fails stops none of the others."""
    return tuple([Played(step, await _seen(step, stage)) for step in steps])


async def _seen(step: Step, stage: Stage) -> Seen:
    try:
        return await step.play(stage)
    except httpx.HTTPStatusError as error:
        return Seen(f"HTTP {error.response.status_code}", holds=False)
    except (httpx.HTTPError, OSError, LookupError, TypeError, ValueError) as error:
        return Seen(f"{type(error).__name__} {error}", holds=False)


def show(console: Console, played: tuple[Played, ...]) -> None:
    """Print the table of the story."""
    table = Table(title="互认演示", show_lines=False)
    table.add_column("#", justify="right")
    for title, ratio in (("步骤", 3), ("应当", 3), ("所见", 6)):
        table.add_column(title, ratio=ratio, overflow="fold")
    table.add_column("", justify="center")
    for number, each in enumerate(played, start=1):
        mark = "[green]✓[/]" if each.seen.holds else "[bold red]✗[/]"
        table.add_row(str(number), each.step.title, each.step.expected, each.seen.text, mark)
    console.print(table)
    held = sum(each.seen.holds for each in played)
    console.print(f"{held} / {len(played)} 步成立")


def all_hold(played: tuple[Played, ...]) -> bool:
    """Whether every step was seen as it should be."""
    return all(each.seen.holds for each in played)
