"""The benchmark zijian-500, five sets of a hundred lines: how real engines build them, and in `sets/` what came out.

It has a renderer of its own on purpose, beside the one in `ocr_core.synth` that training draws with: a network is
good at what its training's renderer does, flaws included, so lines from that renderer say little of any others. What
looks like a double (`camera_view.Pose` beside `synth.geometry.Pose`, typesetting, degradation) must not be shared.

Every builder is `build(folder, generator, lines)` and uses materials of the test split alone. Training never looks
here.
"""
