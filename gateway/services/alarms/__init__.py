"""The daemon's own monitoring, for stores without any other: what is wrong is mailed to the administrator."""
