"""What the gateway and systemd say to each other: ready, alive, stopping; and the sockets it hands over."""
