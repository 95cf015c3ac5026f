"""The five evaluation sets, a hundred lines each: how real engines build them, and in `sets/` what came out.

Every builder is `build(folder, generator, lines)` and uses materials of the test split alone.
Training never looks here.
"""
