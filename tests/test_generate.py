"""New accounts: usernames in order, passwords that can be typed, and as many as a study takes."""

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.generate import (
    ALPHABET,
    DEFAULT_LENGTH,
    DIGITS,
    LONGEST,
    LOWER_CASE,
    MOST,
    SHORTEST,
    UPPER_CASE,
    Pattern,
    PatternError,
    collisions,
    entropy_bits,
    first_free,
    next_start,
    passwords,
    places_needed,
    places_words,
    usernames,
)
from prolific_tui.credentials.problems import intrinsic
from prolific_tui.credentials.stepping import finish

LITERAL = st.text("abcXYZ019-_.@ é", max_size=8)
PATTERNS = st.builds(Pattern, LITERAL, LITERAL, width=st.integers(6, 12) | st.just(0))


def at_random(seed: int = 1) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a repeatable source, for tests alone


# Patterns


def test_a_range_keeps_its_zeros() -> None:
    pattern = Pattern.parse("lab-b-{001..150}")

    assert (pattern.start, pattern.count) == (1, 150)
    names = usernames(pattern, 1, 150)
    assert (names[0], names[98], names[-1]) == ("lab-b-001", "lab-b-099", "lab-b-150")


def test_a_range_without_zeros_gets_none() -> None:
    pattern = Pattern.parse("p{9..11}@lab.org")

    assert (pattern.start, pattern.count) == (9, 3)
    assert usernames(pattern, 9, 3) == ["p9@lab.org", "p10@lab.org", "p11@lab.org"]


def test_empty_braces_leave_start_and_count_to_the_person() -> None:
    pattern = Pattern.parse("lab-{}")

    assert (pattern.start, pattern.count) == (None, None)
    assert usernames(pattern, 99, 2) == ["lab-99", "lab-100"]


def test_a_number_alone_says_where_to_start_and_how_wide() -> None:
    pattern = Pattern.parse("lab-b-{061}")

    assert (pattern.start, pattern.count) == (61, None)
    assert usernames(pattern, 61, 2) == ["lab-b-061", "lab-b-062"]


def test_zero_is_a_number_and_no_zero_in_front() -> None:
    assert usernames(Pattern.parse("p{0..10}"), 0, 11)[::10] == ["p0", "p10"]


