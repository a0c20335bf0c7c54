"""Answers of people: validated all at once, and only where a person is asked."""

import pytest

from readiness import answers, registry
from readiness.answers import AnswersError

REGISTRY = registry.load()


def answer(criterion: str = "B30.2", name: str = "Ada Lovelace", date: str = "2026-03-01", word: str = "yes") -> str:
    return f'[[answer]]\ncriterion = "{criterion}"\nname = "{name}"\ndate = {date}\nanswer = "{word}"\n'


def test_a_whole_answer_is_read() -> None:
    read = answers.parse(answer(), REGISTRY, source="answers.toml")
    assert (read["B30.2"].name, read["B30.2"].answer) == ("Ada Lovelace", "yes")


def test_all_faults_are_listed_at_once() -> None:
    text = answer(criterion="A2.1") + answer(name="") + answer(word="maybe") + answer(criterion="Z9.9")
    with pytest.raises(AnswersError) as refused:
        answers.parse(text, REGISTRY, source="answers.toml")
    told = str(refused.value)
    assert "answer 1, field criterion: A2.1 is measured; no person can answer it" in told
    assert "answer 2, field name" in told
    assert "answer 3, field answer" in told
    assert "answer 4, field criterion: Z9.9 is not in the registry" in told


def test_a_question_answered_twice_is_refused() -> None:
    with pytest.raises(AnswersError, match=r"B30\.2 is answered twice"):
        answers.parse(answer() + answer(word="no"), REGISTRY, source="answers.toml")


def test_a_stray_table_is_refused() -> None:
    with pytest.raises(AnswersError, match="found signature"):
        answers.parse('[signature]\nname = "x"\n', REGISTRY, source="answers.toml")
