package questions

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// What people are answered is what the model says of the same stretch of the
// recording, from Kafka and from the archive.
func TestAnswersAreThoseOfTheModel(t *testing.T) {
	m := shipped(t)
	w := newWorld(t)
	rec := simulated(t, 3*time.Minute)
	records := w.record(t, "d1", rec, 500)
	stop := w.serve(t, m)
	whole, err := window.FromRecording(rec)
	require.NoError(t, err)
	pvc, _ := localize.ByCode("V")
	want, err := m.Ask(t.Context(), []model.Request{model.Localize(localize.Question(pvc), whole.Slice(2000, 8000))})
	require.NoError(t, err)
	require.NotEmpty(t, want[0].Spans)

	check := func(a Answer) {
		require.Equal(t, "holter-small "+m.Info().Version, a.Model)
		require.InDelta(t, want[0].Confidence, a.Confidence, .02)
		require.Len(t, a.Spans, len(want[0].Spans), a.Text)
		for i, s := range want[0].Spans {
			require.Equal(t, "V", a.Spans[i].Kind)
			require.InDelta(t, 20+s.Start, a.Spans[i].From.Sub(began).Seconds(), .11)
			require.InDelta(t, 20+s.End, a.Spans[i].To.Sub(began).Seconds(), .11)
		}
		spans, err := localize.Parse(a.Text)
		require.NoError(t, err)
		require.Len(t, spans, len(a.Spans))
		require.Len(t, a.Shown, 1)
		require.Equal(t, []string{"II", "V1"}, a.Shown[0].Leads)
		require.WithinDuration(t, began.Add(20*time.Second), a.Shown[0].From, 10*time.Millisecond)
		require.WithinDuration(t, began.Add(80*time.Second), a.Shown[0].To, 10*time.Millisecond)
	}
	a, err := w.ask(t, question("V", between(20*time.Second, 80*time.Second)), nil)
	require.NoError(t, err)
	check(a)

	// An analyzer that has just taken over looks back.
	stop()
	w.held, w.from = NewHeld(), int64(len(records))
	stop = w.serve(t, m)
	a, err = w.ask(t, question("V", between(20*time.Second, 80*time.Second)), nil)
	require.NoError(t, err)
	check(a)

	// The beginning is in the archive, and then all of it.
	require.NoError(t, archive.Put(w.cfg.Archive.Folder, records[:40]...))
	a, err = w.ask(t, question("V", between(20*time.Second, 80*time.Second)), nil)
	require.NoError(t, err)
	check(a)
	require.NoError(t, archive.Put(w.cfg.Archive.Folder, records[40:]...))
	stop()
	w.held, w.from = NewHeld(), 0 // as one that has never had the patient
	w.serve(t, m)
	a, err = w.ask(t, question("V", between(20*time.Second, 80*time.Second)), nil)
	require.NoError(t, err)
	check(a)
}

// Reports, comparisons and what follows are answered in words, while they are
// written; what the model does not know it says.
func TestAnswersInWords(t *testing.T) {
	m := shipped(t)
	w := newWorld(t)
	w.record(t, "d1", simulated(t, 2*time.Minute), 360)
	w.serve(t, m)
	streamed := ""
	q := question("Please provide the report for the following ECG.", Strip{Last: time.Minute})
	a, err := w.ask(t, q, func(piece string) { streamed += piece })
	require.NoError(t, err)
	require.Contains(t, a.Text, "Report: ")
	require.Equal(t, a.Text, streamed)
	require.Greater(t, a.Confidence, 0.)
	require.Empty(t, a.Spans)
	require.Equal(t, []Strip{between(time.Minute, 2*time.Minute)}, a.Strips)

	q = q.Follow(a, "Does this ECG show atrial fibrillation?")
	a, err = w.ask(t, q, nil)
	require.NoError(t, err)
	require.NotEmpty(t, a.Text)
	for _, unknown := range []string{"What is the capital of France?", "Is the patient diabetic?", "Is there a U wave in this ECG?", "Tell me a joke."} {
		a, err = w.ask(t, question(unknown, between(0, 10*time.Second)), nil)
		require.NoError(t, err)
		require.Equal(t, "I was not trained to answer this question.", a.Text, unknown)
	}

	a, err = w.ask(t, question("How do these ECGs compare?", between(0, 10*time.Second), between(time.Minute, 70*time.Second)), nil)
	require.NoError(t, err)
	require.NotEmpty(t, a.Text)
	require.Len(t, a.Shown, 2)
	a, err = w.ask(t, question("V", between(0, 10*time.Second), between(time.Minute, 70*time.Second)), nil)
	require.NoError(t, err)
	require.Regexp(t, `^First ECG: .*\nSecond ECG: `, a.Text)
	_, err = w.ask(t, question("Please provide the report for the following ECG.", between(0, 2*time.Minute), between(0, 2*time.Minute)), nil)
	require.Equal(t, Invalid, reason(t, err))
	require.ErrorContains(t, err, "shorter or fewer strips")
}

