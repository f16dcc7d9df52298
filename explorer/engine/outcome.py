"""What a run ends with: the solution, or the failure by its name. Nothing from outside raises beyond this."""

from __future__ import annotations

from typing import Literal, Protocol

from ..events import Body, Cancelled, Failed, NotModelled, Resolved, RunEnded, RunStarted, Unsatisfiable
from ..http.exchange import FetchError
from ..http.session import SessionPart
from ..indexes.listing import SearchAborted
from ..model.url import mask_url
from ..profiles import Profile
from ..resolve.failures import described_failure
from ..resolve.installs import NoFileForHost
from ..resolve.solution import GaveUp, NoSolution, NotYetModelled
from ..settings.settings import Settings
from ..wheels.build import BuildError
from ..wheels.coverage import InvalidLibcVersion
from ..wheels.cutoff import InvalidCutoff
from ..wheels.interpreter import InterpreterNotFound
from ..wheels.targets import UnknownPlatform, UnknownPythonVersion
from .resolution import Resolution, Target
from .telling import pinned, tell_settings

Outcome = Literal["resolved", "unsatisfiable", "failed", "cancelled"]


class Stream(Protocol):
    """What the engine needs of a run: to tell, to tell even when cancelled, to be cancelled."""

    requests: int

    def __call__(self, body: Body, /, *, fork: int = 0) -> None: ...

    def record(self, body: Body, *, fork: int = 0) -> None: ...

    def check(self) -> None: ...

    @property
    def seconds(self) -> float: ...


def resolve(settings: Settings, profile: Profile, stream: Stream, session: SessionPart | None = None) -> Outcome:
    """Resolve as `profile` would. Never raises for anything from outside; the last event is RunEnded.

    `session` is the run's part in a session: what is held there is not asked again.
    """
    outcome: Outcome = "failed"
    try:
        outcome = _resolve(settings, profile, stream, session)
    except Cancelled:
        outcome = "cancelled"
        stream.record(Failed("cancelled", "The run was cancelled."))
    except GaveUp as failure:
        stream.record(Failed("limit", failure.headline, failure.hints))
    except NoSolution as failure:
        outcome = "unsatisfiable"
        stream.record(Unsatisfiable(failure.headline, failure.report, failure.hints, failure.derivation))
    except (FetchError, SearchAborted, BuildError) as failure:
        stream.record(described_failure(failure, profile))
    except NotYetModelled as failure:
        stream.record(NotModelled(failure.what, failure.consequence))
        stream.record(Failed("not modelled", f"{failure.what}: {failure.consequence}"))
    except NoFileForHost as failure:
        stream.record(Failed("install", str(failure), failure.hints))
    except (InterpreterNotFound, UnknownPlatform, UnknownPythonVersion, InvalidLibcVersion, InvalidCutoff) as failure:
        stream.record(Failed("settings", str(failure)))
    except RecursionError:
        stream.record(Failed("limit", "The requirements nest too deeply to be resolved."))
    except Exception as failure:  # a defect of ours must end the run with a name, not the app
        stream.record(
            Failed("internal", f"The explorer itself failed: {type(failure).__name__}: {mask_url(str(failure))}")
        )
    stream.record(RunEnded(outcome, stream.seconds, stream.requests))
    return outcome


def _resolve(settings: Settings, profile: Profile, stream: Stream, session: SessionPart | None) -> Outcome:
    if settings.kind == "no resolution":
        stream(RunStarted(profile.name, settings.command, settings.mode, (), profile.note))
        stream(Resolved(()))
        return "resolved"
    target = Target(settings, profile, stream)
    tell_settings(settings, profile, target.environment, stream)
    with Resolution(settings, profile, target, stream, stream.check, session) as resolution:
        solution = resolution.solve()
    stream(Resolved(tuple(pinned(p, target.environment, settings, profile) for p in solution.packages)))
    return "resolved"
