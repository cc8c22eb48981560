"""What the gateway does. Services decide and wait; they reach the world through ports only."""
