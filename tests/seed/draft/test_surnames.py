"""Surnames: the nominatives of printed forms, by gender and case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed.draft.surnames import nominatives


@pytest.mark.parametrize(
    ("printed", "gender", "case", "found"),
    [
        ("савиным", "masc", "ablt", ["савин"]),
        ("левашиной", "femn", "gent", ["левашина"]),
        ("громову", "femn", "accs", ["громова"]),
        ("двораковского", "masc", "gent", ["двораковский"]),
        ("крупской", "femn", "datv", ["крупская"]),
        ("поддубного", "masc", "gent", ["поддубный"]),
        ("шмидта", "masc", "gent", ["шмидт"]),
        ("шмидт", "femn", "gent", ["шмидт"]),
        ("цоя", "masc", "gent", ["цой"]),
        ("гоголем", "masc", "ablt", ["гоголь"]),
        ("сковороды", "masc", "gent", ["сковорода"]),
        ("шевченко", "masc", "gent", ["шевченко"]),
        ("черных", "femn", "datv", ["черных"]),
        ("фрумгарцем", "masc", "ablt", ["фрумгарц", "фрумгарец"]),
        ("трубецкой", "masc", "nomn", ["трубецкой"]),
        ("айтхожина", "femn", "nomn", ["айтхожина"]),
        # The genitive of a man's surname is no nominative beside a man's first name.
        ("толстого", "masc", "nomn", []),
        ("ветров", "femn", "nomn", []),
    ],
)
def test_a_printed_form_leads_to_its_nominatives(
    printed: str, gender: str, case: str, found: list[str]
) -> None:
    assert nominatives(printed, gender, case) == found


@given(
    st.text("абвгдежзийклмнопрстуфхцчшщъыьэюя-", min_size=1),
    st.sampled_from(["masc", "femn"]),
    st.sampled_from(["nomn", "gent", "gen2", "datv", "accs", "ablt", "loct", "loc2"]),
)
def test_every_nominative_is_a_word(printed: str, gender: str, case: str) -> None:
    assert all(nominatives(printed, gender, case))
