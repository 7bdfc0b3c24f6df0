"""The contracts: what services say to each other and to the kommuner. One module per producer; see `topics`."""
