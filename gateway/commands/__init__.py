"""Commands of `pos-gateway` beside `run`: one file each."""
