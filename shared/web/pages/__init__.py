"""Pages for people: what every service's pages have in common. A page does what a route of the API does, no more."""
