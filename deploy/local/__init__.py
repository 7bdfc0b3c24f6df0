"""A real Kafka and a real PostgreSQL on any machine, from packages alone, and the processes beside them."""
