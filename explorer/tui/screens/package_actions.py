"""What the keys of "what if" do with the selected package: its metadata, its files, its versions."""

from __future__ import annotations

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ...events import MetadataRead
from ...settings.settings import StaticMetadata
from ...view.wheel_matrix import FileRow
from ...what_if import toggle as t
from ..panes.wheels import WheelsPane
from .copy_screen import CopyScreen
from .index_actions import IndexActions


class PackageActions(IndexActions):
    """`do_` methods about one package and its files."""

    @property
    def wheel(self) -> FileRow | None:
        """The file under the cursor in Wheels."""
        pane = self.pane("wheels")
        subject = pane.subject if isinstance(pane, WheelsPane) else None
        return subject if isinstance(subject, FileRow) else None

    def do_read_from(self) -> None:
        """Read the metadata of the version shown from the file under the cursor."""
        pane = self.pane("wheels")
        table = pane.table if isinstance(pane, WheelsPane) else None
        if self.wheel is not None and table is not None:
            self.change(t.ReadMetadataFrom(table.package, table.version, self.wheel.filename))

    def do_state_metadata(self) -> None:
        """State what the selected version requires: what was read of it, else nothing."""
        package, version = self.shown.package(), self.shown.version()
        if package is None or version is None:
            return
        story = self.shown.view.packages.stories.get(package)
        read = story.metadata.get(version) if story is not None else None
        if read is None:
            self.notify(
                f"Nothing was read of {package} {version}: stated that it requires nothing.", markup=False, timeout=6
            )
        self.change(t.StateMetadata(stated_metadata(package, version, read)))

    def do_package(self) -> None:
        """Every change that is about the selected package only."""
        package, version = self.shown.package(), self.shown.version()
        if package is None:
            return
        toggles: list[t.Toggle] = [
            t.UsePrereleases("allow", package),
            self._turned(t.AllowBuilds(False, package), t.AllowBuilds(True, package)),
            self._turned(t.AllowWheels(False, package), t.AllowWheels(True, package)),
            t.ExcludeNewer(None, package=package),
            t.ForgetPreferences(package),
            t.AskAgain(package),
        ]
        if version is not None:
            toggles.append(t.AllowYanked(package, version))
        choices = [(t.title(toggle), str(place)) for place, toggle in enumerate(toggles)]

        def chosen(place: str | None) -> None:
            if place is not None:
                self.change(toggles[int(place)])

        self.app.push_screen(CopyScreen(choices, f"What if, for {package}"), chosen)

    def _turned(self, change: t.Toggle, back: t.Toggle) -> t.Toggle:
        """The change, or the way back where it was made last."""
        done = self.session.toggles.done if self.session is not None else ()
        made = [toggle for toggle in done if toggle in (change, back)]
        return back if made and made[-1] == change else change


def stated_metadata(package: str, version: str, read: MetadataRead | None) -> StaticMetadata:
    """An entry of dependency-metadata with what was read; without, one that requires nothing."""
    try:
        exactly: Version | None = Version(version)
    except InvalidVersion:
        exactly = None
    if read is None:
        return StaticMetadata(canonicalize_name(package), exactly, (), None, ())
    return StaticMetadata(canonicalize_name(package), exactly, read.requires, read.requires_python, read.extras)
