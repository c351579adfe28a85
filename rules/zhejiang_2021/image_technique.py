"""图像质量和方法, 四（三）6.

6 图像质量和方法不能满足诊断要求的医学影像学检查；

Reading chosen where the text is open: whether images serve the diagnosis is for the physician's
eye; where a header states a technique that differs from what the item asks, that is worth a hint.
Compared are slice thickness (thin-slice and high-resolution items), phases, and dose; a header that
states nothing is no ground. Spec: tests/spec/zhejiang_2021/test_four_three_technique.py.
"""

from collections.abc import Iterator

from rules.facts import Facts, ImagingFacts, ItemFacts
from rules.outcome import Finding
from rules.parameters import ParametersInForce
from rules.zhejiang_2021.exception_findings import Inferred, exception, strongest


def e06(facts: Facts, parameters: ParametersInForce) -> Finding:
    """四（三）6: declared, for images; hint: technique that differs from what the item asks."""
    if facts.imaging is None or not facts.imaging.received_count:
        return exception("E06", facts)
    return exception("E06", facts, strongest(_differences(facts.item, facts.imaging, parameters)))


def _differences(
    item: ItemFacts, images: ImagingFacts, parameters: ParametersInForce
) -> Iterator[Inferred]:
    effect = parameters.used("effect_technique")
    thinnest, dose = images.slice_micrometers, images.dose_micrograys
    thin = parameters.used("thin_slice_micrometers")
    limit = parameters.integer("thin_slice_micrometers")
    if item.technique == "thin" and thinnest is not None and thinnest > limit:
        yield Inferred(
            "slices_too_thick", effect, thinnest / 1000, {"limit": limit / 1000}, (thin,)
        )
    low = parameters.integer("low_dose_micrograys", item.code)
    if item.technique != "low_dose" and dose is not None and dose <= low:
        used = parameters.used("low_dose_micrograys", item.code)
        yield Inferred("low_dose", effect, dose / 1000, {"limit": low / 1000}, (used,))
    shown = {"plain": images.plain_series, "enhanced": images.contrast_series}
    missing = [phase for phase in item.phases if not shown[phase]]
    if missing:
        yield Inferred("phase_not_shown", effect, list(missing))
