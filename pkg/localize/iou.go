package localize

// IoU scores an answer against the truth: 1 when both texts say the same,
// else the length of the intersection of their spans over that of their union
// (repeated and overlapping spans count once), 0 when either is unreadable or
// only one of them finds something.
func IoU(truth, answer string) float64 {
	if bare(truth) == bare(answer) {
		return 1
	}
	want, err := Parse(truth)
	if err != nil {
		return 0
	}
	got, err := Parse(answer)
	if err != nil {
		return 0
	}
	union := want.Union(got).Total()
	if union == 0 {
		return 0
	}
	return want.Intersect(got).Total() / union
}
