"""The pages, through HTTP and through a browser."""
