"""What a scrape and `GET /kpis` read."""
