"""What an administrator looks at when something does not work, in one go: each file one family of checks."""
