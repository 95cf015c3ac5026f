"""Scripts of the page that say something: each is given the texts it says, in the page's language."""

from __future__ import annotations

import json

from ocr_core.language import Phrase, Words, in_every_language

# The same `say` as in Python: of a text of two forms the first is for a count of one.
_SAY_JS = """
const say = (key, values = {}) => {
  const forms = WORDS[key].split('||');
  return (values.n === 1 ? forms[0] : forms[forms.length - 1]).replace(/\\{(\\w+)\\}/g, (_, name) => values[name]);
};
"""


def speaking_script(script: str, words: Words, prefix: str) -> Phrase:
    """Returns a script that can `say("key")`: the texts of a table whose keys begin with `prefix`."""
    return in_every_language(
        lambda: f"const WORDS = {json.dumps(words.keys_under(prefix), ensure_ascii=False)};{_SAY_JS}{script}"
    )
