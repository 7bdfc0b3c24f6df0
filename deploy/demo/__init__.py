"""The demo: case stories played through the public interfaces, on a real Kafka and a real PostgreSQL."""
