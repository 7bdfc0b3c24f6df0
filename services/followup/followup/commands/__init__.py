"""What can be asked of follow-up: by people over HTTP (bodies, checked strictly), by timers and its own decisions."""