func TestNobodyHoldsThePatient(t *testing.T) {
	w := newWorld(t)
	a := NewAsker(w.client, w.cfg.Kafka.Partitions)
	a.patience = 100 * time.Millisecond
	_, err := a.Ask(t.Context(), question("V", Strip{Last: time.Minute}), enough, nil)
	require.Equal(t, Nobody, reason(t, err))
	require.ErrorContains(t, err, `no analyzer holds the signal of patient "p1": nobody answers on partition`)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.Ask(ctx, question("V", Strip{Last: time.Minute}), enough, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestNoSignalAtThatTime(t *testing.T) {
	w := newWorld(t)
	w.serve(t, &fake{words: "yes"})
	_, err := w.ask(t, question("Is it?", Strip{Last: time.Minute}), nil)
	require.Equal(t, NoSignal, reason(t, err))
	require.ErrorContains(t, err, `no signal of patient "p1" has come to this analyzer`)
	w.record(t, "d1", simulated(t, 20*time.Second), 360)
	_, err = w.ask(t, question("Is it?", between(time.Minute, 2*time.Minute)), nil)
	require.ErrorContains(t, err, "cannot read the archive")
	require.NoError(t, archive.Check(w.cfg)) // makes it
	_, err = w.ask(t, question("Is it?", between(time.Minute, 2*time.Minute)), nil)
	require.Equal(t, NoSignal, reason(t, err))
	require.ErrorContains(t, err, "the newest signal ends at 2026-03-01T12:00:20Z")
	_, err = w.ask(t, question("Is it?", Strip{From: began, To: began.Add(10 * time.Second), Device: "other"}), nil)
	require.ErrorContains(t, err, `no signal of device "other" of patient "p1"`)
	flat := simulated(t, 10*time.Second)
	for i := range flat.Leads {
		clear(flat.Leads[i].Samples)
	}
	w.record(t, "flat", flat, 360)
	_, err = w.ask(t, question("Is it?", Strip{From: began, To: began.Add(10 * time.Second), Device: "flat"}), nil)
	require.ErrorContains(t, err, "or no electrode with contact")
	_, err = w.ask(t, question("Is it?", Strip{From: began, To: began.Add(10 * time.Second), Device: "d1", Leads: []string{"V6"}}), nil)
	require.Equal(t, Invalid, reason(t, err))
	require.ErrorContains(t, err, "the leads are MLII, V1")
}

func TestSlowAnswersAndAFullQueue(t *testing.T) {
	w := newWorld(t)
	w.record(t, "d1", simulated(t, 20*time.Second), 360)
	m := &fake{words: "yes", hold: make(chan struct{})}
	w.serve(t, m)
	ask := NewAsker(w.client, w.cfg.Kafka.Partitions)
	_, err := ask.Ask(t.Context(), question("Is it?", Strip{Last: 10 * time.Second}), 500*time.Millisecond, nil)
	require.Equal(t, Late, reason(t, err))

	const asked = mostWaiting + 3 // one is being answered
	ended := make(chan error, asked)
	for range asked {
		go func() {
			_, err := ask.Ask(t.Context(), question("Is it?", Strip{Last: 10 * time.Second}), enough, nil)
			ended <- err
		}()
	}
	require.Equal(t, Busy, reason(t, <-ended), "while the others wait")
	close(m.hold)
	answered := 0
	for range asked - 1 {
		if err := <-ended; err == nil {
			answered++
		} else {
			require.Equal(t, Busy, reason(t, err))
		}
	}
	require.GreaterOrEqual(t, answered, mostWaiting)
}

func TestAFailingModelIsTold(t *testing.T) {
	w := newWorld(t)
	w.record(t, "d1", simulated(t, 20*time.Second), 360)
	w.serve(t, &fake{err: errors.New("out of memory")})
	_, err := w.ask(t, question("Is it?", Strip{Last: 10 * time.Second}), nil)
	require.Equal(t, Failed, reason(t, err))
	require.ErrorContains(t, err, "out of memory")
}

// An analyzer dies while it answers; the one that takes over goes on.
func TestAnotherAnalyzerGoesOn(t *testing.T) {
	w := newWorld(t)
	w.record(t, "d1", simulated(t, 20*time.Second), 360)
	first := &fake{words: "yes it is", hold: make(chan struct{})}
	stop := w.serve(t, first)
	pieces, result := "", make(chan error, 1)
	var answer Answer
	go func() {
		var err error
		answer, err = NewAsker(w.client, w.cfg.Kafka.Partitions).Ask(t.Context(), question("Is it?", Strip{Last: 10 * time.Second}), enough,
			func(piece string) { pieces += piece })
		result <- err
	}()
	require.Eventually(t, func() bool { // it is taken
		end, err := w.client.End(t.Context(), kafka.TopicAnswers, w.partition())
		return err == nil && end > 0
	}, enough, time.Millisecond)
	stop()
	w.serve(t, &fake{words: "yes it is"})
	require.NoError(t, <-result)
	require.Equal(t, "yes it is", pieces)
	require.Equal(t, "yes it is", answer.Text)
}

// The model sees the turns before, the leads that were asked for, and how far apart
// the strips are.
func TestWhatTheModelIsShown(t *testing.T) {
	w := newWorld(t)
	w.record(t, "d1", simulated(t, 3*time.Minute), 360, 30, 31, 32) // three seconds are lost
	var seen model.Request
	w.serve(t, &fake{words: "no", seen: func(r model.Request) { seen = r }})
	early, late := between(0, 10*time.Second), between(20*time.Second, 60*time.Second)
	late.Leads = []string{"V1"}
	q := question("How do these ECGs compare?", early, late)
	a, err := w.ask(t, q, nil)
	require.NoError(t, err)
	_, err = w.ask(t, q.Follow(a, "Which is worse?"), nil)
	require.NoError(t, err)
	require.Len(t, seen.Turns, 2)
	require.Equal(t, "The second ECG was recorded 33 seconds after the first. How do these ECGs compare?", seen.Turns[0].Question,
		"the longest stretch of the second begins after the gap")
	require.Equal(t, "no", seen.Turns[0].Answer)
	require.Equal(t, "Which is worse?", seen.Turns[1].Question)
	require.Empty(t, seen.Turns[1].ECGs)
	require.Equal(t, 1000, seen.Turns[0].ECGs[0].Len())
	require.InDelta(t, 2700, seen.Turns[0].ECGs[1].Len(), 1)
	require.Nil(t, seen.Turns[0].ECGs[1][1], "lead II was not asked for")
	require.NotNil(t, seen.Turns[0].ECGs[1][6])
	for _, x := range seen.Turns[0].ECGs[1][6] {
		require.False(t, math.IsNaN(float64(x)))
	}
}

// An answer says what of the strips it is not about: what has not come yet, and gaps.
func TestAnswersSayWhatTheyLeaveOut(t *testing.T) {
	w := newWorld(t)
	rec := simulated(t, time.Minute)
	w.record(t, "d1", rec, 360, 30, 31, 32) // three seconds are lost
	w.serve(t, &fake{words: "no"})
	left := func(i int, from, to time.Duration) LeftOut { return LeftOut{i, began.Add(from), began.Add(to)} }
	for _, c := range []struct {
		question string
		strips   []Strip
		want     []LeftOut
	}{
		{"Is it?", []Strip{between(0, 30*time.Second)}, nil},
		{"Is it?", []Strip{between(50*time.Second, 60400*time.Millisecond)}, nil},
		{"Is it?", []Strip{between(0, 10*time.Second), between(50*time.Second, 63*time.Second)}, []LeftOut{left(1, time.Minute, 63*time.Second)}},
		{"V", []Strip{between(-5*time.Second, 40*time.Second)}, []LeftOut{left(0, -5*time.Second, 0), left(0, 30*time.Second, 33*time.Second)}},
		{"Is it?", []Strip{between(25*time.Second, 40*time.Second)}, []LeftOut{left(0, 25*time.Second, 33*time.Second)}}, // all but the longest
	} {
		a, err := w.ask(t, question(c.question, c.strips...), nil)
		require.NoError(t, err)
		got := a.LeftOut()
		require.Len(t, got, len(c.want), "%v", got)
		for i, want := range c.want {
			require.Equal(t, want.Strip, got[i].Strip)
			require.WithinDuration(t, want.From, got[i].From, 10*time.Millisecond)
			require.WithinDuration(t, want.To, got[i].To, 10*time.Millisecond)
		}
	}
}

func TestPreface(t *testing.T) {
	at := func(seconds ...float64) (out []time.Time) {
		for _, s := range seconds {
			out = append(out, began.Add(time.Duration(s*1e9)))
		}
		return out
	}
	for want, starts := range map[string][]time.Time{
		"": at(0),
		"The second ECG was recorded 24 hours after the first.":                                            at(0, 86400),
		"The second ECG was recorded at the same time as the first, the third 12 minutes after the first.": at(0, .2, 720),
		"The second ECG was recorded 1 second after the first, the third 5 days before the first.":         at(0, 1, -5*86400),
		"The second ECG was recorded 119 seconds after the first, the third 2 hours after the first.":      at(0, 119, 7200),
	} {
		require.Equal(t, want, preface(starts))
	}
}

func TestQuestionsAreChecked(t *testing.T) {
	strip := between(0, time.Second)
	for want, q := range map[string]Question{
		"no question":                    question(" ", strip),
		"0 strips":                       question("V"),
		"7 strips":                       question("V", strip, strip, strip, strip, strip, strip, strip),
		"strip 2: it does not end after": question("V", strip, between(time.Second, time.Second)),
		"it lasts 10m1s":                 question("V", between(0, 601*time.Second)),
		"lies outside 1970 to 2200":      question("V", Strip{}),
		"the patient":                    {Strips: []Strip{strip}, Turns: []Turn{{Question: "V"}}},
		"all turns but the last":         {Patient: patient, Strips: []Strip{strip}, Turns: []Turn{{Question: "V"}, {Question: "A"}}},
		"9 turns":                        {Patient: patient, Strips: []Strip{strip}, Turns: make([]Turn, 9)},
	} {
		err := q.check()
		require.Equal(t, Invalid, reason(t, err), want)
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, question("V", strip).check())
}

func TestHeldForgetsTheOldest(t *testing.T) {
	h := NewHeld()
	for i := range mostChunks + 10 {
		at := began.Add(time.Duration(i) * time.Second)
		h.Add(patient, fmt.Sprint("d", i%2), at, at.Add(time.Second), int64(i))
	}
	all := h.between(patient, began, began.Add(24*time.Hour))
	require.Len(t, all, mostChunks)
	require.Empty(t, h.between(patient, began, began.Add(10*time.Second)))
	require.Len(t, h.between(patient, began.Add(10*time.Second), began.Add(12*time.Second)), 2)
	newest, ok := h.newest(patient, "d0")
	require.True(t, ok)
	require.Equal(t, began.Add((mostChunks+9)*time.Second), newest)
	_, ok = h.newest("other", "")
	require.False(t, ok)
}
