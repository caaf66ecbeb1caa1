package model

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/window"
)

// requireReadable checks what holds for every answer to a localization
// question.
func requireReadable(t require.TestingT, a Answer, clip *window.Clip) {
	require.True(t, a.Localized)
	spans, err := localize.Parse(a.Text)
	require.NoError(t, err)
	require.Len(t, a.Spans, len(spans))
	for i, s := range spans {
		require.InDelta(t, s.Start, a.Spans[i].Start, 1e-9)
		require.InDelta(t, s.End, a.Spans[i].End, 1e-9)
		require.LessOrEqual(t, s.End, seconds(clip.Len())+1e-9)
		require.Greater(t, a.Spans[i].Confidence, 0.0)
		require.LessOrEqual(t, a.Spans[i].Confidence, 1.0)
	}
	require.Equal(t, localize.Format(a.Condition, spans), a.Text)
	require.Greater(t, a.Confidence, 0.0)
	require.LessOrEqual(t, a.Confidence, 1.0)
	require.Len(t, a.Heat, frames(clip.Len()))
}

// Whatever the model says, an answer can be read; whatever the batch, all are
// answered and no cache is left.
func TestAnyModelGivesReadableAnswers(t *testing.T) {
	for _, segments := range []string{each, joint} {
		t.Run(segments, func(t *testing.T) {
			m, err := prepare(variant(t, func(m *Manifest) { m.Localization.Segments = segments }), Options{})
			require.NoError(t, err)
			rapid.Check(t, func(rt *rapid.T) {
				m.batch = rapid.IntRange(1, 9).Draw(rt, "batch")
				e := &fakeEngine{t: t, m: m.manifest, random: rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))}
				m.engine = e
				clips := []*window.Clip{twoLeads(t, 1, rapid.IntRange(1, 3100).Draw(rt, "samples")), twoLeads(t, 2, 1000)}
				var requests []Request
				var about []*window.Clip
				for range rapid.IntRange(1, 6).Draw(rt, "questions") {
					clip := rapid.SampledFrom(clips).Draw(rt, "clip")
					code := rapid.SampledFrom([]string{"V", "A", "L", "R"}).Draw(rt, "code")
					requests, about = append(requests, Localize(question(t, code), clip)), append(about, clip)
				}
				answers, err := m.Ask(context.Background(), requests)
				require.NoError(rt, err)
				for i, a := range answers {
					requireReadable(rt, a, about[i])
				}
				require.Zero(rt, e.open, "caches left")
			})
		})
	}
}

func TestClipsAreEncodedOnce(t *testing.T) {
	m, e := fakeModel(t, Options{Batch: 64})
	clip, other := twoLeads(t, 1, 1000), twoLeads(t, 1, 1000)
	var requests []Request
	for _, code := range []string{"V", "A", "L", "R"} {
		requests = append(requests, Localize(question(t, code), clip))
	}
	requests = append(requests, Localize("What is it?", other), Request{Turns: []Turn{{
		ECGs: []*window.Clip{clip, other}, Question: "What has changed?"}}})
	_, err := m.Ask(context.Background(), requests)
	require.NoError(t, err)
	require.Equal(t, []int{2}, e.encodes)
	require.Equal(t, []int{3, 6}, e.reads[:2], "three prefixes, six questions")
}

func TestAnswersInPieces(t *testing.T) {
	dir := variant(t, func(m *Manifest) { m.Localization.Segments = each })
	m := openDir(t, dir, Options{})
	whole := twoLeads(t, 4, 2600)
	got, err := m.Ask(context.Background(), []Request{Localize(question(t, "V"), whole)})
	require.NoError(t, err)
	requireReadable(t, got[0], whole)

	// The same by hand.
	var want localize.Spans
	var heat []float32
	for _, p := range pieces(2600) {
		a, err := m.Ask(context.Background(), []Request{Localize(question(t, "V"), whole.Slice(p.from, p.to))})
		require.NoError(t, err)
		want = want.Union(a[0].Spans.Shift(seconds(p.from)).Clip(seconds(p.coreFrom), seconds(p.coreTo)))
		heat = append(heat, a[0].Heat[(p.coreFrom-p.from)/frameSamples:(p.coreTo-p.from)/frameSamples]...)
	}
	require.Equal(t, localize.Format(got[0].Condition, want), got[0].Text)
	require.InDeltaSlice(t, heat, got[0].Heat, 1e-4)
}

func TestNoSignalHoldsNothing(t *testing.T) {
	m, _ := fakeModel(t, Options{})
	var flat window.Clip
	flat[ecg.II] = make([]float32, 1000)
	a, err := m.Ask(context.Background(), []Request{Localize(question(t, "V"), &flat)})
	require.NoError(t, err)
	require.Equal(t, "No Premature ventricular contraction Found", a[0].Text)
	require.Equal(t, 1.0, a[0].Confidence)
}

func TestWhatIsLocalized(t *testing.T) {
	dir := variant(t, func(m *Manifest) { m.Localization.Conditions = []string{"V"} })
	m, err := prepare(dir, Options{})
	require.NoError(t, err)
	m.engine = &fakeEngine{t: t, m: m.manifest, random: rand.New(rand.NewPCG(5, 5))}
	clip := twoLeads(t, 1, 1000)
	answers, err := m.Ask(context.Background(), []Request{
		Localize(question(t, "V"), clip), Localize(question(t, "A"), clip), Localize("Is it sinus rhythm?", clip),
		{Turns: []Turn{
			{ECGs: []*window.Clip{clip}, Question: "Is it sinus rhythm?", Answer: "yes"},
			{Question: question(t, "V")},
		}},
	})
	require.NoError(t, err)
	var localized []bool
	for _, a := range answers {
		localized = append(localized, a.Localized)
		require.Greater(t, a.Confidence, 0.0)
	}
	require.Equal(t, []bool{true, false, false, true}, localized)
}

