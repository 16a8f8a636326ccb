"""What holds a mail back, and what is let go."""
