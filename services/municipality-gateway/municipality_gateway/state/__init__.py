"""What the gateway knows: aggregates and their parts."""
