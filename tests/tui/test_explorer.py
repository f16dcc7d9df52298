"""The app as a user drives it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from drive import MEDIUM, NARROW, WIDE, drive, notices, screen_after, text_of_screen, until
from fake_run import FakeRun, session_over
from sample_run import CORP, Script, failed_run, many_exchanges, opening, resolved_run
from textual.pilot import Pilot

from explorer import events as ev
from explorer.model import reasons as why
from explorer.tui.app import ResolveApp
from explorer.tui.panes.queries import QueriesPane
from explorer.tui.screens.copy_screen import CopyScreen
from explorer.tui.screens.why_screen import WhyScreen
from explorer.tui.session import Session
from explorer.what_if.toggle import UseProfile


def box(screen: str, title: str) -> str:
    """The lines of the screen from the one that holds a title on."""
    return screen[screen.index(title) :]


def test_moving_in_queries_shows_the_ladder_and_the_wheels_of_that_query() -> None:
    screen = screen_after(resolved_run(), WIDE, "g", "j")
    assert "netrc" in box(screen, "Auth")
    assert "torch 2.5.1" in box(screen, "Wheels")


def test_selecting_a_package_in_the_answer_shows_its_wheels_and_why_it_was_chosen() -> None:
    screen = screen_after(resolved_run(), WIDE, *["tab"] * 4, "g")
    assert "click 8.1.7" in box(screen, "Wheels")
    assert "why click 8.1.7" in screen


def test_selecting_a_leaf_of_the_derivation_selects_the_query_it_rests_on() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("tab", "tab", "tab", "g", "j", "j")
        await pilot.pause(0.1)
        assert app.explorer.shown.selection.request == 6
        assert app.explorer.query_one(QueriesPane).number == 6

    drive(failed_run(), WIDE, steps)


def test_a_step_of_the_derivation_folds_and_unfolds() -> None:
    folded = screen_after(failed_run(), WIDE, "tab", "tab", "tab", "g", "j", "h")
    assert "steps folded" in folded and "depends on numpy>=1.26" not in box(folded, "Derivation").split("Answer")[0]
    unfolded = screen_after(failed_run(), WIDE, "tab", "tab", "tab", "g", "j", "h", "l")
    assert "torch>=2.4 depends on numpy>=1.26" in unfolded


def test_typing_a_filter_narrows_the_queries_and_escape_clears_it() -> None:
    keys = ["slash", *"status==401"]
    filtered = screen_after(resolved_run(), WIDE, *keys, "enter")
    assert "1 of 20" in filtered and "/status==401" in filtered
    assert "20 queries" in screen_after(resolved_run(), WIDE, *keys, "enter", "escape")


def test_a_filter_that_cannot_be_read_says_so_and_changes_nothing() -> None:
    screen = screen_after(resolved_run(), WIDE, "slash", *"color:red")
    assert "'color' is no field" in screen


def test_enter_tells_why_and_shows_masked_headers_and_the_body() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("g", "j", "enter")
        await pilot.pause(0.1)
        assert isinstance(app.screen, WhyScreen)
        await pilot.press("G")
        await pilot.pause(0.1)
        screen = text_of_screen(app)
        assert "Basic ****" in screen and "api-version" in screen

    drive(resolved_run(), WIDE, steps)


def test_y_copies_a_curl_command_that_holds_no_password() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("g", "j", "y")
        await pilot.pause(0.1)
        assert isinstance(app.screen, CopyScreen)
        await pilot.press("2")
        await pilot.pause(0.1)
        assert app.clipboard.startswith(f"curl '{CORP}/torch/' --user 'ann'")
        assert "Basic" not in app.clipboard

    drive(resolved_run(), WIDE, steps)


def test_z_shows_one_pane_and_z_again_all_of_them() -> None:
    zoomed = screen_after(resolved_run(), WIDE, "z")
    assert "Queries │ Auth │ Wheels" in zoomed.replace("  ", " ") and "Derivation ─" not in zoomed
    assert "Derivation ─" in screen_after(resolved_run(), WIDE, "z", "z")


def test_tab_goes_through_every_pane_in_a_narrow_terminal() -> None:
    seen = []

    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        for _ in range(8):
            seen.append(app.explorer.layout_state.active)
            await pilot.press("tab")
            await pilot.pause(0.05)

    drive(resolved_run(), NARROW, steps)
    assert seen == ["queries", "auth", "wheels", "derivation", "answer", "indexes", "setup", "findings"]


def test_a_click_on_a_tab_shows_its_pane() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        place = text_of_screen(app).splitlines()[1].index("Wheels")
        await pilot.click(offset=(place + 1, 1))
        await pilot.pause(0.1)
        assert app.explorer.layout_state.detail == "wheels"

    drive(resolved_run(), MEDIUM, steps)


def test_a_click_on_a_row_selects_it() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.click("#queries", offset=(20, 4))
        await pilot.pause(0.1)
        assert app.explorer.shown.selection.request == 3

    drive(resolved_run(), WIDE, steps)


def test_an_action_that_cannot_be_done_says_why() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("P", "space")
        await until(pilot, lambda: "No run is under way." in notices(app))
        await until(pilot, lambda: "Put the cursor on an index in Setup first." in notices(app))

    drive(resolved_run(), WIDE, steps)


def test_space_on_an_index_runs_again_without_it() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("b", "b", "g", "space")
        session = app.explorer.session
        assert session is not None
        await until(pilot, lambda: session.runs == 2 and not session.running)
        assert [index.id for index in session.off] == ["corp"]
        assert "without corp" in text_of_screen(app)

    drive(resolved_run(), WIDE, steps)


def test_s_and_v_run_again_with_the_next_strategy_and_the_next_rules() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        await pilot.press("s", "v")
        session = app.explorer.session
        assert session is not None
        await until(pilot, lambda: session.runs == 3 and not session.running)
        run = session.run
        assert isinstance(run, FakeRun)
        assert (run.settings.strategy, run.settings.tool, run.profile.name) == ("pool", "pip", "pip@26.3")
        await pilot.press("V")
        await until(pilot, lambda: session.runs == 4 and not session.running)
        assert isinstance(session.run, FakeRun)
        assert session.run.settings.strategy == "unsafe-first-match"
        assert session.run.profile.name == "uv@0.13.8"
        await pilot.press("0")
        assert isinstance(session.run, FakeRun)
        assert (session.run.settings.strategy, session.run.profile.name) == ("first-index", "uv@0.13.8")

    drive(resolved_run(), WIDE, steps)


def test_upper_case_r_runs_again_without_the_cache() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        session = app.explorer.session
        assert session is not None
        for key, refreshed in (("R", True), ("r", False)):
            await pilot.press(key)
            assert isinstance(session.run, FakeRun)
            assert session.run.settings.network.refresh is refreshed

    drive(resolved_run(), WIDE, steps)


def test_time_steps_back_by_decisions_and_returns_to_the_end() -> None:
    back = screen_after(resolved_run(), WIDE, *["left_curly_bracket"] * 3)
    assert "an earlier moment" in back and "decision: h11 0.14.0" in back
    assert "✔ resolved" in screen_after(resolved_run(), WIDE, *["left_curly_bracket"] * 3, "escape")


def test_pausing_and_cancelling_reach_the_run() -> None:
    session = session_over(resolved_run(), batch=0)
    app = ResolveApp(session)

    async def main() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await until(pilot, lambda: session.run is not None)
            run = session.run
            assert isinstance(run, FakeRun)
            await pilot.press("p")
            assert "paused" in text_of_screen(app) or run.calls[-1] == "pause"
            await pilot.press("p", "P")
            assert run.calls == ["start", "pause", "resume", "cancel"]

    asyncio.run(main())


def test_while_a_run_goes_on_the_list_follows_and_the_panes_show_the_newest() -> None:
    session = session_over(resolved_run(), batch=0)
    app = ResolveApp(session)

    async def main() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await until(pilot, lambda: session.run is not None)
            run = session.run
            assert isinstance(run, FakeRun)
            run.held, run.batch = 61, 1000
            await until(pilot, lambda: session.recorded.view.count == 61)
            queries = app.explorer.query_one(QueriesPane)
            await until(pilot, lambda: queries.row_count == 8 and queries.cursor == 7)
            assert "● solving" in text_of_screen(app)
            await until(pilot, lambda: "query 8" in box(text_of_screen(app), "Auth"))
            run.held = None
            await until(pilot, lambda: "✔ resolved" in text_of_screen(app))

    asyncio.run(main())


def hostile_run() -> list[ev.Event]:
    """Markup, ANSI and bidirectional text wherever an index can put text."""
    script = Script()
    opening(script)
    evil = "\x1b[31m[/red][bold]\u202egnp.exe"
    request = script.wire(f"{CORP}/x/", 200, package=evil, excerpt=evil, headers={"x-evil": evil})
    script.add(
        ev.PageRead(evil, "corp", request, "html", (ev.FileSeen(evil, None, why.NotADistribution(evil)),), ()),
        ev.IndexAnswered(evil, "corp", "found", 200, 1, "page_401", (request,), detail=evil),
        ev.CandidateJudged(evil, "1.0[/]", "corp", "*", "newest", why.Yanked(evil)),
        ev.WheelChosen(
            evil, "1.0[/]", "corp", evil, (ev.FileVerdict(evil, "wheel", why.NotADistribution(evil)),), evil, None, evil
        ),
        ev.Warned(evil),
        ev.Unsatisfiable(evil, (evil,), (evil,), ev.DerivationNode(1, "dependency", evil, evidence=(request,))),
        ev.RunEnded("unsatisfiable", 0.1, 1),
    )
    return script.events


def test_text_from_outside_shows_literally_in_every_pane() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        for _ in range(8):
            screen = text_of_screen(app)
            assert "\x1b" not in screen and "\u202e" not in screen
            assert "\\x1b[31m[/red][bold]" in screen
            await pilot.press("enter")
            await pilot.pause(0.05)
            raw = text_of_screen(app)
            assert "\x1b" not in raw and "\u202e" not in raw
            if app.screen is not app.explorer:
                await pilot.press("escape")
            await pilot.press("tab")
            await pilot.pause(0.05)

    drive(hostile_run(), WIDE, steps)


def test_extras_are_no_markup() -> None:
    assert "uvicorn[standard]" in screen_after(resolved_run(), WIDE)


def test_an_error_in_a_pane_becomes_a_notice() -> None:
    async def steps(app: ResolveApp, pilot: Pilot[int]) -> None:
        def broken(_: object) -> None:
            raise ValueError("[/no markup]")

        app.explorer.pane("auth").build = broken  # type: ignore[method-assign]
        await pilot.press("g", "j")
        await until(pilot, lambda: "The Auth pane failed: ValueError: [/no markup]" in notices(app))
        assert "torch 2.5.1" in box(text_of_screen(app), "Wheels")

    drive(resolved_run(), WIDE, steps)


def test_an_error_in_the_run_becomes_the_answer() -> None:
    session = session_over(resolved_run())
    app = ResolveApp(session)

    def broken(limit: int = 0) -> list[ev.Event]:
        raise RuntimeError("queue is gone")

    async def main() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await until(pilot, lambda: session.run is not None)
            assert isinstance(session.run, FakeRun)
            session.start()
            session.run.drain = broken  # type: ignore[method-assign]
            await until(pilot, lambda: session.recorded.view.answer.failed is not None)
            assert "the explorer itself failed: RuntimeError: queue is gone" in text_of_screen(app)

    asyncio.run(main())


def test_without_a_command_every_pane_says_what_will_appear() -> None:
    app = ResolveApp(None)
    shown: list[str] = []

    async def main() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await pilot.pause(0.2)
            shown.append(text_of_screen(app))

    asyncio.run(main())
    for words in ("Requests appear here", "where credentials were looked for", "files of a version appear here"):
        assert words in shown[0]


def test_fifty_thousand_rows_scroll_and_jump() -> None:
    events = many_exchanges(50_000)
    session = session_over(events)
    app = ResolveApp(session)

    async def main() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await until(pilot, lambda: session.recorded.view.count == len(events))
            await pilot.press("g", "G", "pageup")
            await pilot.pause(0.1)
            assert "package-4998" in text_of_screen(app) or "package-499" in text_of_screen(app)

    asyncio.run(main())


def test_the_exit_status_is_that_of_the_last_answer() -> None:
    for events, status in ((resolved_run(), 0), (failed_run(), 1)):

        async def steps(app: ResolveApp, pilot: Pilot[int], expected: int = status) -> None:
            await pilot.press("q")
            await pilot.pause(0.05)
            assert app.return_value == expected

        drive(events, NARROW, steps)


def test_rows_of_mixed_basis_say_which_in_the_list_and_in_why() -> None:
    events = [replace(event, basis="observed") if event.number > 60 else event for event in resolved_run()]
    listed = screen_after(events, WIDE, "z")
    assert "basis" in listed and "simulated" in listed and "observed" in listed
    screen = screen_after(events, WIDE, "G", "enter")
    assert "observed: seen in the log" in screen


def test_a_session_goes_through_the_releases_at_which_a_rule_changes_and_round() -> None:
    session: Session = session_over([])
    assert session.next_profile() == "pip@26.3"
    session.toggles = session.toggles.with_(UseProfile("uv@0.7.0"))
    assert (session.next_profile(), session.next_profile(-1)) == ("uv@0.7.1", "uv@0.6.17")
    session.toggles = session.toggles.with_(UseProfile("pip@26.3"))
    assert (session.next_profile(), session.next_profile(-1)) == ("uv@0.1.0", "uv@0.13.8")
