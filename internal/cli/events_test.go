package cli

import (
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

func someEvents(err error) iter.Seq2[localize.Event, error] {
	start := time.Date(2026, 1, 31, 8, 30, 0, 250e6, time.UTC)
	return func(yield func(localize.Event, error) bool) {
		ok := yield(localize.Event{
			ID: "0123456789abcdef0123456789abcdef", Patient: "anna", Device: "chest-1", Kind: "V",
			Start: start, End: start.Add(1630 * time.Millisecond), Confidence: 0.9375, Beats: 1,
			Question: "Where is the Premature ventricular contraction located in this ECG?",
			Answer:   "Duration: 1.9s-3.1s", Model: "holter-small 0.1.0", Recording: "r", Window: "r/0/0", Open: true,
		}, nil) && yield(localize.Event{
			ID: "1123456789abcdef0123456789abcdef", Patient: "ben", Device: "belt", Kind: "AFIB",
			Start: start.In(time.FixedZone("", 3600)), End: start.Add(time.Hour), Confidence: 0.5,
		}, nil) && yield(localize.Event{
			ID: "2123456789abcdef0123456789abcdef", Patient: "ben", Device: "belt", Kind: "STD",
			Start: start, End: start.Add(4 * time.Minute), Evidence: localize.BySignal, STPeak: -210, STLead: "II",
		}, nil)
		if ok && err != nil {
			yield(localize.Event{}, err)
		}
	}
}

var someReviews = map[string]influx.Review{
	"0123456789abcdef0123456789abcdef": {Verdict: influx.VerdictRelabelled, Kind: "A", By: "night-shift", Note: "narrow", At: time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)},
	"1123456789abcdef0123456789abcdef": {Verdict: influx.VerdictConfirmed, By: "night-shift", At: time.Date(2026, 1, 31, 9, 0, 1, 0, time.UTC)},
}

func TestEventsAreJSONLines(t *testing.T) {
	var out strings.Builder
	require.NoError(t, printJSON(&out, someEvents(nil), someReviews))
	golden.Assert(t, out.String(), "events.jsonl")
}

func TestEventsAreATable(t *testing.T) {
	var out strings.Builder
	require.NoError(t, printTable(&out, someEvents(nil), someReviews))
	golden.Assert(t, out.String(), "events.txt")
}

func TestAnErrorAmongEventsIsAnError(t *testing.T) {
	broken := errors.New("broken")
	var out strings.Builder
	require.ErrorIs(t, printJSON(&out, someEvents(broken), nil), broken)
	require.ErrorIs(t, printTable(&out, someEvents(broken), nil), broken)
}
