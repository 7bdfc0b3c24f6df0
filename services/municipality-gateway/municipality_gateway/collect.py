"""What Prometheus reads here beside what every service has."""

from itertools import product

from prometheus_client.core import GaugeMetricFamily, Metric

from municipality_gateway.queries import desk
from shared.catalogue.kommuner import KOMMUNER
from shared.runtime import Runtime

WHAT = ("asked-back", "no-contact", "guidance", "silent", "slow")


async def collect(runtime: Runtime) -> list[Metric]:
    """Each kommune from the first scrape on, at 0 too; the test kommune is none of them."""
    turns = await desk.turns(runtime)
    family = GaugeMetricFamily(
        "lederalliancen_referrals_waiting",
        "One open referral that waits for a consultant: asked-back, no-contact (the kommune has nobody to ask),"
        " guidance, silent (no answer in time), slow (accepted, and nobody proposed).",
        labels=["kommune", "what"],
    )
    for labels in product(KOMMUNER, WHAT):
        family.add_metric(labels, turns[labels])
    return [family]
