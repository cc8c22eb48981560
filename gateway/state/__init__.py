"""Small files in the gateway's state folder: what must outlive a restart and is no sale."""
