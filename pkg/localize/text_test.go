package localize

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"
	"pgregory.net/rapid"
)

func TestTextsAreAsTheDataHasThem(t *testing.T) {
	var b strings.Builder
	for _, c := range Conditions {
		b.WriteString(strings.Join([]string{c.Code, c.Kind.String(), c.SNOMED, c.Name, strings.Join(c.Symbols, " ")}, " | ") + "\n")
	}
	b.WriteString("\n" + strings.Join(Questions(pvc), "\n") + "\n\n")
	b.WriteString(Format(pvc, Spans{{1.9, 3.1, 0}, {6.8, 8.1, 0}}) + "\n" + Format(pvc, nil) + "\n")
	golden.Assert(t, b.String(), "texts.golden")
}

func TestConditions(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Conditions {
		require.False(t, seen[c.Code] || seen[fold(c.Name)], "%s is there twice", c.Code)
		seen[c.Code], seen[fold(c.Name)] = true, true
		require.Equal(t, c.Kind == Beat, len(c.Symbols) > 0, c.Code)
		byCode, ok := ByCode(c.Code)
		require.True(t, ok)
		require.Equal(t, c, byCode)
		byName, ok := ByName("  " + strings.ToUpper(c.Name))
		require.True(t, ok)
		require.Equal(t, c, byName)
		require.False(t, c.IsZero())
	}
	_, ok := ByCode("v")
	require.False(t, ok, "codes are exact: A is not a")
	none, ok := ByName("")
	require.False(t, ok)
	require.True(t, none.IsZero())
	require.True(t, pvc.HasSymbol("V"))
	require.False(t, pvc.HasSymbol("A"))
}

func TestParseQuestion(t *testing.T) {
	for _, c := range Conditions {
		require.Equal(t, "Where is the "+c.Name+" located in this ECG?", Question(c))
		require.Len(t, Questions(c), 13)
		for _, q := range Questions(c) {
			for _, form := range []string{q, strings.ToUpper(q), "  " + strings.ReplaceAll(q, " ", " \n ") + " ", strings.TrimRight(q, ".?"), q + " ?!"} {
				got, ok := ParseQuestion(form)
				require.True(t, ok, form)
				require.Equal(t, c.Code, got.Code, form)
			}
		}
	}
	for _, text := range []string{
		"", "?", "What is the heart rate?", "Where is the  located in this ECG?", "Where is the unicorn located in this ECG?",
		"Where is the Premature ventricular contraction", "Where is the {X} located in this ECG?", "Premature ventricular contraction",
		"Please: Where is the Atrial premature beat located in this ECG?",
	} {
		_, ok := ParseQuestion(text)
		require.False(t, ok, text)
	}
}