@pytest.mark.parametrize(
    ("text", "title", "position"),
    [
        ("", "Where does the number go?", 0),
        ("lab-b-001", "Where does the number go?", 9),
        ("{1..3}-{1..50}", "Only one number", 7),
        ("lab-{", "A brace without its other half", 4),
        ("lab}-{}", "A brace without its other half", 3),
        ("{{}}", "A brace without its other half", 0),
        ("lab-{x}", "Not a range of numbers", 4),
        ("lab-{..5}", "Not a range of numbers", 4),
        ("lab-{1..}", "Not a range of numbers", 4),
        ("lab-{1...5}", "Not a range of numbers", 4),
        ("lab-{-1..5}", "Not a range of numbers", 4),
        ("lab-{١..٣}", "Not a range of numbers", 4),
        ("lab-{150..001}", "The range runs backwards", 4),
        ("lab-{01..150}", "How many digits?", 4),
        ("lab-{1..100001}", "That many can't be made", 4),
        ("lab-{1..9999999999999}", "The number is too long", 4),
        ("lab\u200b-{}", "A character that can't be seen", 3),
        ("lab\n{}", "A character that can't be seen", 3),
        ("x" * 300 + "{}", "The pattern is too long", 200),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused_at_its_place(
    text: str, title: str, position: int
) -> None:
    with pytest.raises(PatternError) as refused:
        Pattern.parse(text)

    assert refused.value.title == title
    assert refused.value.position == position
    assert refused.value.message


@given(st.text(max_size=30) | st.from_regex(r"[a-z]{0,3}\{[0-9]{0,4}(\.\.[0-9]{0,4})?\}[a-z]{0,3}"))
def test_any_text_is_a_pattern_or_is_refused_in_words(text: str) -> None:
    position: int | None = None
    try:
        pattern = Pattern.parse(text)
    except PatternError as error:
        position = error.position
    else:
        position = text.index("{")
        assert pattern.prefix == text[:position]
        assert pattern.suffix == text[text.index("}") + 1 :]

    assert position is not None
    assert 0 <= position <= len(text)


@given(PATTERNS, st.integers(0, 900_000), st.integers(1, 300))
def test_usernames_are_as_many_as_asked_for_and_all_different(
    pattern: Pattern, start: int, count: int
) -> None:
    names = usernames(pattern, start, count)

    assert len(names) == len(set(names)) == count
    assert [pattern.number_in(name) for name in names] == list(range(start, start + count))
    if pattern.width:
        assert {len(name) for name in names} == {len(names[0])}
        assert names == sorted(names)


@given(PATTERNS, st.lists(st.integers(0, 900_000), min_size=1), st.lists(LITERAL))
def test_the_proposed_start_collides_with_nothing(
    pattern: Pattern, numbers: list[int], others: list[str]
) -> None:
    taken = {*map(pattern.name, numbers), *others}

    names = usernames(pattern, next_start(pattern, taken), 50)
    assert not finish(collisions(names, taken.__contains__))


@given(PATTERNS, st.integers(0, 900), st.integers(0, 300))
def test_the_first_free_number_is_after_all_that_are_taken_in_a_row(
    pattern: Pattern, start: int, taken: int
) -> None:
    asked: list[str] = []
    names = {pattern.name(number) for number in range(start, start + taken)}

    def is_taken(name: str) -> bool:
        asked.append(name)
        return name in names

    assert first_free(pattern, start, is_taken) == start + taken
    assert len(asked) <= 20, "a long row of them costs little"


def test_the_first_start_of_a_pattern_is_one() -> None:
    assert next_start(Pattern.parse("lab-{}"), ["lab-", "other-7", "lab-x", "lab-²"]) == 1


def test_zeros_in_front_do_not_hide_a_number_that_is_taken() -> None:
    assert next_start(Pattern.parse("lab-{001}"), ["lab-7", "lab-007"]) == 8


def test_a_prefix_and_a_suffix_that_overlap_hold_no_number() -> None:
    assert Pattern("aa", "aa").number_in("aaa") is None


def test_collisions_are_named_in_order() -> None:
    names = usernames(Pattern.parse("lab-{}"), 1, 5)

    taken = {"lab-4", "lab-2", "lab-9"}
    assert finish(collisions(names, taken.__contains__)) == ("lab-2", "lab-4")


def test_many_names_are_looked_at_in_many_steps() -> None:
    names = map(Pattern.parse("lab-{}").name, range(MOST))

    assert len(list(collisions(names, {"lab-1"}.__contains__))) > 50


@pytest.mark.parametrize("count", [0, -1, MOST + 1])
def test_no_more_are_made_than_can_be_looked_at(count: int) -> None:
    with pytest.raises(PatternError, match="That many can't be made"):
        usernames(Pattern.parse("lab-{}"), 1, count)


def test_as_many_as_the_limit_are_made() -> None:
    assert len(usernames(Pattern.parse("lab-{}"), 1, MOST)) == MOST


@pytest.mark.parametrize("start", [-1, 10**12])
def test_a_start_outside_the_numbers_is_refused(start: int) -> None:
    with pytest.raises(PatternError, match="Not a number to start from"):
        usernames(Pattern.parse("lab-{}"), start, 1)


def test_numbers_do_not_outgrow_the_digits_of_the_pattern() -> None:
    pattern = Pattern.parse("lab-{001}")

    assert usernames(pattern, 999, 1) == ["lab-999"]
    with pytest.raises(PatternError) as refused:
        usernames(pattern, 990, 20)
    assert "{0990}" in refused.value.hint


# Passwords


def test_nothing_in_the_alphabet_is_taken_for_anything_else() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert not set(ALPHABET) & set("0O1lI|S5B8Z2,\"' =+-@\t\r")
    assert ALPHABET.isascii()
    assert ALPHABET.isalnum()


@given(st.integers(SHORTEST, LONGEST), st.integers())
def test_passwords_hold_letters_and_digits_of_the_alphabet_and_have_no_problem(
    length: int, seed: int
) -> None:
    for password in passwords(5, length, at_random(seed).choice):
        assert len(password) == length
        assert set(password) <= set(ALPHABET)
        assert all(set(password) & set(each) for each in (LOWER_CASE, UPPER_CASE, DIGITS))
        assert intrinsic("lab-1", password) == ()
        assert password[0] not in "=+-@\t\r"


def test_passwords_are_what_the_source_chose() -> None:
    once = list(passwords(20, DEFAULT_LENGTH, at_random(7).choice))

    assert once == list(passwords(20, DEFAULT_LENGTH, at_random(7).choice))
    assert len(set(once)) == 20


def test_every_character_stands_at_every_place_about_as_often() -> None:
    made = list(passwords(4000, SHORTEST, at_random().choice))

    for place in range(SHORTEST):
        standing = [password[place] for password in made]
        assert {standing.count(each) > 4000 / len(ALPHABET) / 2 for each in ALPHABET} == {True}


def test_a_source_that_does_not_choose_is_found_out() -> None:
    def the_first(choices: Sequence[str]) -> str:
        return choices[0]

    with pytest.raises(ValueError, match="not random"):
        list(passwords(1, SHORTEST, the_first))


@pytest.mark.parametrize("length", [SHORTEST - 1, LONGEST + 1])
def test_passwords_are_neither_guessable_nor_endless(length: int) -> None:
    with pytest.raises(ValueError, match="password of"):
        passwords(1, length, at_random().choice)
    with pytest.raises(ValueError, match="password of"):
        entropy_bits(length)


@pytest.mark.parametrize("count", [-1, MOST + 1])
def test_passwords_have_the_limit_of_usernames(count: int) -> None:
    with pytest.raises(ValueError, match="can be made"):
        passwords(count, SHORTEST, at_random().choice)


@given(st.integers(SHORTEST, LONGEST))
def test_entropy_is_that_of_the_alphabet_less_what_the_three_kinds_cost(length: int) -> None:
    unbound = length * math.log2(len(ALPHABET))

    assert unbound - 2 < entropy_bits(length) <= unbound


def test_the_usual_length_is_safe_against_guessing() -> None:
    assert entropy_bits(DEFAULT_LENGTH) == 64
    assert entropy_bits(SHORTEST) == 36


# Places


@given(st.integers(0, 10_000), st.integers(0, 20_000), st.sampled_from([1, 1.1, 1.25, 1.5, 2, 3]))
def test_what_is_held_and_made_is_just_enough(places: int, held: int, factor: float) -> None:
    needed = places_needed(places, held, factor)

    wanted = places * round(factor * 100)
    assert needed >= 0
    assert (needed + held) * 100 >= wanted
    assert needed == 0 or (needed + held - 1) * 100 < wanted


def test_places_are_reckoned_in_words() -> None:
    assert places_words(22, 0) == "22 places × 1.5 = 33 accounts, none held: 33 to make."
    assert places_words(22, 12) == "22 places × 1.5 = 33 accounts, 12 held: 21 to make."
    assert places_words(1, 5, 1) == "1 place × 1 = 1 account, 5 held: nothing to make."


@pytest.mark.parametrize("arguments", [(-1, 0, 1.5), (1, -1, 1.5), (1, 0, 0.9), (1, 0, math.nan)])
def test_places_that_make_no_sense_are_refused(arguments: tuple[int, int, float]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        places_needed(*arguments)
