"""Views made from a `Recognition` and its `Evidence`: HTML, SVG and figures that know no web framework."""
