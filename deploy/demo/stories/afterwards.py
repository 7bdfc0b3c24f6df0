"""When all stories are told: the figures follow from them, and nothing was lost on the way."""

from deploy.demo.figures import figure
from deploy.demo.story import Play, Story

SERVICES = ("intake", "municipality-gateway", "matching", "followup", "metrics")


async def nothing_left(play: Play) -> None:
    """Nothing is parked, dead or refused."""
    left: dict[str, int] = {}
    for service in SERVICES:
        health = await play.api.get(service, "/health/ready", as_=None)
        left |= {f"{service} {what}": health[what] for what in ("parked", "dead", "outbox_failed") if health[what]}
    play.expect("what the services left over", {}, left)
    kommuner = (await play.api.get("kommuner", "/", as_=None))["kommuner"]
    play.expect("what kommuner were refused", [], [no for one in kommuner.values() for no in one["refused"]])
    play.expect("what kommuner could not do", [], [no for one in kommuner.values() for no in one["failed"]])


async def counted(play: Play) -> None:
    """The figures follow: what a dashboard scrapes."""
    praktik, few_hours, ordinary = "VIRKSOMHEDSPRAKTIK", "SMAAJOB", "ORDINAER"
    await play.expect_figures(
        {
            figure("leaders_signed_up_total", kommune="0561"): 1,
            figure("calls_total", outcome="no-answer"): 1,
            figure("calls_total", outcome="reached"): 2,
            figure("places_opened_total", kommune="0607"): 1,
            figure("referrals_sent_total", kommune="0561", why="own"): 1,
            figure("referrals_sent_total", kommune="0607", why="own"): 1,
            figure("referrals_sent_total", kommune="0410", why="link"): 1,
            figure("referrals_answered_total", kommune="0607", answer="expired"): 1,
            figure("referrals_answered_total", kommune="0410", answer="accepted"): 1,
            figure("companies_new_total", kommune="0561"): 1,
            figure("companies_new_total", kommune="0410"): 0,  # it knew the company
            figure("matches_agreed_total", kommune="0561"): 1,
            figure("matches_agreed_total", kommune="0410"): 1,
            figure("matches_cross_border_total"): 1,
            figure("placements_started_total", form=praktik): 2,
            figure("stage_changes_total", **{"from": praktik, "to": few_hours}): 2,
            figure("stage_changes_total", **{"from": few_hours, "to": ordinary}): 1,
            figure("placements_ended_total", how="as-planned"): 1,
            figure("outcomes_total", outcome="O-ORDINARY", when="0"): 1,
            figure("challenges_total", challenge="C-PUNCTUALITY"): 1,
            figure("interventions_total", intervention="I-EXPECTATIONS", result="solved"): 1,
            figure("interventions_total", intervention="I-COURSE", result="partly"): 1,
            figure("placements", stage=few_hours): 1,
            figure("paid_hours_per_week"): 32 + 15,  # of the ordinary job, and of the placement that lives
            figure("step_duration_seconds_count", step="challenge-to-help"): 1,
            figure("step_duration_seconds_sum", step="challenge-to-help"): 24 * 3600,
        }
    )
    play.tell("one O-ORDINARY with 32 h, 47 paid hours a week in all")


async def small_numbers(play: Play) -> None:
    """Partners see no number that could be somebody."""
    kpis = await play.api.get("metrics", "/kpis", as_="partner")
    play.expect("two matches are too few to show", None, kpis["funnel"]["matches_agreed_total"]["value"])
    shown = [cell for cells in kpis["by"].values() for cell in cells if cell["value"] is not None]
    play.expect("no cell below five", [], shown)
    play.outcome = "nothing lost, nothing refused"


STORY = Story("all", "Afterwards: the figures", (), (nothing_left, counted, small_numbers))
