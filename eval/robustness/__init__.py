"""Where lines are lost: under every corruption and severity, with a mean corruption error, and by place in the line."""