func FuzzParseQuestion(f *testing.F) {
	for _, q := range Questions(pvc) {
		f.Add(q)
	}
	f.Add("Where is the located in this ECG")
	f.Fuzz(func(t *testing.T, text string) {
		if c, ok := ParseQuestion(text); ok {
			require.Contains(t, fold(text), fold(c.Name))
		}
	})
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Spans{
		"Duration: 1.9s-3.1s, 6.8s-8.1s":               {{1.9, 3.1, 0}, {6.8, 8.1, 0}},
		"duration:1.9s-3.1s,6.8s - 8.1s.":              {{1.9, 3.1, 0}, {6.8, 8.1, 0}},
		" Duration:  0s-10s\n":                         {{0, 10, 0}},
		"Duration: 6.8s-8.1s, 1.9s-3.1s, 1.9s-3.1s":    {{1.9, 3.1, 0}, {6.8, 8.1, 0}},
		"Duration: 1.0s-2.0s, 2.0s-3.0s":               {{1, 3, 0}},
		"No Premature ventricular contraction Found":   nil,
		"no atrial premature beat found.":              nil,
		"No unicorn Found":                             nil,
		"Duration: 61.05s-1000000000000s, 0.25s-0.75s": {{0.25, 0.75, 0}, {61.05, 1e12, 0}},
	} {
		got, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, why := range map[string]string{
		"":                               "neither",
		"No":                             "neither",
		"No Found":                       "neither",
		"Found":                          "neither",
		"I see a beat at 3 s":            "neither",
		"Duration:":                      "no dash",
		"Duration: 1.9s":                 "no dash",
		"Duration: 1.9s-3.1s,":           "no dash",
		"Duration: 1.9-3.1":              "not a number of seconds",
		"Duration: 1.9s-3.1s-4.0s":       "not a number of seconds",
		"Duration: -1.9s-3.1s":           "not a number of seconds",
		"Duration: 1e3s-2e3s":            "not a number of seconds",
		"Duration: 1.2.3s-4s":            "not a number of seconds",
		"Duration: infs-nans":            "not a number of seconds",
		"Duration: s-1s":                 "not a number of seconds",
		"Duration: 3.1s-1.9s":            "does not end after its start",
		"Duration: 3.1s-3.1s":            "does not end after its start",
		"Duration: 1.0s-2.0s No X Found": "not a number of seconds",
	} {
		_, err := Parse(text)
		require.ErrorIs(t, err, ErrUnreadable, text)
		require.ErrorContains(t, err, why, text)
	}
	_, err := Parse(strings.Repeat("ß", 5000))
	require.Less(t, len(err.Error()), 300)
}

func FuzzParse(f *testing.F) {
	f.Add("Duration: 1.9s-3.1s, 6.8s-8.1s")
	f.Add("No Atrial premature beat Found")
	f.Add("Duration: 00000.1s-.2s")
	f.Add("duration: 1s-2s, 2s-99999999999999999999999999999s")
	f.Fuzz(func(t *testing.T, text string) {
		spans, err := Parse(text)
		if err != nil {
			require.ErrorIs(t, err, ErrUnreadable)
			return
		}
		require.Equal(t, spans.Merge(), append(Spans{}, spans...), "merged")
		again, err := Parse(Format(pvc, spans))
		require.NoError(t, err)
		require.Equal(t, spans.round(), append(Spans{}, again...))
	})
}

func drawSpans(t *rapid.T, name string) Spans {
	var spans Spans
	for range rapid.IntRange(0, 6).Draw(t, name) {
		start := rapid.Float64Range(-2, 60).Draw(t, "start")
		spans = append(spans, Span{start, start + rapid.Float64Range(-0.5, 8).Draw(t, "length"), rapid.Float64Range(0, 1).Draw(t, "confidence")})
	}
	return spans
}

func TestFormatRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spans, c := drawSpans(t, "spans"), rapid.SampledFrom(Conditions).Draw(t, "condition")
		text := Format(c, spans)
		got, err := Parse(text)
		require.NoError(t, err, text)
		want := spans.round()
		require.Len(t, got, len(want))
		for i := range got {
			require.Equal(t, want[i].Start, got[i].Start)
			require.Equal(t, want[i].End, got[i].End)
		}
		require.Equal(t, text, Format(c, got))
		require.Equal(t, 1.0, IoU(text, Format(c, got)))
	})
}

func TestIoU(t *testing.T) {
	const truth, none = "Duration: 1.0s-3.0s, 6.0s-8.0s", "No Atrial premature beat Found"
	for _, c := range []struct {
		truth, answer string
		want          float64
	}{
		{truth, truth, 1},
		{truth, "duration: 1.0s-3.0s,  6.0s-8.0s.", 1},
		{truth, "Duration: 6.0s-8.0s, 1.0s-3.0s", 1},
		{none, none, 1},
		{none, none + ".", 1},
		{none, truth, 0},
		{truth, none, 0},
		{truth, "Duration: 1.0s-3.0s", 0.5},
		{truth, "Duration: 1.0s-3.0s, 1.0s-3.0s, 1.0s-3.0s", 0.5}, // above 1 where repeats count
		{truth, "Duration: 2.0s-4.0s", 0.2},
		{truth, "Duration: 0.0s-10.0s", 0.4},
		{truth, "Duration: 3.0s-6.0s", 0},
		{truth, "about three seconds", 0},
		{"about three seconds", truth, 0},
		{"?", "!", 1}, // equal but for punctuation
		{"No A Found", "No B Found", 0},
	} {
		require.InDelta(t, c.want, IoU(c.truth, c.answer), 1e-9, "%s | %s", c.truth, c.answer)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := Format(pvc, drawSpans(t, "a")), Format(pvc, drawSpans(t, "b"))
		require.InDelta(t, IoU(a, b), IoU(b, a), 1e-12)
		require.True(t, IoU(a, b) >= 0 && IoU(a, b) <= 1)
	})
}
