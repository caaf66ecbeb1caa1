"""The learning curve over people."""

from holter_training import people


def test_greater_shares_hold_the_smaller():
    names = [str(n) for n in range(100, 119)]
    quarter, half, whole = (people.kept(names, share, seed=3) for share in (0.25, 0.5, 1))
    assert (len(quarter), len(half)) == (5, 10)
    assert set(quarter) < set(half) < set(whole) == set(names)
    assert people.kept(names, 0.25, seed=4) != quarter
    assert len(people.kept(names, 0.01, seed=3)) == 1


def test_picture(tmp_path):
    scores = {"macro": {"iou": 0.5, "always_no": 0.4}, "V": 0.6, "A": 0.3, "L": 0.5, "R": 0.6, "veb": 0.7, "sveb": 0.2}
    people.draw([{"people": 5, **scores}, {"people": 10, **scores}], "title", tmp_path / "people.svg")
    text = (tmp_path / "people.svg").read_text()
    assert "<svg" in text and "<dc:date>" not in text and "annotated people" in text