// Free text is given as it grows, localized answers are not.
func TestAnswersAreGivenWhileTheyAreWritten(t *testing.T) {
	m := openTiny(t, Options{})
	clip := twoLeads(t, 1, 1000)
	var grown, none []string
	free := Localize("Is it sinus rhythm?", clip)
	free.Wrote = func(text string) { grown = append(grown, text) }
	located := Localize(question(t, "V"), clip)
	located.Wrote = func(text string) { none = append(none, text) }
	answers, err := m.Ask(context.Background(), []Request{free, located})
	require.NoError(t, err)
	require.Empty(t, none)
	require.Greater(t, len(grown), 1)
	for i, text := range grown[1:] {
		require.True(t, strings.HasPrefix(text, grown[i]), "%q, then %q", grown[i], text)
	}
	require.Equal(t, whole(answers[0].Text), grown[len(grown)-1])
	require.Equal(t, "so ", whole("so \uFFFD"))
}

func TestAskRefuses(t *testing.T) {
	m, _ := fakeModel(t, Options{})
	clip := twoLeads(t, 1, 1000)
	uneven := *clip
	uneven[ecg.I] = make([]float32, 5)
	long := twoLeads(t, 1, 120_000)
	for says, turns := range map[string][]Turn{
		"it has no turn":                                            {},
		"turn 1 has no question":                                    {{ECGs: []*window.Clip{clip}, Question: " "}},
		"all turns but the last have an answer":                     {{Question: "a", Answer: "b"}},
		"turn 1 of 2: all turns but":                                {{Question: "a"}, {Question: "b"}},
		"turn 1, ECG 1 is empty":                                    {{Question: "a", ECGs: []*window.Clip{{}}}},
		"turn 1, ECG 2 is empty":                                    {{Question: "a", ECGs: []*window.Clip{clip, nil}}},
		"leads of 1000 and 5 samples":                               {{Question: "a", ECGs: []*window.Clip{&uneven}}},
		"shows no ECG":                                              {{Question: question(t, "V")}},
		"leaves no room for an answer":                              {{Question: "a", ECGs: []*window.Clip{long}}},
		"request 2 of 2: the request is too long: the prompt has 1": {{Question: question(t, "V"), ECGs: []*window.Clip{long}}},
		"no room for an answer":                                     {{Question: question(t, "V") + room(t, m, 3), ECGs: []*window.Clip{clip}}},
	} {
		t.Run(says, func(t *testing.T) {
			_, err := m.Ask(context.Background(), []Request{Localize("fine", clip), {Turns: turns}})
			require.ErrorContains(t, err, says)
			require.ErrorContains(t, err, "request 2 of 2")
		})
	}
	answers, err := m.Ask(context.Background(), nil)
	require.NoError(t, err)
	require.Empty(t, answers)
}

// room lengthens a question about 10 s until at most n tokens are left.
func room(t *testing.T, m *Model, n int) string {
	t.Helper()
	for marks := 1; ; marks++ {
		text := strings.Repeat(" ?", marks)
		p, err := m.template.prompt([]Turn{{ECGs: []*window.Clip{{}}, Question: question(t, "V") + text}},
			func(int, int) *view { return &view{segments: 1} })
		require.NoError(t, err)
		left := m.manifest.Decoder.MaxTokens - p.size(m.manifest.Encoder.TokensPerSegment)
		if left <= n {
			require.Positive(t, left)
			return text
		}
		marks += max(left-n-4, 0) / 2
	}
}

func TestAskPassesErrorsOn(t *testing.T) {
	m, e := fakeModel(t, Options{})
	e.fails = errBroken
	_, err := m.Ask(context.Background(), []Request{Localize("a", twoLeads(t, 1, 500))})
	require.ErrorIs(t, err, errBroken)
	e.fails = nil
	e.logits = func(int) []float32 {
		out := make([]float32, m.manifest.Decoder.Vocab)
		for i := range out {
			out[i] = float32(math.NaN())
		}
		return out
	}
	for _, q := range []string{"a", question(t, "V")} {
		_, err = m.Ask(context.Background(), []Request{Localize(q, twoLeads(t, 1, 500))})
		require.ErrorIs(t, err, errNotANumber)
	}
	require.Zero(t, e.open)
}

func TestAskEndsWithItsContext(t *testing.T) {
	m, _ := fakeModel(t, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := m.Ask(ctx, []Request{Localize("a", twoLeads(t, 1, 500))})
	require.ErrorIs(t, err, context.Canceled)
	m.turn <- struct{}{} // someone else is served
	_, err = m.Ask(ctx, []Request{Localize("a", twoLeads(t, 1, 500))})
	require.ErrorIs(t, err, context.Canceled)
	m.leave()
}

func TestAskIsSafeForConcurrentUse(t *testing.T) {
	m := openTiny(t, Options{})
	clip := twoLeads(t, 3, 1000)
	requests := []Request{Localize(question(t, "V"), clip), Localize("What is it?", clip)}
	want, err := m.Ask(context.Background(), requests)
	require.NoError(t, err)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got, err := m.Ask(context.Background(), requests)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
	all.Wait()
}

func TestClosedModelRefuses(t *testing.T) {
	m, _ := fakeModel(t, Options{})
	require.NoError(t, m.Close())
	require.NoError(t, m.Close())
	_, err := m.Ask(context.Background(), []Request{Localize("a", twoLeads(t, 1, 500))})
	require.ErrorIs(t, err, ErrClosed)
}
