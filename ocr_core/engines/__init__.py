"""Other people's recognisers, line detector and layout network behind our own protocols: found where installed."""
