"""Dashboards for Grafana as code; `make dashboards` writes their JSON, which is what Grafana reads.

Replicas show the same figures: `max by (...)` first, never `sum` over replicas.
"""
