"""What stands between the services and the loyalty server, so that a slow or dead one costs nobody his budget."""
