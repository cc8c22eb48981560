"""What the administrator and Prometheus see: one log line a request, metrics, health."""
