"""Holes: stretches of a call whose sound should be in the recording but is not, each with its cause. Pure.

Lost sound is always reported in this form: in manifests, in `recording.completed` and on pages.
"""

from collections.abc import Iterable

from onrecord.media.capture.journal import ControlFrame
from onrecord.media.render.gating import Gating
from onrecord.protocol.events import Hole
from onrecord.protocol.recording_state import HoleCause


def holes(controls: Iterable[ControlFrame]) -> list[Hole]:
    """The holes that the control frames, in journal order, describe, if anybody's sound can be missing.

    What happened in a damaged stretch is unknown, so it may lack everyone whom the ceiling allowed before or
    after it. What a crashing switch lost was captured under the gate as it was. If nothing is known before or
    after a hole, it names nobody.
    """
    found: list[Hole] = []
    gating = Gating()
    waiting: ControlFrame | None = None
    #: None if unknown.
    parties: frozenset[int] | None = None

    def close() -> None:
        if waiting is not None and (parties is None or parties):
            found.append(
                Hole(
                    start_ms=waiting.clock,
                    end_ms=max(waiting.clock, waiting.fields["until"]),
                    cause=HoleCause(waiting.fields["cause"]),
                    parties=tuple(sorted(parties or ())),
                )
            )

    for control in controls:
        if control.type == "hole":
            close()
            # If nothing was learned between two holes, the second may lack the same parties as the first.
            if waiting is None or gating.is_known:
                is_torn = control.fields["cause"] == HoleCause.TORN
                known = gating.captured if is_torn else gating.allowed
                parties = known if gating.is_known else None
            waiting = control
        elif control.type == "drops" and "until" in control.fields:
            found.append(_dropped(control))
        gating.follow(control)
        if control.type == "state" and waiting is not None:
            parties = (parties or frozenset()) | gating.allowed
            close()
            waiting, parties = None, None
    close()
    return sorted(found, key=lambda hole: hole.start_ms)


def _dropped(drops: ControlFrame) -> Hole:
    """The switch itself counted these losses, so nothing has to be inferred."""
    return Hole(
        start_ms=drops.clock,
        end_ms=drops.fields["until"],
        cause=HoleCause(drops.fields["cause"]),
        parties=tuple(party["party"] for party in drops.fields["parties"]),
    )
