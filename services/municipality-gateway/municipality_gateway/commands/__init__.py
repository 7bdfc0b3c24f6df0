"""What can be asked of the gateway, by people over HTTP and by what follows from a decision."""
